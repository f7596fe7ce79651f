"""Quotes and the catalogue: prices, discounts and account credit, line by line."""

from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from domain.billing.catalogue import PassItem, SecondsItem, SubscriptionItem, VideoCreditsItem
from domain.billing.quotes import Discount, LineKind, Quote, QuoteExpiredError
from domain.identity.persons import PersonStatus
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import PersonId, QuoteId
from domain.shared.standing import PersonDeletedError, PersonSuspendedError
from tests.contracts import given, values
from tests.contracts.billing import (
    SomeDiscounts,
    grant_account_credit,
    make_quote,
    read_quote,
    show_catalogue,
    the_balance,
)
from tests.contracts.stores import Stores
from tests.contracts.test_export import exported
from tests.contracts.use_cases import erase_person
from tests.contracts.values import RULEBOOK, START


def told(quote: Quote) -> list[tuple[LineKind, str, int]]:
    return [(line.kind, line.label, line.amount_minor) for line in quote.lines]


async def a_rewarded_person(stores: Stores) -> PersonId:
    """One who completed calls with three partners this month, which lowers prices by 20 %."""
    person = await given.a_person(stores)
    for _ in range(3):
        partner = await given.a_person(stores)
        conversation = values.a_conversation(person, partner)
        await stores.conversations.add(conversation, ())
        await given.a_completed_call(stores, conversation, START)
    return person.id


async def test_a_quote_says_what_it_is_made_of(stores: Stores) -> None:
    person_id = await a_rewarded_person(stores)
    await grant_account_credit(stores)(person_id, 300, "USD", "Thanks")
    quote = await make_quote(stores)(person_id, "plus_monthly", "USD")
    assert told(quote) == [
        (LineKind.PRICE, "plus_monthly", 999),
        (LineKind.DISCOUNT, "monthly_reward", -200),
        (LineKind.ACCOUNT_CREDIT, "account_credit", -300),
    ]
    assert (quote.total_minor, quote.credit_applied_minor) == (499, 300)
    assert quote.valid_until - quote.created_at == timedelta(minutes=15)
    assert quote.policy_version == RULEBOOK.version
    assert await read_quote(stores)(quote.id, person_id) == quote
    assert await read_quote(stores)(quote.id, None) == quote
    assert await the_balance(stores, person_id) == 300  # a quote takes nothing
    quote.require_valid(quote.valid_until - timedelta(microseconds=1))
    with pytest.raises(QuoteExpiredError):
        quote.require_valid(quote.valid_until)


@pytest.mark.parametrize(
    ("key", "item", "price"),
    [
        ("premium_annual", SubscriptionItem, 1_299_000),
        ("premium_daily_pass", PassItem, 4_900),
        ("video_credits_20", VideoCreditsItem, 29_900),
        ("seconds_18000", SecondsItem, 59_900),
    ],
)
async def test_all_that_is_sold_is_quoted(
    stores: Stores, key: str, item: type[Any], price: int
) -> None:
    person = await given.a_person(stores)
    quote = await make_quote(stores)(person.id, key, "INR")
    assert isinstance(quote.item, item)
    assert (quote.item.key, quote.total_minor) == (key, price)
    assert await read_quote(stores)(quote.id, None) == quote


async def test_the_best_discount_applies_alone(stores: Stores) -> None:
    person = await given.a_person(stores)
    discounts = SomeDiscounts(
        (Discount("monthly_reward", 20), Discount("referral", 33), Discount("other", 33))
    )
    quote = await make_quote(stores, discounts)(person.id, "seconds_3600", "USD")
    # 299 * 67 // 100 = 200
    assert told(quote)[1:] == [(LineKind.DISCOUNT, "referral", -99)]
    assert quote.total_minor == 200


async def test_credit_pays_for_all_that_it_can(stores: Stores) -> None:
    person = await given.a_person(stores)
    await grant_account_credit(stores)(person.id, 5000, "USD", "Thanks")
    paid = await make_quote(stores)(person.id, "seconds_3600", "USD")
    assert (paid.total_minor, paid.credit_applied_minor) == (0, 299)
    other = await make_quote(stores)(person.id, "seconds_3600", "INR")
    assert (other.total_minor, other.credit_applied_minor) == (14_900, 0)


async def test_what_cannot_be_quoted_says_why(stores: Stores) -> None:
    person = await given.a_person(stores)
    quote = make_quote(stores)
    for key in ("plus_weekly", "", "free_monthly", "seconds_1", "plus_monthly\x00"):
        with pytest.raises(NotFoundError):
            await quote(person.id, key, "USD")
    with pytest.raises(InvalidValueError, match="INR, USD"):
        await quote(person.id, "plus_monthly", "EUR")
    with pytest.raises(NotFoundError):
        await quote(PersonId(uuid7()), "plus_monthly", "USD")
    suspended = await given.a_person(stores, status=PersonStatus.SUSPENDED)
    with pytest.raises(PersonSuspendedError):
        await quote(suspended.id, "plus_monthly", "USD")


async def test_a_quote_is_its_persons_own(stores: Stores) -> None:
    person, other = await given.a_person(stores), await given.a_person(stores)
    quote = await make_quote(stores)(person.id, "plus_monthly", "USD")
    for quote_id, viewer in ((quote.id, other.id), (QuoteId(uuid7()), None)):
        with pytest.raises(NotFoundError):
            await read_quote(stores)(quote_id, viewer)


async def test_quotes_are_exported_and_go_with_their_person(stores: Stores) -> None:
    person = await given.a_person(stores)
    quote = await make_quote(stores)(person.id, "plus_monthly", "USD")
    [own] = (await exported(stores, person.id))["quotes"]
    assert (own.id, own.item_key, own.total_minor) == (quote.id, "plus_monthly", 999)
    assert own.lines == [
        {"kind": "price", "label": "plus_monthly", "amount_minor": 999, "source_id": None}
    ]
    await erase_person(stores)(person.id)
    assert await stores.quotes.get(quote.id) is None
    with pytest.raises(PersonDeletedError):
        await make_quote(stores)(person.id, "plus_monthly", "USD")


async def test_the_catalogue_shows_what_a_person_would_pay(stores: Stores) -> None:
    person_id = await a_rewarded_person(stores)
    for view, percent in (
        (await show_catalogue(stores)("USD", person_id), 20),
        (await show_catalogue(stores)("USD", None), 0),
    ):
        prices = {one.item.key: (one.price_minor, one.to_pay_minor) for one in view.items}
        assert len(prices) == 11
        assert prices["plus_monthly"] == (999, 999 * (100 - percent) // 100)
        assert prices["video_credits_5"] == (199, 199 * (100 - percent) // 100)
        assert prices["premium_weekly_pass"] == (399, 399 * (100 - percent) // 100)
        assert view.discount == (Discount("monthly_reward", 20) if percent else None)
    with pytest.raises(InvalidValueError, match="INR, USD"):
        await show_catalogue(stores)("EUR", None)
