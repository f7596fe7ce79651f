"""What a person decides about a subscription, and what buying an item means for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from domain.billing.catalogue import BillingCycle, Item, SecondsItem, SubscriptionItem
from domain.billing.payments import Payment
from domain.billing.plans import Plans
from domain.billing.quotes import LineKind, QuoteLine, Upgrade
from domain.billing.subscription_changes import (
    NoSubscriptionError,
    PlanChangeRefusedError,
    PlanUnchangedError,
    QuotedPlan,
    canceled,
    changed_later,
    quoted_plan,
    resumed,
    running,
)
from domain.billing.subscriptions import Subscription, SubscriptionStatus, Term
from domain.shared.errors import ConflictError
from domain.shared.tiers import Tier
from tests.domain.billing.reports import a_payment, refund, success
from tests.domain.billing.subscribed import (
    DAY,
    OTHER,
    PLUS,
    PLUS_PASS,
    PREMIUM,
    START,
    SUB,
    SUBSCRIPTION,
    TRIAL,
    plans,
    term,
)

NOW = START + 9 * DAY
PLUS_ANNUAL = SubscriptionItem(Tier.PLUS, BillingCycle.ANNUAL)
STOPPED = attrs.evolve(SUBSCRIPTION, canceled_at=START, decided_at=START)
CHANGING = attrs.evolve(SUBSCRIPTION, next_item=PREMIUM, decided_at=START)
ENDED_THERE = attrs.evolve(
    SUBSCRIPTION, snapshot=attrs.evolve(TRIAL, status=SubscriptionStatus.CANCELED)
)

Decision = Callable[[Subscription, datetime], Subscription]


def to(item: SubscriptionItem) -> Decision:
    return lambda subscription, now: changed_later(subscription, item, now)


@pytest.mark.parametrize(
    ("decide", "before", "changes"),
    [
        (canceled, SUBSCRIPTION, {"canceled_at": NOW, "decided_at": NOW}),
        (canceled, CHANGING, {"canceled_at": NOW, "decided_at": NOW, "next_item": None}),
        (canceled, STOPPED, {}),
        (canceled, ENDED_THERE, {}),
        (resumed, SUBSCRIPTION, {}),
        (resumed, STOPPED, {"canceled_at": None, "decided_at": NOW}),
        (resumed, CHANGING, {"next_item": None, "decided_at": NOW}),
        (resumed, ENDED_THERE, {"decided_at": NOW}),
        (to(PREMIUM), SUBSCRIPTION, {"next_item": PREMIUM, "decided_at": NOW}),
        (to(PREMIUM), CHANGING, {}),
        (to(PLUS_ANNUAL), CHANGING, {"next_item": PLUS_ANNUAL, "decided_at": NOW}),
        (to(PLUS), CHANGING, {"next_item": None, "decided_at": NOW}),
    ],
)
def test_a_decision_changes_this_and_nothing_else(
    decide: Decision, before: Subscription, changes: dict[str, Any]
) -> None:
    assert decide(before, NOW) == attrs.evolve(before, **changes)


def test_the_subscription_that_runs_is_given() -> None:
    assert running(plans(term(0, 30)), NOW) == SUBSCRIPTION


def told(*plans_and_item: Any, currency: str = "INR") -> QuotedPlan:
    own, item = plans_and_item
    return quoted_plan(item, own, (a_payment(),), currency, NOW)


RUNS, OVER = plans(term(0, 30)), plans(term(-40, -10))
RUNS_PREMIUM = plans(
    term(0, 30, item=PREMIUM), subscriptions=(attrs.evolve(SUBSCRIPTION, item=PREMIUM),)
)
NONE_RUNS = "No subscription of this person runs; make a quote for one."
OTHER_CURRENCY = (
    "The subscription was paid in INR; go on in that currency, or wait until it is over."
)


@pytest.mark.parametrize(
    ("attempt", "error", "says"),
    [
        pytest.param(
            lambda: running(OVER, NOW), NoSubscriptionError, NONE_RUNS, id="run-what-is-over"
        ),
        pytest.param(
            lambda: running(plans(subscriptions=()), NOW),
            NoSubscriptionError,
            NONE_RUNS,
            id="run-nothing",
        ),
        pytest.param(
            lambda: changed_later(SUBSCRIPTION, PLUS, NOW),
            PlanUnchangedError,
            "The subscription is for plus_monthly already; name another item.",
            id="change-to-the-same",
        ),
        pytest.param(
            lambda: told(RUNS_PREMIUM, PLUS),
            PlanChangeRefusedError,
            (
                "The subscription is for premium_monthly until 2026-04-01T12:00:00Z; change it, "
                "and pay for plus_monthly then."
            ),
            id="buy-less",
        ),
        pytest.param(
            lambda: told(RUNS, PLUS, currency="USD"),
            PlanChangeRefusedError,
            OTHER_CURRENCY,
            id="renew-in-another-currency",
        ),
        pytest.param(
            lambda: told(RUNS, PREMIUM, currency="USD"),
            PlanChangeRefusedError,
            OTHER_CURRENCY,
            id="upgrade-in-another-currency",
        ),
    ],
)
def test_what_is_refused_says_what_to_do(
    attempt: Callable[[], object], error: type[ConflictError], says: str
) -> None:
    with pytest.raises(error) as refusal:
        attempt()
    assert refusal.value.detail == says


@pytest.mark.parametrize(
    ("own", "item", "currency", "quoted"),
    [
        (plans(subscriptions=()), PREMIUM, "USD", QuotedPlan()),
        (OVER, PLUS, "USD", QuotedPlan()),
        (RUNS, SecondsItem(3600), "USD", QuotedPlan()),
        (RUNS, PLUS_PASS, "USD", QuotedPlan()),
        (plans(term(-30, 9)), PREMIUM, "USD", QuotedPlan(renews=SUB)),
        (RUNS, PLUS, "INR", QuotedPlan(renews=SUB)),
        (
            plans(term(0, 30, item=PREMIUM), subscriptions=(CHANGING,)),
            PREMIUM,
            "INR",
            QuotedPlan(renews=SUB),
        ),
        (
            RUNS,
            PREMIUM,
            "INR",
            QuotedPlan(upgrade=Upgrade(subscription_id=SUB, unused_minor=34_930)),
        ),
    ],
)
def test_buying_an_item_means_this_for_the_subscription(
    own: Plans, item: Item, currency: str, quoted: QuotedPlan
) -> None:
    assert told(own, item, currency=currency) == quoted


def worth(minor: int, number: int = 1, **changes: Any) -> Payment:
    """A payment of so much, less a part refunded if so told."""
    return a_payment("plus_monthly", number, amount_minor=minor, **changes)


OFF = (QuoteLine(LineKind.PRICE, "plus_monthly", 1500), QuoteLine(LineKind.PRORATION, "x", -500))
REFUNDED = worth(1000).told((success(amount_minor=1000), refund(amount_minor=400)))


@pytest.mark.parametrize(
    ("terms", "paid", "after", "unused"),
    [
        ([term(0, 30)], [worth(1000)], 0, 1000),
        # Floored to a minor unit, each period by itself.
        ([term(0, 30)], [worth(1000)], 10, 666),
        ([term(0, 30), term(30, 60, 2)], [worth(1000), worth(100, 2)], 10, 766),
        ([term(0, 30), term(10, 40, 2)], [worth(1000), worth(100, 2)], 20, 399),
        ([term(0, 30), term(30, 60, 2)], [worth(1000), worth(100, 2)], 40, 66),
        # Of what was paid with credit or with another period, and not given back.
        ([term(0, 30)], [worth(1000, credit_applied_minor=200)], 0, 1200),
        ([term(0, 30)], [worth(1000, lines=OFF)], 0, 1500),
        ([term(0, 30)], [REFUNDED], 0, 600),
        # Nothing of what was taken back, is another's, in other money, or not known.
        ([term(0, 30), term(30, 60, 2, reversed_at=START)], [worth(1000), worth(9, 2)], 0, 1000),
        (
            [term(0, 30), term(0, 30, 2, subscription_id=OTHER)],
            [worth(1000), worth(9, 2)],
            0,
            1000,
        ),
        ([term(0, 30)], [worth(1000, currency="USD")], 0, 0),
        ([term(0, 30)], [], 0, 0),
    ],
)
def test_what_is_unused_of_what_was_paid_is_taken_off(
    terms: list[Term], paid: list[Payment], after: int, unused: int
) -> None:
    now = START + timedelta(days=after)
    assert quoted_plan(PREMIUM, plans(*terms), tuple(paid), "INR", now) == QuotedPlan(
        upgrade=Upgrade(subscription_id=SUB, unused_minor=unused)
    )
