"""Calls of a model are counted however they end, each once."""

from contextlib import aclosing
from typing import Any

import pytest
from attrs import Factory, define

from application.personas.counted_model import CountedModel
from application.personas.language_model import InsufficientDataError, ModelUnavailableError
from application.personas.model_budget import ModelBudgetSpentError
from tests.application.personas.test_budgeted_model import Ledger, Model, a_model, costs, within
from tests.contracts.language_models import to_observe, to_reply


@define
class Calls:
    """What was counted."""

    counted: list[tuple[str, dict[str, Any]]] = Factory(list)

    def model_call(self, task: str, **came_to: Any) -> None:
        self.counted.append((task, came_to))

    def one(self) -> tuple[str, str, float, int]:
        [(task, came_to)] = self.counted
        self.counted.clear()
        return task, came_to["outcome"], came_to["seconds"], came_to["price_micros"]


def counted(model: Model, limit: int = 250) -> tuple[CountedModel, Calls]:
    calls, watch = Calls(), iter(range(0, 1000, 2))
    within_limit = within(model, Ledger(), limit)
    return CountedModel(
        model=within_limit, figures=calls, seconds=lambda: float(next(watch))
    ), calls


async def replied(model: CountedModel) -> None:
    async with aclosing(model.reply(to_reply())) as parts:
        async for _ in parts:
            pass


async def test_calls_that_end_well() -> None:
    model, calls = counted(a_model())
    await model.observe(to_observe())
    assert calls.one() == ("observe", "done", 2, 30)
    await replied(model)
    assert calls.one() == ("reply", "done", 2, 30)


@pytest.mark.parametrize(
    ("error", "outcome", "price"),
    [
        (InsufficientDataError("nothing", costs(20)), "insufficient_data", 20),
        (ModelUnavailableError("away", costs(20)), "model_unavailable", 20),
        (ZeroDivisionError(), "failed", 0),
    ],
)
async def test_calls_that_fail(error: Exception, outcome: str, price: int) -> None:
    model, calls = counted(a_model(error=error))
    with pytest.raises(type(error)):
        await model.observe(to_observe())
    assert calls.one() == ("observe", outcome, 2, price)
    with pytest.raises(type(error)):
        await replied(model)
    assert calls.one() == ("reply", outcome, 2, price)


async def test_calls_that_are_refused_for_the_budget() -> None:
    model, calls = counted(a_model(), limit=99)
    with pytest.raises(ModelBudgetSpentError) as spent:
        await model.observe(to_observe())
    assert spent.value.never_fits
    assert spent.value.reasons[0].changes_at is None
    assert calls.one() == ("observe", "model_budget_spent", 2, 0)


async def test_a_reply_that_nobody_waits_for() -> None:
    model, calls = counted(Model())
    async with aclosing(model.reply(to_reply())) as parts:
        await anext(parts)
    assert calls.one() == ("reply", "broken_off", 2, 0)
