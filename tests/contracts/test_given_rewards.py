"""What milestones give at the shop: premium days that stack, and discounts that hold once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from application.billing.provider_ports import ProviderRefusedError
from application.shared.outbox import outgoing
from domain.billing.payments import Payment, PaymentStatus, ReportKind
from domain.billing.quotes import LineKind, Quote
from domain.referrals.milestones import (
    Claim,
    DiscountUsedError,
    MilestoneReward,
    RewardType,
    claim,
    claim_of,
)
from domain.shared.ids import PersonId, ReferralRewardId
from domain.shared.tiers import Tier
from tests.contracts.payers import Shop, open_shop
from tests.contracts.test_payments import a_report
from tests.postgres import migrated_database

DAY = timedelta(days=1)
MONTHLY = "plus_monthly"


@pytest_asyncio.fixture(scope="session")
async def rewards_database(database: str) -> str:
    """A database whose clock no other test moves."""
    return await migrated_database(database)


@pytest.fixture(params=["memory", "postgres"])
def url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "memory":
        return None
    found: str = request.getfixturevalue("rewards_database")
    return found


@pytest_asyncio.fixture
async def shop(url: str | None) -> AsyncIterator[Shop]:
    async with open_shop(url) as opened:
        yield opened


async def claims(
    shop: Shop,
    person_id: PersonId,
    kind: RewardType,
    *,
    valid_days: int | None = None,
    **value: int | str,
) -> Claim:
    """Somebody claims a reward of a milestone that they have come to."""
    ports, now = shop.kithkin.ports, await shop.now()
    reward = MilestoneReward(
        id=ReferralRewardId(uuid7()),
        name="A friend",
        description="For a friend.",
        type=kind,
        value=value,
        valid_days=valid_days,
        created_at=now,
    )
    told = claim(reward, person_id, 1, "test", now, claimed=False)

    async def work() -> bool:
        await ports.milestone_rewards().put(reward)
        return await ports.referral_claims().add(claim_of(told), outgoing(uuid7, [told]))

    assert await ports.transactions().run(work)
    await shop.kithkin.referrals.drain_claims()(person_id)
    return await the_claim(shop, claim_of(told))


async def the_claim(shop: Shop, known: Claim) -> Claim:
    found = await shop.kithkin.ports.referral_claims().of(known.person_id)
    (one,) = (one for one in found if one.reward_id == known.reward_id)
    return one


async def quoted(shop: Shop, person_id: PersonId, item: str = MONTHLY) -> Quote:
    return await shop.kithkin.shop.make_quote()(person_id, item, "INR")


def discounts(quote: Quote) -> list[tuple[str, int]]:
    return [(it.label, it.amount_minor) for it in quote.lines if it.kind is LineKind.DISCOUNT]


@pytest.mark.parametrize("days", [1, 7, 30])
async def test_premium_days_are_as_many_and_stack(shop: Shop, days: int) -> None:
    person_id = await shop.a_person()
    start = await shop.now()
    given = await claims(shop, person_id, RewardType.PREMIUM_DAYS, days=days)
    assert given.applied_at == start
    assert await shop.tier(person_id) is Tier.PREMIUM
    # As passes that are bought do: each goes on from the end of the one before it.
    await shop.pass_time(timedelta(hours=1))
    payment = await shop.checkout(person_id, "premium_daily_pass")
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    await shop.pass_time(timedelta(hours=1))
    await claims(shop, person_id, RewardType.PREMIUM_DAYS, days=days)
    terms = (await shop.plans(person_id)).terms
    assert [(it.starts_at, it.ends_at) for it in terms] == [
        (start, start + days * DAY),
        (start + days * DAY, start + (days + 1) * DAY),
        (start + (days + 1) * DAY, start + (2 * days + 1) * DAY),
    ]
    end = start + (2 * days + 1) * DAY
    now = await shop.now()
    [shown] = (await shop.plans(person_id)).grants(now)
    assert (shown.source.value, shown.until) == ("pass", end)
    await shop.pass_time(end - now - timedelta(microseconds=1))
    await shop.plans(person_id)
    assert await shop.tier(person_id) is Tier.PREMIUM
    await shop.pass_time(timedelta(microseconds=1))
    await shop.plans(person_id)
    assert await shop.tier(person_id) is Tier.FREE


async def test_premium_days_are_given_once_and_are_no_purchase(shop: Shop) -> None:
    person_id = await shop.a_person()
    given = await claims(shop, person_id, RewardType.PREMIUM_DAYS, days=3)
    giver = shop.kithkin.referrals.givers()
    await asyncio.gather(
        *(shop.kithkin.ports.transactions().run(lambda: giver.give(given)) for _ in range(5))
    )
    [payment] = (await shop.kithkin.ports.payment_list().page(person_id, None, 10)).items
    assert (payment.amount_minor, payment.status) == (0, PaymentStatus.SUCCESS)
    assert payment.item.key == "premium_3_day_pass"
    account = await shop.kithkin.ports.usage_accounts().get(person_id)
    assert account is not None
    assert account.pass_tier is Tier.PREMIUM
    await shop.kithkin.referrals.drain()(person_id)
    assert await shop.kithkin.ports.referral_payers().first_paid_at(person_id) is None


async def test_more_credits_than_may_be_granted_at_once_are_given(shop: Shop) -> None:
    person_id = await shop.a_person()
    given = await claims(shop, person_id, RewardType.CREDITS, credits=2_500)
    assert given.applied_at is not None
    wallet = await shop.kithkin.ports.wallets().get(person_id)
    assert wallet.accounts.remaining == 2_500


async def test_a_discount_is_reserved_by_a_checkout_and_used_by_its_payment(shop: Shop) -> None:
    person_id = await shop.a_person()
    given = await claims(shop, person_id, RewardType.DISCOUNT, percent_off=30)
    quote, other = await quoted(shop, person_id), await quoted(shop, person_id, "seconds_3600")
    # 49900 * 70 // 100 = 34930
    assert discounts(quote) == [("referral_reward", -14_970)]
    assert quote.total_minor == 34_930
    start = shop.kithkin.billing.start_checkout()
    payment = await start(quote.id, None)
    assert (await start(quote.id, None)).id == payment.id
    assert (await the_claim(shop, given)).payment_id == payment.id
    with pytest.raises(DiscountUsedError):
        await start(other.id, None)
    assert await shop.kithkin.ports.payments().of_quote(other.id) is None
    assert discounts(await quoted(shop, person_id)) == []
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    assert discounts(await quoted(shop, person_id, "seconds_3600")) == []


async def test_of_many_checkouts_at_once_one_has_the_discount(shop: Shop) -> None:
    person_id = await shop.a_person()
    await claims(shop, person_id, RewardType.DISCOUNT, percent_off=30)
    quotes = [await quoted(shop, person_id, "seconds_3600") for _ in range(10)]
    start = shop.kithkin.billing.start_checkout()
    found = await asyncio.gather(*(start(one.id, None) for one in quotes), return_exceptions=True)
    assert sum(isinstance(one, Payment) for one in found) == 1
    assert sum(isinstance(one, DiscountUsedError) for one in found) == 9


async def test_a_payment_that_is_refused_or_given_up_releases_it(shop: Shop) -> None:
    person_id = await shop.a_person()
    given = await claims(shop, person_id, RewardType.DISCOUNT, percent_off=30)
    quote = await quoted(shop, person_id)
    shop.provider.refuses = True
    with pytest.raises(ProviderRefusedError):
        await shop.kithkin.billing.start_checkout()(quote.id, None)
    shop.provider.refuses = False
    assert (await the_claim(shop, given)).payment_id is None
    payment = await shop.checkout(person_id, MONTHLY)
    assert payment.amount_minor == 34_930
    await shop.hear_of(payment, a_report(payment, ReportKind.FAILED))
    # On the same page they may try another card.
    assert (await the_claim(shop, given)).payment_id == payment.id
    await shop.pass_time(2 * DAY)
    await shop.kithkin.billing.resolve_payment()(payment.id)
    assert (await the_claim(shop, given)).payment_id is None
    again = await shop.checkout(person_id, MONTHLY)
    assert again.amount_minor == 34_930


@pytest.mark.parametrize("another", [False, True])
async def test_a_payment_made_after_all_has_it_unless_another_one_does(
    shop: Shop, *, another: bool
) -> None:
    person_id = await shop.a_person()
    given = await claims(shop, person_id, RewardType.DISCOUNT, percent_off=30)
    payment = await shop.checkout(person_id, "seconds_3600")
    await shop.pass_time(2 * DAY)
    await shop.kithkin.billing.resolve_payment()(payment.id)
    other = await shop.checkout(person_id, "seconds_3600") if another else None
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    assert (await shop.payment(payment.id)).status is PaymentStatus.SUCCESS
    owner = payment.id if other is None else other.id
    assert (await the_claim(shop, given)).payment_id == owner


@pytest.mark.parametrize("kind", [ReportKind.REFUND, ReportKind.CHARGEBACK])
async def test_what_is_taken_back_in_full_releases_it(shop: Shop, kind: ReportKind) -> None:
    person_id = await shop.a_person()
    given = await claims(shop, person_id, RewardType.DISCOUNT, percent_off=30)
    payment = await shop.checkout(person_id, MONTHLY)
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    await shop.hear_of(payment, a_report(payment, kind, 1))
    assert (await the_claim(shop, given)).payment_id is None


async def test_a_discount_of_all_costs_nothing_and_is_used(shop: Shop) -> None:
    person_id = await shop.a_person()
    given = await claims(shop, person_id, RewardType.DISCOUNT, percent_off=100)
    payment = await shop.checkout(person_id, MONTHLY)
    assert (payment.amount_minor, payment.status) == (0, PaymentStatus.SUCCESS)
    assert (await the_claim(shop, given)).payment_id == payment.id
    assert await shop.tier(person_id) is Tier.PLUS


async def test_discounts_end_and_the_best_applies(shop: Shop) -> None:
    person_id = await shop.a_person()
    short = await claims(shop, person_id, RewardType.DISCOUNT, valid_days=2, percent_off=20)
    best = await claims(shop, person_id, RewardType.DISCOUNT, valid_days=1, percent_off=40)
    await claims(shop, person_id, RewardType.DISCOUNT, percent_off=20)
    assert discounts(await quoted(shop, person_id)) == [("referral_reward", -19_960)]
    held = await quoted(shop, person_id)
    await shop.pass_time(DAY - timedelta(minutes=1))
    held = await quoted(shop, person_id)
    await shop.pass_time(timedelta(minutes=1))
    # What was quoted in time holds for as long as the quote does.
    payment = await shop.kithkin.billing.start_checkout()(held.id, None)
    assert (await the_claim(shop, best)).payment_id == payment.id
    quote = await quoted(shop, person_id)
    assert discounts(quote) == [("referral_reward", -9_980)]
    # Of equals the one that ends first.
    assert [it.source_id for it in quote.lines if it.kind is LineKind.DISCOUNT] == [short.reward_id]


async def test_a_refund_is_told_of_with_its_own_time(shop: Shop) -> None:
    person_id = await shop.a_person()
    payment = await shop.checkout(person_id, "seconds_3600")
    await shop.hear_of(payment, a_report(payment, ReportKind.SUCCESS))
    await shop.pass_time(DAY)
    refund = a_report(payment, ReportKind.REFUND, 5)
    await shop.hear_of(payment, refund)
    log = await shop.kithkin.ports.event_log().read_one(person_id, 0, 10**9, 1000)
    [told] = (it.event for it in log if it.event.type == "payment_refunded")
    assert datetime.fromisoformat(told.data["refunded_at"]) == refund.occurred_at
