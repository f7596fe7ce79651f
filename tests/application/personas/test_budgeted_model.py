"""No person's day costs more than its budget, however a call ends and however many run."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, date, datetime
from uuid import uuid4

import attrs
import pytest
from attrs import Factory, define
from hypothesis import given
from hypothesis import strategies as st

from application.personas.budgeted_model import BudgetedModel
from application.personas.language_model import (
    Delta,
    Finished,
    InsufficientDataError,
    ModelPrices,
    ModelRequest,
    ModelUnavailableError,
    ModelUsage,
    Observed,
    ObserveRequest,
    ReplyPart,
    ReplyRequest,
)
from application.personas.model_budget import ModelBudgetSpentError
from application.shared.transaction import StoreUnavailableError
from domain.shared.ids import PersonId
from tests.contracts.language_models import PERSON, to_observe, to_reply

MOST = 100


def costs(price: int) -> ModelUsage:
    return ModelUsage(price_micros=price)


@define
class Ledger:
    """What is set aside, and was at most."""

    taken: dict[tuple[PersonId, date], int] = Factory(dict)
    highest: int = 0
    away: bool = False

    async def reserve(
        self, person_id: PersonId, local_day: date, price_micros: int, *, limit_micros: int
    ) -> int | None:
        taken = self.taken.get((person_id, local_day), 0)
        if taken + price_micros > limit_micros:
            return taken
        self.taken[person_id, local_day] = taken + price_micros
        self.highest = max(self.highest, taken + price_micros)
        return None

    async def settle(
        self, person_id: PersonId, local_day: date, *, reserved_micros: int, price_micros: int
    ) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise StoreUnavailableError("away")
        self.taken[person_id, local_day] += price_micros - reserved_micros

    @property
    def of_the_day(self) -> int:
        return sum(self.taken.values())


@define
class Model:
    """A model that ends as it is told, and can be kept waiting."""

    price: int = 30
    error: Exception | None = None
    free: bool = False
    go_on: asyncio.Event = Factory(asyncio.Event)
    begun: asyncio.Semaphore = Factory(lambda: asyncio.Semaphore(0))
    running: int = 0
    closed: int = 0

    def most_micros(self, request: ModelRequest) -> int:
        return 0 if self.free else MOST

    async def observe(self, request: ObserveRequest) -> Observed:
        self.running += 1
        self.begun.release()
        await self.go_on.wait()
        if self.error is not None:
            raise self.error
        return Observed(candidates=(), usage=costs(self.price))

    async def reply(self, request: ReplyRequest) -> AsyncGenerator[ReplyPart, None]:
        try:
            yield Delta(text="Hello")
            await self.go_on.wait()
            if self.error is not None:
                raise self.error
            yield Finished(usage=costs(self.price))
        finally:
            self.closed += 1


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def a_model(**changes: object) -> Model:
    model = Model(**changes)  # type: ignore[arg-type]
    model.go_on.set()
    return model


def within(model: Model, ledger: Ledger, limit: int = 250) -> BudgetedModel:
    return BudgetedModel(model=model, budget=ledger, limit_micros=limit)


async def reply_of(model: BudgetedModel) -> list[ReplyPart]:
    async with aclosing(model.reply(to_reply())) as stream:
        return [part async for part in stream]


async def test_a_call_leaves_its_price(ledger: Ledger) -> None:
    model = within(a_model(), ledger)
    await model.observe(to_observe())
    assert ledger.of_the_day == 30
    assert await reply_of(model) == [Delta(text="Hello"), Finished(usage=costs(30))]
    assert ledger.of_the_day == 60
    assert ledger.highest == 130


async def test_a_call_that_may_not_fit_is_refused_with_its_reason(ledger: Ledger) -> None:
    model, inner = within(a_model(price=90), ledger), Model()
    await model.observe(to_observe())
    await reply_of(model)
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for call in (model.observe(to_observe(day_ends_at=midnight)), reply_of(model)):
        with pytest.raises(ModelBudgetSpentError) as caught:
            await call
        (reason,) = caught.value.reasons
        assert (reason.rule, reason.satisfied, reason.threshold) == ("model_budget", False, 250)
        assert reason.inputs == {"price_micros": 100, "taken_micros": 180}
    assert ledger.of_the_day == 180
    assert inner.running == 0
    with pytest.raises(ModelBudgetSpentError) as caught:
        await model.observe(to_observe(day_ends_at=midnight))
    assert caught.value.reasons[0].changes_at == midnight


async def test_each_person_and_day_has_a_budget_of_its_own(ledger: Ledger) -> None:
    model = within(a_model(price=100), ledger, limit=100)
    request = to_observe()
    await model.observe(request)
    await model.observe(attrs.evolve(request, person_id=PersonId(uuid4())))
    await model.observe(attrs.evolve(request, local_day=date(2026, 3, 2)))
    with pytest.raises(ModelBudgetSpentError):
        await model.observe(request)


@pytest.mark.parametrize(
    "error",
    [
        InsufficientDataError("nothing", costs(20)),
        ModelUnavailableError("away", costs(20)),
    ],
)
async def test_a_call_that_failed_leaves_what_it_used(ledger: Ledger, error: Exception) -> None:
    with pytest.raises(type(error)):
        await within(a_model(error=error), ledger).observe(to_observe())
    assert ledger.of_the_day == 20


async def test_a_reply_that_broke_off_leaves_what_it_used(ledger: Ledger) -> None:
    model = within(a_model(error=ModelUnavailableError("away", costs(20))), ledger)
    with pytest.raises(ModelUnavailableError):
        await reply_of(model)
    assert ledger.of_the_day == 20


async def test_a_price_that_nobody_knows_is_the_most(ledger: Ledger) -> None:
    inner = a_model()
    async with aclosing(within(inner, ledger).reply(to_reply())) as stream:
        await anext(stream)
    assert (ledger.of_the_day, inner.closed) == (MOST, 1)
    with pytest.raises(ZeroDivisionError):
        await within(a_model(error=ZeroDivisionError()), ledger).observe(to_observe())
    assert ledger.of_the_day == 2 * MOST


async def test_who_is_cancelled_leaves_the_most(ledger: Ledger) -> None:
    inner = Model()
    task = asyncio.ensure_future(within(inner, ledger).observe(to_observe()))
    await inner.begun.acquire()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ledger.of_the_day == MOST


async def test_a_store_that_is_away_takes_no_answer_back(ledger: Ledger) -> None:
    ledger.away = True
    model = within(a_model(), ledger)
    assert (await model.observe(to_observe())).usage == costs(30)
    assert (await reply_of(model))[-1] == Finished(usage=costs(30))
    assert ledger.of_the_day == 2 * MOST


async def test_what_is_free_is_not_counted(ledger: Ledger) -> None:
    model = within(a_model(free=True, price=0), ledger, limit=1)
    await model.observe(to_observe())
    await reply_of(model)
    assert ledger.taken == {}


async def test_calls_at_once_stay_within_the_budget_together(ledger: Ledger) -> None:
    inner = Model(price=MOST)
    model = within(inner, ledger)
    calls = [asyncio.ensure_future(model.observe(to_observe())) for _ in range(20)]
    await inner.begun.acquire()
    await inner.begun.acquire()
    inner.go_on.set()
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(end, Observed) for end in ends) == 2
    assert sum(isinstance(end, ModelBudgetSpentError) for end in ends) == 18
    assert ledger.highest == ledger.of_the_day == 200
    assert {person for person, _ in ledger.taken} == {PERSON}


@given(
    read=st.integers(0, 10**7),
    written=st.integers(0, 10**6),
    input_micros=st.integers(0, 10**9),
    output_micros=st.integers(0, 10**9),
)
def test_a_price_is_exact_and_rounded_up(
    read: int, written: int, input_micros: int, output_micros: int
) -> None:
    usage = ModelPrices(input_micros=input_micros, output_micros=output_micros).usage(read, written)
    exact = read * input_micros + written * output_micros
    assert 0 <= usage.price_micros * 1_000_000 - exact < 1_000_000
    assert (usage.input_tokens, usage.output_tokens) == (read, written)
