"""What payments make of a subscription, what is kept of it, and the terms they give."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.billing.catalogue import BillingCycle, SubscriptionItem
from domain.billing.paid_subscriptions import begun_by, subscriptions_of
from domain.billing.payments import Payment, Provider
from domain.billing.quotes import LineKind, QuoteLine
from domain.billing.subscriptions import (
    ProviderRefs,
    Subscription,
    SubscriptionStatus,
    Term,
    replaced,
    with_snapshot,
)
from domain.billing.terms import terms_of
from domain.shared.ids import QuoteId, SubscriptionId
from domain.shared.tiers import Tier
from tests.domain.billing.reports import PRICE, a_payment, refund, success
from tests.domain.billing.subscribed import (
    ANA,
    DAY,
    OTHER,
    PLUS,
    PLUS_PASS,
    PREMIUM,
    PREMIUM_PASS,
    SNAPSHOT,
    START,
    SUB,
    SUBSCRIPTION,
    payment_id,
)

QUOTE = QuoteId(UUID(int=50))
ALL_REFS = ProviderRefs(
    customer_id="cus",
    subscription_id="sub",
    product_id="prod",
    price_id="price",
    invoice_id="in_0",
)


def paid(
    day: int, number: int = 1, item: str = "plus_monthly", back: int | None = None, **changes: Any
) -> Payment:
    """A payment that is settled on a day counted from the start, and taken back on another."""
    known = {"subscription_id": SUB, "quote_id": QUOTE, "created_at": START - DAY, **changes}
    charge = success(occurred_at=START + day * DAY, invoice_id=f"in_{number}")
    reports = [charge] if back is None else [charge, refund(occurred_at=START + back * DAY)]
    return a_payment(item, number, **known).told(reports)


FIRST = paid(0)
SECOND = paid(
    5,
    2,
    "premium_monthly",
    provider=Provider.CASHFREE,
    lines=(QuoteLine(LineKind.PRICE, "premium_monthly", 700),),
    policy_version="1",
)
BOUGHT = attrs.evolve(SUBSCRIPTION, refs=ProviderRefs(invoice_id="in_1"))
CHANGED = attrs.evolve(
    BOUGHT,
    provider=Provider.CASHFREE,
    item=PREMIUM,
    amount_minor=700,
    refs=ProviderRefs(invoice_id="in_2"),
    policy_version="1",
)


@pytest.mark.parametrize(
    ("payments", "made"),
    [
        ([FIRST], BOUGHT),
        ([FIRST, SECOND], CHANGED),
        ([SECOND, FIRST], CHANGED),
        # The last that was not taken back says what it is for; else the last of all.
        ([FIRST, paid(5, 2, "premium_monthly", back=6)], BOUGHT),
        (
            [paid(0, back=1), paid(5, 2, "premium_monthly", back=6)],
            attrs.evolve(BOUGHT, item=PREMIUM, refs=ProviderRefs(invoice_id="in_2")),
        ),
        # It goes by when each was paid, not by when it was asked for, nor by its id.
        (
            [paid(0, 2), paid(5, 1, "premium_monthly", created_at=START - 9 * DAY)],
            attrs.evolve(BOUGHT, item=PREMIUM),
        ),
    ],
)
def test_payments_make_a_subscription(payments: list[Payment], made: Subscription) -> None:
    assert subscriptions_of(payments, ()) == (made,)


def test_each_subscription_is_made_of_its_own_payments_the_newest_first() -> None:
    other = paid(9, 3, subscription_id=OTHER)
    unpaid, a_pass = a_payment(number=4), paid(1, 5, "premium_daily_pass", subscription_id=None)
    newer = attrs.evolve(
        BOUGHT, id=OTHER, refs=ProviderRefs(invoice_id="in_3"), started_at=START + 9 * DAY
    )
    gone = attrs.evolve(BOUGHT, id=SubscriptionId(UUID(int=4)))
    assert subscriptions_of([FIRST, unpaid, a_pass, other], (gone,)) == (newer, BOUGHT)
    both = (paid(0, 3, subscription_id=OTHER), FIRST)
    assert [it.id for it in subscriptions_of(both, ())] == [OTHER, SUB]


KNOWN = attrs.evolve(
    SUBSCRIPTION,
    refs=ALL_REFS,
    status=SubscriptionStatus.CANCELED,
    snapshot=SNAPSHOT,
    canceled_at=START + 3 * DAY,
    decided_at=START + 5 * DAY,
    next_item=PREMIUM,
)


@pytest.mark.parametrize(
    ("payments", "changes"),
    [
        # A decision stands until something is bought after it; a renewal buys nothing.
        ([FIRST], {}),
        ([FIRST, paid(5, 2)], {}),
        ([FIRST, paid(6, 2, quote_id=None)], {}),
        ([paid(6, quote_id=None, created_at=START + 5 * DAY)], {"started_at": START + 6 * DAY}),
        ([FIRST, paid(6, 2)], {"canceled_at": None, "next_item": None}),
        (
            [paid(6, quote_id=None, created_at=START + 6 * DAY)],
            {"started_at": START + 6 * DAY, "canceled_at": None, "next_item": None},
        ),
    ],
)
def test_what_else_is_known_of_a_subscription_is_kept(
    payments: list[Payment], changes: dict[str, Any]
) -> None:
    refs = attrs.evolve(ALL_REFS, invoice_id=f"in_{len(payments)}")
    expected = attrs.evolve(KNOWN, refs=refs, **changes)
    assert subscriptions_of(payments, (KNOWN,)) == (expected,)


def test_a_bill_is_kept_until_the_next_one_is_known() -> None:
    silent = a_payment(subscription_id=SUB).told((success(occurred_at=START),))
    assert subscriptions_of([silent], (KNOWN,))[0].refs == ALL_REFS


def test_without_a_decision_nothing_is_decided() -> None:
    undecided = attrs.evolve(KNOWN, decided_at=None)
    [made] = subscriptions_of([FIRST], (undecided,))
    assert (made.canceled_at, made.decided_at, made.next_item) == (None, None, None)


@pytest.mark.parametrize(
    ("payments", "number"),
    [
        ([], None),
        ([FIRST], 1),
        ([SECOND, FIRST], 2),
        ([paid(5, 1), paid(0, 2)], 1),
        ([paid(5, 1), paid(5, 2)], 2),
        ([FIRST, paid(5, 2, back=6)], 2),
        # No renewal, nothing unpaid and nothing of another subscription began it.
        ([FIRST, paid(5, 2, quote_id=None)], 1),
        ([FIRST, a_payment(number=2, subscription_id=SUB, quote_id=QUOTE)], 1),
        ([FIRST, paid(5, 2, subscription_id=OTHER)], 1),
    ],
)
def test_a_subscription_was_begun_by_what_was_last_bought(
    payments: list[Payment], number: int | None
) -> None:
    found = begun_by(SUBSCRIPTION, payments)
    assert (found and found.id) == (None if number is None else payment_id(number))


def test_of_what_is_replaced_at_the_provider_only_who_pays_is_kept() -> None:
    assert replaced(KNOWN) == attrs.evolve(
        KNOWN, refs=ProviderRefs(customer_id="cus"), snapshot=None
    )


def test_a_snapshot_is_kept_and_the_ids_that_it_names_beside_it() -> None:
    said = attrs.evolve(
        SNAPSHOT, refs=ProviderRefs(subscription_id="sub_2"), payment_id=payment_id(1)
    )
    before = attrs.evolve(SUBSCRIPTION, refs=ALL_REFS)
    after = attrs.evolve(
        before, refs=attrs.evolve(ALL_REFS, subscription_id="sub_2"), snapshot=SNAPSHOT
    )
    assert with_snapshot(before, said) == after


def test_of_two_snapshots_the_later_stands_and_of_equals_the_last_that_was_told() -> None:
    other = attrs.evolve(SNAPSHOT, cancels_at_period_end=True)
    older = attrs.evolve(other, created=START - timedelta(microseconds=1))
    known = with_snapshot(SUBSCRIPTION, SNAPSHOT)
    assert with_snapshot(known, older) == known
    assert with_snapshot(known, other).snapshot == other


def gives(number: int, starts_at: datetime, ends_at: datetime, **changes: Any) -> Term:
    known = Term(
        payment_id=payment_id(number),
        person_id=ANA,
        item=PLUS,
        subscription_id=SUB,
        settled_at=starts_at,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    return attrs.evolve(known, **changes)


def upgrading(
    day: int, number: int, back: int | None = None, item: str = "premium_monthly"
) -> Payment:
    lines = (
        QuoteLine(LineKind.PRICE, item, PRICE),
        QuoteLine(LineKind.PRORATION, "unused_period", -1),
    )
    return paid(day, number, item, back, lines=lines)


APRIL, MAY = START.replace(month=4), START.replace(month=5)


@pytest.mark.parametrize(
    ("payments", "terms"),
    [
        ([a_payment(), paid(0, 1, "seconds_3600", subscription_id=None)], []),
        ([FIRST], [gives(1, START, APRIL)]),
        (
            [paid(3, 2), FIRST],
            [gives(1, START, APRIL), gives(2, APRIL, MAY, settled_at=START + 3 * DAY)],
        ),
        (
            [paid(0, 1, "premium_weekly_pass", subscription_id=None)],
            [gives(1, START, START + 7 * DAY, item=PREMIUM_PASS, subscription_id=None)],
        ),
        # A pass waits for no subscription, and an upgrade of the same tier for nothing.
        (
            [FIRST, paid(3, 2, "plus_weekly_pass", subscription_id=None)],
            [
                gives(1, START, APRIL),
                gives(2, START + 3 * DAY, START + 10 * DAY, item=PLUS_PASS, subscription_id=None),
            ],
        ),
        (
            [FIRST, upgrading(9, 2, item="plus_annual")],
            [
                gives(1, START, START + 9 * DAY),
                gives(
                    2,
                    START + 9 * DAY,
                    (START + 9 * DAY).replace(year=2027),
                    item=SubscriptionItem(Tier.PLUS, BillingCycle.ANNUAL),
                ),
            ],
        ),
        # What was taken back gives nothing from then on, and nothing at all before it began.
        (
            [paid(0, 1, back=9)],
            [gives(1, START, START + 9 * DAY, reversed_at=START + 9 * DAY)],
        ),
        (
            [FIRST, paid(3, 2, back=4)],
            [
                gives(1, START, APRIL),
                gives(
                    2,
                    APRIL,
                    APRIL,
                    settled_at=START + 3 * DAY,
                    reversed_at=START + 4 * DAY,
                ),
            ],
        ),
        # An upgrade ends what is left of its own subscription only.
        (
            [FIRST, paid(1, 2), paid(2, 3, subscription_id=OTHER), upgrading(9, 4)],
            [
                gives(1, START, START + 9 * DAY),
                gives(2, APRIL, APRIL, settled_at=START + DAY),
                gives(
                    3,
                    MAY,
                    START.replace(month=6),
                    settled_at=START + 2 * DAY,
                    subscription_id=OTHER,
                ),
                gives(4, START + 9 * DAY, APRIL + 9 * DAY, item=PREMIUM),
            ],
        ),
        (
            [FIRST, upgrading(9, 4, back=10)],
            [
                gives(1, START, APRIL),
                gives(
                    4,
                    START + 9 * DAY,
                    START + 10 * DAY,
                    item=PREMIUM,
                    reversed_at=START + 10 * DAY,
                ),
            ],
        ),
    ],
)
def test_payments_give_their_terms(payments: list[Payment], terms: list[Term]) -> None:
    assert list(terms_of(payments)) == terms
