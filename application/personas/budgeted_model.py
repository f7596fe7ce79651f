"""A language model that no person can make dearer than a day's budget."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Protocol

from attrs import frozen

from application.personas.language_model import (
    Finished,
    InsufficientDataError,
    LanguageModel,
    ModelRequest,
    ModelUnavailableError,
    Observed,
    ObserveRequest,
    ReplyPart,
    ReplyRequest,
)
from application.personas.model_budget import ModelBudget, ModelBudgetSpentError
from application.shared.transaction import StoreUnavailableError
from domain.shared.decisions import Reason


class PricedModel(LanguageModel, Protocol):
    """A language model that knows beforehand what a call can cost."""

    def most_micros(self, request: ModelRequest) -> int:
        """Give the most that a call can cost, in millionths of the currency; 0 if it is free."""
        ...


@frozen(kw_only=True)
class BudgetedModel:
    """Sets aside the most that a call can cost before it, and puts its price in place after.

    So however many calls run at once, their prices together stay within the limit. A call that was
    broken off from our side, so that nobody knows its price, costs the most.

    Attributes:
        model: The model itself.
        budget: What each person has set aside.
        limit_micros: What a person's calls of a day may cost, in millionths of the currency.
    """

    model: PricedModel
    budget: ModelBudget
    limit_micros: int

    async def observe(self, request: ObserveRequest) -> Observed:
        """Give what the transcript says of the person."""
        price = reserved = await self._reserve(request)
        try:
            observed = await self.model.observe(request)
            price = observed.usage.price_micros
        except (InsufficientDataError, ModelUnavailableError) as error:
            price = error.usage.price_micros
            raise
        finally:
            await self._settle(request, reserved, price)
        return observed

    async def reply(self, request: ReplyRequest) -> AsyncGenerator[ReplyPart, None]:
        """Stream the companion's next message."""
        price = reserved = await self._reserve(request)
        try:
            async with aclosing(self.model.reply(request)) as parts:
                async for part in parts:
                    if isinstance(part, Finished):
                        price = part.usage.price_micros
                    yield part
        except ModelUnavailableError as error:
            price = error.usage.price_micros
            raise
        finally:
            await self._settle(request, reserved, price)

    async def _reserve(self, request: ModelRequest) -> int:
        most = self.model.most_micros(request)
        if most == 0:
            return 0
        taken = await self.budget.reserve(
            request.person_id, request.local_day, most, limit_micros=self.limit_micros
        )
        if taken is not None:
            raise _spent(request, most, taken, self.limit_micros)
        return most

    async def _settle(self, request: ModelRequest, reserved: int, price: int) -> None:
        if reserved == price:
            return
        # Who was cancelled is cancelled again at each turn, but the price is known.
        await asyncio.shield(asyncio.ensure_future(self._put(request, reserved, price)))

    async def _put(self, request: ModelRequest, reserved: int, price: int) -> None:
        # Where the store is away the reservation stays, which is the safe side; the answer counts
        # more.
        with suppress(StoreUnavailableError):
            await self.budget.settle(
                request.person_id,
                request.local_day,
                reserved_micros=reserved,
                price_micros=price,
            )


def _spent(request: ModelRequest, most: int, taken: int, limit: int) -> ModelBudgetSpentError:
    reason = Reason(
        rule="model_budget",
        satisfied=False,
        detail="What is left of the day's budget is less than this may cost.",
        inputs={"price_micros": most, "taken_micros": taken},
        threshold=limit,
        changes_at=None if most > limit else request.day_ends_at,
    )
    if most > limit:
        detail = "This would cost more than a day's budget. Send less at once, or end the chat."
        return ModelBudgetSpentError(detail, (reason,), never_fits=True)
    return ModelBudgetSpentError(
        "The companion has said all it can today. Go on tomorrow.", (reason,)
    )
