"""Quotes and receipts: every line, and what is said where there can be none."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.billing.catalogue import Offer, item_of
from domain.billing.payments import no_such_payment
from domain.billing.policy import BillingPolicy
from domain.billing.quotes import (
    Discount,
    LineKind,
    Quote,
    QuoteExpiredError,
    QuoteLine,
    QuoteRequest,
    Upgrade,
    best_discount,
    no_such_quote,
    quoted,
)
from domain.billing.receipts import NothingPaidError, Receipt, receipt
from domain.shared.errors import InvalidValueError
from domain.shared.ids import PersonId, QuoteId, SubscriptionId
from tests.domain.billing.reports import a_payment, success

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
POLICY = BillingPolicy(quote_seconds=600)
ANA = PersonId(UUID(int=1))
RUNNING, UPGRADED = SubscriptionId(UUID(int=5)), SubscriptionId(UUID(int=6))
OFFER = Offer(item_of("plus_monthly"), {"USD": 999, "INR": 49_900})
REQUEST = QuoteRequest(person_id=ANA, offer=OFFER, currency="USD")
QUOTE = Quote(
    id=QuoteId(UUID(int=9)),
    person_id=ANA,
    item=OFFER.item,
    currency="USD",
    lines=(QuoteLine(LineKind.PRICE, "plus_monthly", 999),),
    total_minor=999,
    credit_applied_minor=0,
    created_at=NOW,
    valid_until=NOW + timedelta(minutes=10),
    policy_version="v",
)


def quote(**asked: Any) -> Quote:
    return quoted(QUOTE.id, attrs.evolve(REQUEST, **asked), POLICY, "v", NOW)


def test_a_quote_holds_what_was_asked_for_and_how_long_it_holds() -> None:
    assert quote() == QUOTE
    assert not QUOTE.upgrades


def unused(minor: int) -> Upgrade:
    return Upgrade(subscription_id=UPGRADED, unused_minor=minor)


def off(percent: int) -> tuple[Discount, ...]:
    return (Discount("small", 1), Discount("reward", percent), Discount("late", percent))


PRICE = (LineKind.PRICE, "plus_monthly", 999)


@pytest.mark.parametrize(
    ("asked", "lines", "total", "credit"),
    [
        ({}, [PRICE], 999, 0),
        # What is unused comes off first, and never more than the price.
        (
            {"upgrade": unused(400)},
            [PRICE, (LineKind.PRORATION, "unused_period", -400)],
            599,
            0,
        ),
        ({"upgrade": unused(1)}, [PRICE, (LineKind.PRORATION, "unused_period", -1)], 998, 0),
        (
            {"upgrade": unused(1000)},
            [PRICE, (LineKind.PRORATION, "unused_period", -999)],
            0,
            0,
        ),
        ({"upgrade": unused(0)}, [PRICE], 999, 0),
        # Then the best discount alone, the first of equals, of what is left.
        ({"discounts": off(20)}, [PRICE, (LineKind.DISCOUNT, "reward", -200)], 799, 0),
        ({"discounts": off(100)}, [PRICE, (LineKind.DISCOUNT, "reward", -999)], 0, 0),
        ({"discounts": (Discount("none", 0),)}, [PRICE], 999, 0),
        (
            {"upgrade": unused(998), "discounts": off(1)},
            [
                PRICE,
                (LineKind.PRORATION, "unused_period", -998),
                (LineKind.DISCOUNT, "small", -1),
            ],
            0,
            0,
        ),
        # Then account credit, as far as it goes; a debt pays for nothing.
        ({"credit_minor": 1}, [PRICE, (LineKind.ACCOUNT_CREDIT, "account_credit", -1)], 998, 1),
        (
            {"credit_minor": 5000},
            [PRICE, (LineKind.ACCOUNT_CREDIT, "account_credit", -999)],
            0,
            999,
        ),
        ({"credit_minor": -5000}, [PRICE], 999, 0),
        (
            {"upgrade": unused(399), "discounts": off(50), "credit_minor": 100},
            [
                PRICE,
                (LineKind.PRORATION, "unused_period", -399),
                (LineKind.DISCOUNT, "reward", -300),
                (LineKind.ACCOUNT_CREDIT, "account_credit", -100),
            ],
            200,
            100,
        ),
        (
            {"upgrade": unused(999), "discounts": off(50), "credit_minor": 100},
            [PRICE, (LineKind.PRORATION, "unused_period", -999)],
            0,
            0,
        ),
    ],
)
def test_each_line_takes_off_what_is_left(
    asked: dict[str, Any], lines: list[tuple[LineKind, str, int]], total: int, credit: int
) -> None:
    assert quote(**asked) == attrs.evolve(
        QUOTE,
        lines=tuple(QuoteLine(*line) for line in lines),
        total_minor=total,
        credit_applied_minor=credit,
        subscription_id=UPGRADED if "upgrade" in asked else None,
    )


def test_a_quote_names_the_subscription_it_changes_or_renews() -> None:
    assert quote(renews=RUNNING) == attrs.evolve(QUOTE, subscription_id=RUNNING)
    changed = quote(renews=RUNNING, upgrade=unused(400))
    assert changed.subscription_id == UPGRADED
    assert changed.upgrades


def test_without_discounts_none_applies() -> None:
    assert best_discount(()) is None


def test_an_item_is_quoted_in_the_currencies_it_is_sold_in() -> None:
    assert quote(currency="INR").total_minor == 49_900
    with pytest.raises(InvalidValueError) as refusal:
        quote(currency="EUR")
    assert (refusal.value.field, refusal.value.detail) == (
        "currency",
        "This item is sold in INR, USD; give one of these.",
    )


def test_a_quote_is_taken_until_its_time_is_over() -> None:
    QUOTE.require_valid(QUOTE.valid_until - MOMENT)
    with pytest.raises(QuoteExpiredError) as refusal:
        QUOTE.require_valid(QUOTE.valid_until)
    assert refusal.value.detail == "The quote held until 2026-03-02T12:10:00Z; make a new one."


def test_a_receipt_is_of_what_was_paid() -> None:
    paid = a_payment().told((success(),))
    assert receipt(paid) == Receipt(payment=paid, paid_at=success().occurred_at)
    with pytest.raises(NothingPaidError) as refusal:
        receipt(a_payment())
    assert refusal.value.detail == (
        "Nothing was paid; a receipt is there once the payment succeeds."
    )


def test_what_is_absent_says_what_to_check() -> None:
    assert no_such_quote().detail == "There is no such quote; check the id, or make a new one."
    assert no_such_payment().detail == "There is no such payment; check the id."
