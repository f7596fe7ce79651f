"""Money that goes back, on every store: once, and no more than came."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import attrs
import pytest
import pytest_asyncio

from application.billing.provider_ports import Providers
from application.billing.resolve_payment import ResolveByJob
from application.billing.start_checkout import RESOLVE
from application.shared.jobs import Job, first_state
from domain.billing.payments import Payment, PaymentStatus, Provider, Report, ReportKind
from domain.billing.refunds import RefundNotPossibleError, RefundState
from domain.billing.subscription_changes import PlanChangeRefusedError
from domain.shared.tiers import Tier
from domain.usage.ledger import LineKind
from tests.contracts.payers import Shop, open_shop
from tests.postgres import migrated_database

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest_asyncio.fixture(scope="session")
async def own_database(database: str) -> str:
    """A database whose clock no other test moves."""
    return await migrated_database(database)


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


async def test_an_upgrade_is_shorter_once_what_it_took_off_is_charged_back(shop: Shop) -> None:
    person_id = await shop.a_person()
    first = await shop.checkout(person_id, "plus_monthly")
    await shop.hear_of(first, told(first, ReportKind.SUCCESS))
    await shop.pass_time(MINUTE)
    upgrade = await shop.checkout(person_id, "premium_monthly")
    assert upgrade.taken_over_minor > 0
    await shop.hear_of(upgrade, told(upgrade, ReportKind.SUCCESS))
    whole = (await shop.plans(person_id)).terms[-1]
    await shop.hear_of(first, told(first, ReportKind.CHARGEBACK, 2))
    term = (await shop.plans(person_id)).terms[-1]
    assert (term.payment_id, term.unpaid_minor) == (upgrade.id, upgrade.taken_over_minor)
    part = (whole.ends_at - whole.starts_at) * upgrade.amount_minor // upgrade.price_minor
    assert term.ends_at == whole.starts_at + part
    standing = await shop.kithkin.ports.plan_standings().get(person_id)
    assert standing is not None
    assert standing.until == term.ends_at
    assert await shop.tier(person_id) is Tier.PREMIUM


async def test_a_quote_is_not_taken_once_what_it_takes_off_was_taken_back(shop: Shop) -> None:
    person_id = await shop.a_person()
    payments = [await shop.checkout(person_id, "plus_monthly") for _ in range(2)]
    for payment in payments:
        await shop.hear_of(payment, told(payment, ReportKind.SUCCESS))
    quote = await shop.kithkin.shop.make_quote()(person_id, "premium_monthly", "INR")
    await shop.hear_of(payments[1], told(payments[1], ReportKind.CHARGEBACK))
    with pytest.raises(PlanChangeRefusedError, match="make a new quote"):
        await shop.kithkin.billing.start_checkout()(quote.id, None)


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


@pytest.mark.parametrize("item", ["video_credits_20", "seconds_3600", "plus_monthly"])
async def test_a_refund_that_comes_to_nothing_leaves_what_was_paid_for(
    shop: Shop, item: str
) -> None:
    payment = await a_paid(shop, item)
    before = await shop.rows(payment.person_id)
    _, refund = await shop.kithkin.billing.refund_payment()(payment.id, None, "Asked for")
    await shop.pass_time(MINUTE)
    asked = str(refund.id)
    await shop.hear_of(payment, told(payment, ReportKind.REFUND, 1, refund_id=asked))
    assert (await shop.payment(payment.id)).status is PaymentStatus.REFUNDED
    await shop.hear_of(payment, told(payment, ReportKind.REFUND_FAILED, 2, refund_id=asked))
    assert await the_refunds(shop, payment) == [(payment.amount_minor, RefundState.FAILED)]
    after = await shop.rows(payment.person_id)
    kept = ("credits", "usage", "tier", "terms", "account credit")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    log = shop.kithkin.ports.event_log()
    logged = await log.read(0, await log.settled(), 100_000)
    failed = [it.event.data for it in logged if it.event.type == "payment_refund_failed"]
    assert [it["refund_id"] for it in failed if it["payment_id"] == str(payment.id)] == [asked]
    _, again = await shop.kithkin.billing.refund_payment()(payment.id, None, "To the bank")
    assert again.amount_minor == payment.amount_minor


@pytest.mark.parametrize(
    "item", ["video_credits_20", "seconds_3600", "premium_weekly_pass", "plus_monthly"]
)
async def test_a_refund_may_fail_again_and_again(shop: Shop, item: str) -> None:
    payment = await a_paid(shop, item)
    kept = ("credits", "usage", "tier", "terms", "account credit")
    await shop.pass_time(HOUR)
    given = await shop.rows(payment.person_id)
    taken: list[dict[str, Any]] = []
    for number in range(1, 4):
        one = {"refund_id": f"refund {number}"}
        await shop.hear_of(payment, told(payment, ReportKind.REFUND, number, **one))
        back = await shop.rows(payment.person_id)
        # Terms end when it was taken back, which is later each time.
        taken.append({name: back[name] for name in kept if name != "terms"})
        assert taken[-1] == taken[0] != {name: given[name] for name in taken[0]}
        await shop.hear_of(payment, told(payment, ReportKind.REFUND_FAILED, number, **one))
        again = await shop.rows(payment.person_id)
        assert {name: again[name] for name in kept} == {name: given[name] for name in kept}


async def test_what_was_given_back_otherwise_and_failed_can_be_asked_for_anew(shop: Shop) -> None:
    payment = await a_paid(shop)
    refund = shop.kithkin.billing.refund_payment()
    await refund(payment.id, None, "Asked for")
    await shop.hear_of(payment, told(payment, ReportKind.REFUND, 1, refund_id="theirs"))
    await shop.pass_time(MINUTE)
    assert await the_refunds(shop, payment) == [(0, RefundState.DONE)]
    await shop.hear_of(payment, told(payment, ReportKind.REFUND_FAILED, 2, refund_id="theirs"))
    _, again = await refund(payment.id, None, "Asked for")
    assert again.amount_minor == payment.amount_minor
    await shop.pass_time(MINUTE)
    assert shop.provider.asked_back == {str(again.id): payment.amount_minor}


async def test_a_refund_that_is_told_to_have_failed_first_stays_failed(shop: Shop) -> None:
    payment = await a_paid(shop)
    _, refund = await shop.kithkin.billing.refund_payment()(payment.id, None, "Asked for")
    failed = told(payment, ReportKind.REFUND_FAILED, 2, refund_id=str(refund.id))
    await shop.hear_of(payment, failed)
    await shop.pass_time(MINUTE)
    assert await the_refunds(shop, payment) == [(payment.amount_minor, RefundState.FAILED)]
    await shop.hear_of(payment, told(payment, ReportKind.REFUND, 1, refund_id=str(refund.id)))
    log = await shop.kithkin.ports.event_log().read_one(payment.person_id, 0, 10**9, 1000)
    # Who goes by events alone, as referrals do, never hears of a refund.
    assert "payment_refunded" not in [it.event.type for it in log]


async def test_what_came_twice_is_asked_for_where_somebody_elses_refund_failed(
    shop: Shop,
) -> None:
    payment = await a_paid(shop)
    second = {"charge_id": "b"}
    await shop.hear_of(payment, told(payment, ReportKind.REFUND, 2, refund_id="theirs", **second))
    await shop.hear_of(payment, told(payment, ReportKind.SUCCESS, 1, **second))
    assert await the_refunds(shop, payment) == [(payment.amount_minor, RefundState.DONE)]
    failed = told(payment, ReportKind.REFUND_FAILED, 3, refund_id="theirs", **second)
    await shop.hear_of(payment, failed)
    assert await the_refunds(shop, payment) == [(payment.amount_minor, RefundState.REQUESTED)]
    await shop.pass_time(MINUTE)
    [refund] = await shop.kithkin.ports.refunds().of_payment(payment.id)
    assert shop.provider.asked_back[str(refund.id)] == payment.amount_minor


@pytest.mark.parametrize("kind", [ReportKind.REFUND, ReportKind.CHARGEBACK])
async def test_a_pass_that_is_taken_back_takes_its_seconds_along(
    shop: Shop, kind: ReportKind
) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "premium_weekly_pass")
    await shop.hear_of(payment, told(payment, ReportKind.SUCCESS))
    own = (await shop.rows(person_id))["usage"]
    await shop.hear_of(payment, told(payment, kind, refund_id="back"))
    usage = await shop.kithkin.ports.usage_accounts().get(person_id)
    assert usage is not None
    assert (usage.left.monthly, usage.pass_tier) == (900, None)
    period = usage.period.period
    lines = await shop.kithkin.ports.usage_records().lines(person_id, period, None, 10)
    assert [(it.kind, it.monthly, it.payment_id) for it in lines.items] == [
        (LineKind.MONTHLY_GRANTED, 900, None),
        (LineKind.PASS, own[2] - 900, payment.id),
        (LineKind.TAKEN_BACK, 900 - own[2], payment.id),
    ]
