"""Money that goes back, on every store: once, and no more than came."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import attrs
import pytest
import pytest_asyncio

from adapters.postgres.migrate import migrate
from application.billing.provider_ports import Providers
from application.billing.resolve_payment import ResolveByJob
from application.billing.start_checkout import RESOLVE
from application.shared.jobs import Job, first_state
from domain.billing.payments import Payment, Provider, Report, ReportKind
from domain.billing.refunds import RefundNotPossibleError, RefundState
from tests.contracts.payers import Shop, open_shop
from tests.postgres import empty_database

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest_asyncio.fixture(scope="session")
async def own_database(database: str) -> str:
    """A database whose clock no other test moves."""
    url = await empty_database(database)
    await migrate(url)
    return url


@pytest.fixture(params=["memory", "postgres"])
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "memory" else request.getfixturevalue("own_database")


@pytest_asyncio.fixture
async def shop(url: str | None) -> AsyncIterator[Shop]:
    async with open_shop(url) as opened:
        yield opened


def told(payment: Payment, kind: ReportKind, minutes: int = 0, **changes: Any) -> Report:
    report = Report(
        kind=kind,
        occurred_at=payment.created_at + minutes * MINUTE,
        charge_id="a",
        refund_id="" if kind is ReportKind.SUCCESS else f"{kind}",
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )
    return attrs.evolve(report, **changes)


async def a_paid(shop: Shop, item: str = "video_credits_20") -> Payment:
    payment = await shop.checkout(await shop.a_person(), item)
    await shop.hear_of(payment, told(payment, ReportKind.SUCCESS))
    return await shop.payment(payment.id)


async def the_refunds(shop: Shop, payment: Payment) -> list[tuple[int, RefundState]]:
    found = await shop.kithkin.ports.refunds().of_payment(payment.id)
    return [(it.amount_minor, it.state) for it in found]


async def test_what_a_bank_took_back_meanwhile_is_not_given_back_too(shop: Shop) -> None:
    payment = await a_paid(shop)
    _, refund = await shop.kithkin.billing.refund_payment()(payment.id, None, "Asked for")
    await shop.hear_of(payment, told(payment, ReportKind.CHARGEBACK, 1))
    await shop.pass_time(MINUTE)
    assert str(refund.id) not in shop.provider.asked_back


async def test_a_refund_whose_answer_was_lost_is_asked_for_again_in_the_same_words(
    shop: Shop,
) -> None:
    payment = await a_paid(shop)
    most = payment.amount_minor * 3 // 5
    shop.provider.loses_answers = True
    _, refund = await shop.kithkin.billing.refund_payment()(payment.id, most, "Asked for")
    await shop.pass_time(timedelta(seconds=1))
    assert shop.provider.asked_back[str(refund.id)] == most
    await shop.hear_of(payment, told(payment, ReportKind.REFUND, 1, amount_minor=most))
    shop.provider.loses_answers = False
    shop.provider.asked_back.clear()
    await shop.pass_time(MINUTE)
    assert shop.provider.asked_back[str(refund.id)] == most
    assert await the_refunds(shop, payment) == [(most, RefundState.DONE)]


async def test_a_refund_outlasts_a_provider_that_is_away_for_hours(shop: Shop) -> None:
    payment = await a_paid(shop)
    shop.provider.loses_answers = True
    await shop.kithkin.billing.refund_payment()(payment.id, None, "Asked for")
    await shop.pass_time(5 * HOUR)
    assert await the_refunds(shop, payment) == [(payment.amount_minor, RefundState.REQUESTED)]
    shop.provider.loses_answers = False
    await shop.pass_time(2 * HOUR)
    assert await the_refunds(shop, payment) == [(payment.amount_minor, RefundState.DONE)]


async def test_what_is_asked_for_and_what_went_back_besides_add_up(shop: Shop) -> None:
    payment = await a_paid(shop)
    half, third = payment.amount_minor // 2, payment.amount_minor // 3
    refund = shop.kithkin.billing.refund_payment()
    await shop.hear_of(payment, told(payment, ReportKind.REFUND, 1, amount_minor=third))
    await refund(payment.id, half, "Asked for")
    with pytest.raises(RefundNotPossibleError):
        await refund(payment.id, payment.amount_minor - half, "Asked for")


async def test_an_earlier_charge_gives_no_second_pass(shop: Shop) -> None:
    reports = [
        (ReportKind.SUCCESS, 2, "b"),
        (ReportKind.REFUND, 3, "b"),
        (ReportKind.SUCCESS, 1, "a"),
    ]
    rows = []
    for script in (reports, [reports[2], *reports[:2]]):
        person_id = await shop.a_person()
        payment = await shop.checkout(person_id, "premium_daily_pass")
        for kind, minutes, charge in script:
            await shop.hear_of(payment, told(payment, kind, minutes, charge_id=charge))
        rows.append(await shop.rows(person_id))
    assert rows[0]["usage"] == rows[1]["usage"]
    assert rows[0]["tier"] == rows[1]["tier"]


async def test_a_payment_of_a_provider_that_is_set_up_no_more_is_asked_for_later(
    shop: Shop,
) -> None:
    payment = await shop.checkout(await shop.a_person(), "video_credits_20")
    resolve = shop.kithkin.billing.resolve_payment()
    nobody = Providers(current=Provider.SANDBOX, by_name={})
    data = {"payment_id": str(payment.id)}
    job = Job(kind=RESOLVE, key=str(payment.id), at=await shop.now(), data=data)
    await ResolveByJob(attrs.evolve(resolve, providers=nobody))(first_state(job, uuid4()))
    assert (await shop.payment(payment.id)).closed_at is None
