"""What is compared with providers and what is forgotten, on every store."""

from collections.abc import AsyncIterator
from datetime import timedelta

import attrs
import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from application.billing.forget_quotes import KEPT_FOR
from domain.billing.payments import Payment, PaymentStatus
from domain.billing.quotes import TotalTooSmallError
from domain.shared.errors import NotFoundError
from domain.shared.ids import PaymentId
from tests.contracts.payers import Shop, open_shop
from tests.postgres import migrated_database

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


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


async def an_old_one(shop: Shop, days: int) -> Payment:
    """A payment that was made so many days ago, and that no job looks after any longer."""
    payment = await shop.checkout(await shop.a_person(), "video_credits_20")
    at = payment.created_at - days * DAY
    old = attrs.evolve(
        payment,
        id=PaymentId(uuid7()),
        quote_id=None,
        provider_order_id=None,
        created_at=at,
        checkout_ends_at=at + DAY,
    )
    await shop.kithkin.ports.payments().record(None, old, ())
    return old


async def compared(shop: Shop, payment: Payment) -> list[str]:
    found = await shop.kithkin.billing.reconcile_payments()()
    return [it.problem for it in found.differences if it.payment_id == payment.id]


async def test_what_is_open_is_compared_however_old_it_is(shop: Shop) -> None:
    old = await an_old_one(shop, 40)
    source = await shop.checkout(await shop.a_person(), "video_credits_20")
    shop.provider.orders[old.id] = shop.provider.orders[source.id]
    shop.provider.charge(old.id, old.created_at + MINUTE)
    assert await compared(shop, old) == ["missed"]
    assert (await shop.payment(old.id)).status is PaymentStatus.SUCCESS
    assert await compared(shop, old) == []


async def test_what_is_open_and_can_be_paid_no_longer_is_given_up(shop: Shop) -> None:
    old = await an_old_one(shop, 40)
    assert await compared(shop, old) == []
    assert (await shop.payment(old.id)).closed_at == old.checkout_ends_at
    page = await shop.kithkin.ports.payment_list().open_before(await shop.now(), None, 200)
    assert old.id not in {it.id for it in page.items}


async def test_open_payments_are_listed_page_by_page(shop: Shop) -> None:
    made = {(await an_old_one(shop, days)).id for days in (30, 20, 10)}
    recent = await an_old_one(shop, 1)
    found, after = list[Payment](), None
    before = recent.created_at
    while True:
        page = await shop.kithkin.ports.payment_list().open_before(before, after, 2)
        found += page.items
        after = page.last
        if after is None:
            break
    assert made <= {it.id for it in found}
    assert recent.id not in {it.id for it in found}
    assert found == sorted(found, key=lambda it: (it.created_at, it.id))


async def test_quotes_that_nobody_took_are_forgotten(shop: Shop) -> None:
    person_id = await shop.a_person()
    make, read = shop.kithkin.shop.make_quote(), shop.kithkin.shop.read_quote()
    left = [await make(person_id, "video_credits_20", "INR") for _ in range(5)]
    taken = await make(person_id, "video_credits_20", "INR")
    payment = await shop.kithkin.billing.start_checkout()(taken.id, None)
    await shop.pass_time(KEPT_FOR)
    young = await make(person_id, "video_credits_20", "INR")
    assert await read(left[0].id, person_id) == left[0]
    await shop.pass_time(DAY + 16 * MINUTE)
    for quote in left:
        with pytest.raises(NotFoundError):
            await read(quote.id, person_id)
    assert await read(young.id, person_id) == young
    assert (await shop.kithkin.billing.start_checkout()(taken.id, None)).id == payment.id


async def test_old_quotes_are_forgotten_in_bounded_batches(shop: Shop) -> None:
    person_id = await shop.a_person()
    make, quotes = shop.kithkin.shop.make_quote(), shop.kithkin.ports.quotes()
    before = await shop.now() + 15 * MINUTE
    made = [await make(person_id, "video_credits_20", "INR") for _ in range(5)]
    taken = sorted(made, key=lambda it: (it.valid_until, it.id))[2]
    await shop.kithkin.billing.start_checkout()(taken.id, None)
    place, batches = None, 0
    while True:
        place = await quotes.forget(before + MINUTE, place, 2)
        batches += 1
        if place is None:
            break
    assert batches >= 3
    kept = [it for it in made if await quotes.get(it.id) is not None]
    assert kept == [taken]


async def test_credit_leaves_enough_to_be_charged(shop: Shop) -> None:
    person_id = await shop.a_person()
    make = shop.kithkin.shop.make_quote()
    grant = shop.kithkin.shop.grant_account_credit()
    shop.provider.least = 5_000
    await grant(person_id, 26_000, "INR", "Goodwill")
    quote = await make(person_id, "video_credits_20", "INR")
    assert (quote.total_minor, quote.credit_applied_minor) == (5_000, 24_900)
    payment = await shop.kithkin.billing.start_checkout()(quote.id, None)
    assert payment.amount_minor == 5_000
    await grant(person_id, 29_900 - 1_100, "INR", "Goodwill")
    whole = await make(person_id, "video_credits_20", "INR")
    assert (whole.total_minor, whole.credit_applied_minor) == (0, 29_900)


async def test_what_cannot_be_charged_is_told_at_the_quote(shop: Shop) -> None:
    person_id = await shop.a_person()
    shop.provider.least = 5_000
    with pytest.raises(TotalTooSmallError, match=r"4900 INR .* no less than 5000"):
        await shop.kithkin.shop.make_quote()(person_id, "premium_daily_pass", "INR")
    await shop.kithkin.shop.grant_account_credit()(person_id, 4_900, "INR", "Goodwill")
    quote = await shop.kithkin.shop.make_quote()(person_id, "premium_daily_pass", "INR")
    assert quote.total_minor == 0
