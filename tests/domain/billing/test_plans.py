"""The time that plans give, the states of subscriptions, and which tier applies."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.billing.catalogue import item_of
from domain.billing.paid_subscriptions import subscriptions_of
from domain.billing.payments import Payment
from domain.billing.quotes import LineKind, QuoteLine
from domain.billing.subscription_changes import (
    NoSubscriptionError,
    PlanChange,
    PlanChangeRefusedError,
    PlanUnchangedError,
    canceled,
    changed_later,
    plan_change,
    quoted_plan,
    resumed,
    running,
)
from domain.billing.subscriptions import (
    Active,
    Canceled,
    Expired,
    GrantSource,
    PastDue,
    ProviderRefs,
    SubscriptionSnapshot,
    SubscriptionStatus,
    Trialing,
    with_snapshot,
)
from domain.billing.terms import terms_of
from domain.shared.tiers import Tier
from tests.domain.billing.bought_plans import DAY, GRACE, SUB, paid, plans
from tests.domain.billing.reports import PRICE, START, a_payment, refund, success
from tests.domain.strategies import one_of_each


def upgrade(item: str, at: datetime, number: int) -> Payment:
    lines = (QuoteLine(LineKind.PRICE, item, PRICE), QuoteLine(LineKind.PRORATION, "x", -1))
    return paid(item, at, number, lines=lines)


def test_months_keep_their_day() -> None:
    start = datetime(2026, 1, 31, 12, tzinfo=UTC)
    february = datetime(2026, 2, 28, 12, tzinfo=UTC)
    first, second = terms_of((paid("plus_monthly", start), paid("plus_monthly", february, 2)))
    assert (first.ends_at, second.starts_at) == (february, february)
    assert second.ends_at == datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_a_renewal_in_time_goes_on_from_the_end_and_a_late_one_from_its_day() -> None:
    early = terms_of((paid("plus_monthly"), paid("plus_monthly", START + 3 * DAY, 2)))
    assert early[1].starts_at == early[0].ends_at
    late = START + 33 * DAY
    assert terms_of((paid("plus_monthly"), paid("plus_monthly", late, 2)))[1].starts_at == late


def test_passes_follow_each_other_beside_a_subscription() -> None:
    terms = terms_of(
        (
            paid("plus_monthly"),
            paid("premium_daily_pass", START + DAY, 2),
            paid("premium_weekly_pass", START + DAY, 3),
        )
    )
    assert [(it.starts_at - START, it.ends_at - START) for it in terms[1:]] == [
        (DAY, 2 * DAY),
        (2 * DAY, 9 * DAY),
    ]
    all_of = plans(paid("plus_monthly"), paid("premium_daily_pass", START + DAY, 2))
    assert all_of.tier(START) is Tier.PLUS
    grants = all_of.grants(START + DAY)
    assert [(it.tier, it.source) for it in grants] == [
        (Tier.PREMIUM, GrantSource.PASS),
        (Tier.PLUS, GrantSource.SUBSCRIPTION),
    ]
    assert all_of.tier(START + 2 * DAY) is Tier.PLUS


def test_an_upgrade_begins_at_once_and_comes_undone_with_its_payment() -> None:
    at = START + 10 * DAY
    better = upgrade("premium_monthly", at, 2)
    before, after = terms_of((paid("plus_monthly"), better))
    assert (before.ends_at, after.starts_at) == (at, at)
    back = attrs.evolve(refund(), occurred_at=at + DAY)
    undone = plans(paid("plus_monthly"), better.told((back,)))
    assert undone.tier(at) is Tier.PREMIUM
    assert undone.tier(at + DAY) is Tier.PLUS


def test_a_subscription_goes_through_its_states() -> None:
    own = plans(paid("plus_monthly"))
    [subscription] = own.subscriptions
    end = datetime(2026, 4, 2, 12, tzinfo=UTC)
    assert own.state(subscription, START) == Active(period_starts_at=START, period_ends_at=end)
    due = own.state(subscription, end)
    assert isinstance(due, PastDue)
    assert due.grace_ends_at == end + GRACE
    assert own.tier(end) is Tier.PLUS
    assert own.state(subscription, end + GRACE) == Expired(ended_at=end + GRACE)
    assert own.tier(end + GRACE) is Tier.FREE
    assert own.next_change(START) == end
    assert own.next_change(end) == end + GRACE
    assert own.next_change(end + GRACE) is None


def test_what_is_canceled_lasts_to_the_end_without_grace() -> None:
    own = plans(paid("plus_monthly"))
    [subscription] = own.subscriptions
    stopped = canceled(subscription, START + DAY)
    then = plans(paid("plus_monthly"), known=(stopped,))
    end = datetime(2026, 4, 2, 12, tzinfo=UTC)
    state = then.state(then.subscriptions[0], START + DAY)
    assert isinstance(state, Canceled)
    assert (state.canceled_at, state.period_ends_at) == (START + DAY, end)
    assert then.state(then.subscriptions[0], end) == Expired(ended_at=end)
    again = resumed(stopped, START + 2 * DAY)
    assert again.not_renewed_since is None
    assert canceled(stopped, START + 3 * DAY) == stopped
    renewed = plans(
        paid("plus_monthly"), paid("plus_monthly", START + 5 * DAY, 2), known=(stopped,)
    )
    assert renewed.subscriptions[0].not_renewed_since is None


def test_a_renewal_by_the_provider_undoes_no_decision() -> None:
    end = datetime(2026, 4, 2, 12, tzinfo=UTC)
    first = paid("premium_monthly")
    [subscription] = plans(first).subscriptions
    less = item_of("plus_monthly")
    later = changed_later(subscription, less, end - DAY)  # type: ignore[arg-type]
    for known in (canceled(subscription, end - DAY), later):
        renewal = paid("premium_monthly", end, 2, quote_id=None)
        [after] = plans(first, renewal, known=(known,)).subscriptions
        assert (after.canceled_at, after.next_item) == (known.canceled_at, known.next_item)
        [anew] = plans(first, paid("premium_monthly", end, 2), known=(known,)).subscriptions
        assert (anew.canceled_at, anew.next_item) == (None, None)


def test_what_is_given_back_is_over_at_once() -> None:
    back = attrs.evolve(refund(), occurred_at=START + 2 * DAY)
    own = plans(paid("plus_monthly").told((back,)))
    assert own.tier(START + DAY) is Tier.PLUS
    assert own.tier(START + 2 * DAY) is Tier.FREE
    assert own.state(own.subscriptions[0], START + 2 * DAY) == Expired(ended_at=START + 2 * DAY)


def said(minutes: int, **changes: Any) -> SubscriptionSnapshot:
    snapshot = SubscriptionSnapshot(
        provider=a_payment().provider,
        refs=ProviderRefs(subscription_id="sub", customer_id="cus"),
        created=START + timedelta(minutes=minutes),
        status=SubscriptionStatus.ACTIVE,
        period_starts_at=START,
        period_ends_at=START + 30 * DAY,
    )
    return attrs.evolve(snapshot, **changes)


def test_the_latest_snapshot_stands_whatever_the_order() -> None:
    [subscription] = plans(paid("plus_monthly")).subscriptions
    early, late = said(1, cancels_at_period_end=True), said(2)
    one = with_snapshot(with_snapshot(subscription, early), late)
    assert one == with_snapshot(with_snapshot(subscription, late), early)
    assert one.not_renewed_since is None
    assert one.refs.customer_id == "cus"
    stopped = with_snapshot(one, said(3, cancels_at_period_end=True))
    assert stopped.not_renewed_since == START + timedelta(minutes=3)
    assert resumed(stopped, START + DAY).not_renewed_since is None


def test_a_trial_gives_its_tier() -> None:
    [subscription] = plans(paid("plus_monthly")).subscriptions
    trying = with_snapshot(subscription, said(1, status=SubscriptionStatus.TRIALING))
    own = plans(paid("plus_monthly"), known=(trying,))
    assert isinstance(own.state(own.subscriptions[0], START + DAY), Trialing)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("plus_monthly", "premium_monthly", PlanChange.UPGRADE),
        ("plus_monthly", "plus_annual", PlanChange.UPGRADE),
        ("plus_annual", "premium_monthly", PlanChange.LATER),
        ("premium_monthly", "plus_annual", PlanChange.LATER),
        ("premium_monthly", "premium_monthly", PlanChange.NONE),
    ],
)
def test_more_for_no_shorter_begins_at_once(before: str, after: str, change: PlanChange) -> None:
    assert plan_change(item_of(before), item_of(after)) is change  # type: ignore[arg-type]


def test_a_quote_for_a_plan_takes_off_what_is_unused() -> None:
    first = paid("plus_monthly")
    own = plans(first)
    half = START + 31 * DAY / 2
    quoted = quoted_plan(item_of("premium_monthly"), own, (first,), "INR", half)
    assert quoted.upgrade is not None
    assert quoted.upgrade.unused_minor == PRICE // 2
    assert quoted_plan(item_of("plus_monthly"), own, (first,), "INR", half).renews == SUB
    with pytest.raises(PlanChangeRefusedError):
        quoted_plan(item_of("premium_monthly"), own, (first,), "USD", half)
    better = plans(paid("premium_monthly"))
    with pytest.raises(PlanChangeRefusedError):
        quoted_plan(item_of("plus_monthly"), better, (first,), "INR", half)
    assert quoted_plan(item_of("seconds_3600"), own, (first,), "INR", half).renews is None


def test_what_a_plan_is_worth_is_what_was_paid_for_it_and_not_given_back() -> None:
    part = attrs.evolve(refund(), amount_minor=PRICE // 2, occurred_at=START)
    first = paid("plus_monthly").told((part,))
    quoted = quoted_plan(item_of("premium_monthly"), plans(first), (first,), "INR", START)
    assert quoted.upgrade is not None
    assert quoted.upgrade.unused_minor == PRICE - PRICE // 2
    lines = (
        QuoteLine(LineKind.PRICE, "plus_annual", PRICE + 100),
        QuoteLine(LineKind.PRORATION, "unused_period", -100),
    )
    second = paid("plus_annual", START, 2, lines=lines)
    both = (paid("plus_monthly"), second)
    again = quoted_plan(item_of("premium_annual"), plans(*both), both, "INR", START)
    assert again.upgrade is not None
    assert again.upgrade.unused_minor == PRICE + 100


def test_what_was_paid_ahead_and_given_up_for_an_upgrade_is_worth_nothing_more() -> None:
    paid_ahead = paid("plus_monthly", START + DAY, 2)
    upgraded = upgrade("premium_monthly", START + 2 * DAY, 3)
    three = (paid("plus_monthly"), paid_ahead, upgraded)
    own, item = plans(*three), item_of("premium_annual")
    quoted = quoted_plan(item, own, three, "INR", START + 2 * DAY)
    assert quoted.upgrade is not None
    assert quoted.upgrade.unused_minor == PRICE + 1


def test_money_of_two_currencies_is_never_added_up() -> None:
    first = paid("plus_monthly")
    own = plans(first)
    with pytest.raises(PlanChangeRefusedError, match="INR"):
        quoted_plan(item_of("plus_monthly"), own, (first,), "USD", START + DAY)
    over = datetime(2026, 4, 2, 12, tzinfo=UTC)
    late = quoted_plan(item_of("plus_monthly"), own, (first,), "USD", over)
    assert late.renews == SUB
    dollars = paid("plus_monthly", START + DAY, 2, amount_minor=999, currency="USD")
    other = attrs.evolve(
        dollars, reports=(attrs.evolve(success(), amount_minor=999, currency="USD"),)
    )
    both = (first, attrs.evolve(other))
    mixed = quoted_plan(item_of("premium_annual"), plans(*both), both, "USD", START + DAY)
    assert mixed.upgrade is not None
    assert mixed.upgrade.unused_minor <= 999


def test_downwards_waits_for_the_end() -> None:
    own = plans(paid("premium_monthly"))
    [subscription] = own.subscriptions
    less = item_of("plus_monthly")
    later = changed_later(subscription, less, START + DAY)  # type: ignore[arg-type]
    assert later.next_item == less
    assert resumed(later, START + 2 * DAY).next_item is None
    with pytest.raises(PlanUnchangedError):
        changed_later(subscription, subscription.item, START)
    with pytest.raises(NoSubscriptionError):
        running(own, START + 400 * DAY)
    then = plans(paid("premium_monthly"), paid("plus_monthly", START + 20 * DAY, 2), known=(later,))
    assert then.subscriptions[0].next_item is None
    assert then.tier(START + 25 * DAY) is Tier.PREMIUM
    assert then.tier(START + 35 * DAY) is Tier.PLUS


def _bought(item: str, on: int, back_after: int | None) -> Callable[[int], Payment]:
    at = START + on * DAY

    def numbered(number: int) -> Payment:
        payment = paid(item, at, number)
        if back_after is None:
            return payment
        back = attrs.evolve(refund(), occurred_at=at + back_after * DAY)
        return payment.told((back,))

    return numbered


bought = one_of_each(
    _bought,
    ("plus_monthly", "premium_monthly", "premium_daily_pass", "premium_weekly_pass"),
    range(61),
    [*[None] * 41, *range(41)],
)
some_payments = st.lists(bought, min_size=1, max_size=6).map(
    lambda made: [payment(number) for number, payment in enumerate(made, start=1)]
)


@settings(max_examples=200)
@given(some_payments, st.randoms(use_true_random=False))
def test_terms_are_the_same_in_any_order(payments: list[Payment], random: Random) -> None:
    shuffled = random.sample(payments, len(payments))
    assert terms_of(payments) == terms_of(shuffled)
    assert subscriptions_of([it for it in payments if it.subscription_id], ()) == subscriptions_of(
        [it for it in shuffled if it.subscription_id], ()
    )


@settings(max_examples=200)
@given(some_payments)
def test_terms_of_a_kind_never_overlap_and_end_with_what_was_taken_back(
    payments: list[Payment],
) -> None:
    terms = [it for it in terms_of(payments) if it.starts_at < it.ends_at]
    passes = sorted((it for it in terms if it.subscription_id is None), key=lambda it: it.starts_at)
    assert all(one.ends_at <= two.starts_at for one, two in pairwise(passes))
    for term in terms:
        assert term.starts_at >= term.settled_at
        assert term.reversed_at is None or term.ends_at <= max(term.starts_at, term.reversed_at)
