"""The state of a subscription at each instant, and every tier that is given, as a whole."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from domain.billing.entitlements import PersonGrants, person_grants
from domain.billing.subscriptions import (
    Active,
    Canceled,
    Expired,
    GrantSource,
    PastDue,
    Subscription,
    SubscriptionState,
    Term,
    TierGrant,
    Trialing,
)
from domain.shared.tiers import Tier
from tests.domain.billing.subscribed import (
    ANA,
    DAY,
    GRACE,
    MOMENT,
    OTHER,
    PLUS_PASS,
    PREMIUM,
    START,
    SUB,
    SUBSCRIPTION,
    TRIAL,
    a_pass,
    payment_id,
    plans,
    term,
)

CANCELED = attrs.evolve(SUBSCRIPTION, canceled_at=START + DAY)
TRYING = attrs.evolve(SUBSCRIPTION, snapshot=TRIAL)


def period(first: int, last: int) -> dict[str, Any]:
    return {"period_starts_at": START + first * DAY, "period_ends_at": START + last * DAY}


def past_due(first: int, last: int) -> PastDue:
    return PastDue(**period(first, last), grace_ends_at=START + last * DAY + GRACE)


def taken_back(first: int, last: int, at: timedelta, **changes: Any) -> Term:
    return term(first, last, reversed_at=START + at, **changes)


@pytest.mark.parametrize(
    ("subscription", "terms", "after", "state"),
    [
        # The term that runs, wherever it stands.
        (SUBSCRIPTION, [term(0, 30)], 0 * DAY, Active(**period(0, 30))),
        (SUBSCRIPTION, [term(0, 30), term(30, 60)], 30 * DAY, Active(**period(30, 60))),
        (SUBSCRIPTION, [term(30, 60), term(0, 30)], 30 * DAY - MOMENT, Active(**period(0, 30))),
        # Else the next one.
        (
            SUBSCRIPTION,
            [term(0, 30), term(90, 99), term(60, 90)],
            40 * DAY,
            Active(**period(60, 90)),
        ),
        # Else the last one, through the days of grace.
        (SUBSCRIPTION, [term(0, 30), term(30, 60)], 60 * DAY, past_due(30, 60)),
        (SUBSCRIPTION, [term(30, 60), term(0, 30)], 63 * DAY - MOMENT, past_due(30, 60)),
        (SUBSCRIPTION, [term(0, 30)], 33 * DAY, Expired(ended_at=START + 33 * DAY)),
        # Another subscription's terms, and passes, are not its own.
        (
            SUBSCRIPTION,
            [term(0, 60, subscription_id=OTHER), a_pass(0, 60), term(0, 30)],
            30 * DAY,
            past_due(0, 30),
        ),
        # What is not to be renewed ends without grace.
        (
            CANCELED,
            [term(0, 30)],
            30 * DAY - MOMENT,
            Canceled(**period(0, 30), canceled_at=START + DAY),
        ),
        (CANCELED, [term(0, 30)], 30 * DAY, Expired(ended_at=START + 30 * DAY)),
        # So does what was taken back while it ran, and only that.
        (SUBSCRIPTION, [taken_back(0, 9, 9 * DAY)], 9 * DAY, Expired(ended_at=START + 9 * DAY)),
        (SUBSCRIPTION, [taken_back(0, 9, 9 * DAY + MOMENT)], 9 * DAY, past_due(0, 9)),
        # Of what gave no time at all, the last that was taken back says when it was over.
        (SUBSCRIPTION, [], 0 * DAY, Expired(ended_at=START)),
        (
            SUBSCRIPTION,
            [
                taken_back(5, 5, 2 * DAY),
                taken_back(5, 5, 4 * DAY),
                term(6, 6),
                taken_back(5, 5, 8 * DAY, subscription_id=OTHER),
            ],
            5 * DAY,
            Expired(ended_at=START + 4 * DAY),
        ),
        # A trial goes before all of that, while it lasts.
        (TRYING, [term(0, 30)], 10 * DAY - MOMENT, Trialing(**period(0, 10))),
        (TRYING, [], 0 * DAY, Trialing(**period(0, 10))),
        (TRYING, [term(0, 30)], 10 * DAY, Active(**period(0, 30))),
    ],
)
def test_a_subscription_is_in_the_state_that_its_terms_and_time_put_it_in(
    subscription: Subscription, terms: list[Term], after: timedelta, state: SubscriptionState
) -> None:
    own = plans(*terms, subscriptions=(subscription,))
    assert own.state(subscription, START + after) == state


OLDER = attrs.evolve(SUBSCRIPTION, id=OTHER, started_at=START - 90 * DAY)


@pytest.mark.parametrize(
    ("subscriptions", "terms", "current"),
    [
        ((), [], None),
        ((SUBSCRIPTION, OLDER), [], SUBSCRIPTION),
        ((SUBSCRIPTION, OLDER), [term(-40, 9, subscription_id=OTHER)], OLDER),
        ((SUBSCRIPTION, OLDER), [term(-40, 9, subscription_id=OTHER), term(0, 9)], SUBSCRIPTION),
    ],
)
def test_the_subscription_that_is_shown_runs_or_is_the_newest(
    subscriptions: tuple[Subscription, ...], terms: list[Term], current: Subscription | None
) -> None:
    assert plans(*terms, subscriptions=subscriptions).current(START) == current


def subscribed(last: int, **changes: Any) -> TierGrant:
    known = TierGrant(
        tier=Tier.PLUS,
        source=GrantSource.SUBSCRIPTION,
        until=START + last * DAY,
        subscription_id=SUB,
        payment_id=payment_id(1),
    )
    return attrs.evolve(known, **changes)


def passed(last: int, number: int = 1, tier: Tier = Tier.PREMIUM) -> TierGrant:
    return subscribed(
        last,
        tier=tier,
        source=GrantSource.PASS,
        subscription_id=None,
        payment_id=payment_id(number),
    )


SET = TierGrant(tier=Tier.PLUS, source=GrantSource.COMPLIMENTARY)


@pytest.mark.parametrize(
    ("terms", "changes", "after", "grants"),
    [
        ([], {}, 0, []),
        ([term(0, 30)], {}, -1, []),
        ([term(0, 30)], {}, 0, [subscribed(30)]),
        ([a_pass(0, 7)], {}, 6, [passed(7)]),
        ([a_pass(0, 7)], {}, 7, []),
        # In the days of grace, and in a trial, no payment is why.
        ([term(0, 30)], {}, 30, [subscribed(33, payment_id=None)]),
        ([term(0, 30)], {}, 33, []),
        ([], {"subscriptions": (TRYING,)}, 0, [subscribed(10, payment_id=None)]),
        # The highest tier first, then what nothing ends, then what ends last.
        (
            [term(0, 30), a_pass(0, 7, 2), a_pass(0, 9, 3, PLUS_PASS)],
            {"complimentary": Tier.PLUS},
            0,
            [passed(7, 2), SET, subscribed(30), passed(9, 3, Tier.PLUS)],
        ),
        ([a_pass(0, 7, 1), a_pass(0, 9, 2)], {}, 0, [passed(9, 1), passed(9, 2)]),
        ([a_pass(0, 7, 2), a_pass(0, 7, 1)], {}, 0, [passed(7, 1), passed(7, 2)]),
        (
            [term(0, 7), a_pass(0, 7, 2, PLUS_PASS)],
            {},
            0,
            [passed(7, 2, Tier.PLUS), subscribed(7)],
        ),
    ],
)
def test_every_tier_that_applies_is_given_with_its_source_and_end(
    terms: list[Term], changes: dict[str, Any], after: int, grants: list[TierGrant]
) -> None:
    assert list(plans(*terms, **changes).grants(START + after * DAY)) == grants


@pytest.mark.parametrize(
    ("later", "last"),
    [
        ([], 30),
        ([term(30, 60)], 60),
        ([term(60, 90), term(30, 60)], 90),
        ([term(20, 40)], 40),
        ([term(10, 20)], 30),
        # What does not follow at once, or gives another tier or by another way, is no part of it.
        ([term(31, 60)], 30),
        ([term(30, 60, item=PREMIUM)], 30),
        ([a_pass(30, 60, 2, PLUS_PASS)], 30),
    ],
)
def test_a_tier_is_given_until_the_end_of_all_that_follows_at_once(
    later: list[Term], last: int
) -> None:
    own = plans(term(0, 30), *later)
    assert own.grants(START)[0] == subscribed(last)


def test_what_a_person_is_given_holds_until_the_next_change() -> None:
    assert person_grants(ANA, plans(term(0, 30)), "v", START) == PersonGrants(
        person_id=ANA,
        grants=(subscribed(30),),
        changes_at=START + 30 * DAY,
        policy_version="v",
    )


def test_the_tier_is_told_of_some_sources_or_of_all() -> None:
    own = plans(term(0, 30), a_pass(0, 7), complimentary=Tier.PLUS)
    assert own.tier(START) is Tier.PREMIUM
    assert own.tier_of(START, GrantSource.PASS) is Tier.PREMIUM
    assert own.tier_of(START, GrantSource.SUBSCRIPTION, GrantSource.COMPLIMENTARY) is Tier.PLUS
    assert own.tier_of(START + 40 * DAY, GrantSource.SUBSCRIPTION) is Tier.FREE
    assert own.tier_of(START) is Tier.FREE


@pytest.mark.parametrize(
    ("after", "next_change"), [(-1, 0), (0, 7), (7, 10), (10, 30), (30, 33), (33, None)]
)
def test_time_next_changes_what_applies_at_a_beginning_or_an_end(
    after: int, next_change: int | None
) -> None:
    own = plans(term(0, 30), a_pass(0, 7), subscriptions=(TRYING,))
    expected = None if next_change is None else START + next_change * DAY
    assert own.next_change(START + after * DAY) == expected


@pytest.mark.parametrize(
    ("terms", "back"),
    [
        ([], False),
        ([term(0, 30)], False),
        ([taken_back(0, 9, 9 * DAY)], True),
        ([taken_back(0, 9, 9 * DAY, subscription_id=OTHER)], False),
        # The last that was paid counts, wherever it stands.
        ([term(0, 30), taken_back(30, 40, 40 * DAY)], True),
        ([taken_back(0, 9, 9 * DAY), term(30, 40)], False),
        ([term(30, 40), taken_back(0, 9, 9 * DAY)], False),
    ],
)
def test_what_was_last_paid_was_taken_back_or_not(terms: list[Term], back: bool) -> None:
    assert plans(*terms).was_given_back(SUB) is back
