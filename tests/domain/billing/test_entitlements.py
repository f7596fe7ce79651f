"""What a person may use, why, and until when; rules page billing, Entitlements."""

from datetime import datetime, timedelta
from uuid import uuid4

import attrs
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.entitlements import Entitlement, entitlements, person_grants
from domain.billing.subscriptions import GrantSource, TierGrant
from domain.shared.ids import PersonId
from domain.shared.tier_limits import TierCatalogue, TierLimits
from domain.shared.tiers import Tier, highest
from tests.domain.billing.plan_values import DAY, START, a_pass, plans

TIERS = TierCatalogue()
ANA = PersonId(uuid4())


def by_name(*grants: TierGrant) -> dict[str, Entitlement]:
    return {one.name: one for one in entitlements(grants, TIERS)}


def test_everybody_has_what_is_free() -> None:
    found = entitlements((), TIERS)
    assert [one.name for one in found] == [field.name for field in attrs.fields(TierLimits)]
    assert {(one.tier, one.source, one.until) for one in found} == {(Tier.FREE, None, None)}
    assert {one.name: one.value for one in found} == attrs.asdict(TIERS.free)


def test_a_tier_gives_all_that_it_gives_more_of() -> None:
    until = START + 30 * DAY
    found = by_name(TierGrant(tier=Tier.PREMIUM, source=GrantSource.SUBSCRIPTION, until=until))
    assert {one.value for one in found.values()} == set(attrs.asdict(TIERS.premium).values())
    assert {(one.tier, one.source, one.until) for one in found.values()} == {
        (Tier.PREMIUM, GrantSource.SUBSCRIPTION, until)
    }


def test_what_a_lower_tier_gives_as_well_is_its_own_for_as_long_as_it_lasts() -> None:
    soon, later = START + DAY, START + 30 * DAY
    found = by_name(
        TierGrant(tier=Tier.PREMIUM, source=GrantSource.PASS, until=soon),
        TierGrant(tier=Tier.PLUS, source=GrantSource.SUBSCRIPTION, until=later),
    )
    seconds, realtime = found["monthly_seconds"], found["has_realtime_access"]
    assert (seconds.value, seconds.source, seconds.until) == (36_000, GrantSource.PASS, soon)
    assert (realtime.value, realtime.source, realtime.until) == (
        True,
        GrantSource.SUBSCRIPTION,
        later,
    )
    assert found["monthly_conversations"].value is None
    assert found["has_advanced_voices"].until == soon


def test_what_nothing_ends_is_why_before_what_ends() -> None:
    found = by_name(
        TierGrant(tier=Tier.PLUS, source=GrantSource.PASS, until=START + DAY),
        TierGrant(tier=Tier.PLUS, source=GrantSource.COMPLIMENTARY),
    )
    seconds = found["monthly_seconds"]
    assert (seconds.source, seconds.until) == (GrantSource.COMPLIMENTARY, None)


def test_grants_hold_until_time_or_the_policy_changes_them() -> None:
    known = plans(a_pass(ANA, Tier.PREMIUM, START, 1), a_pass(ANA, Tier.PLUS, START, 7))
    found = person_grants(ANA, known, "v", START)
    assert (found.tier, found.changes_at) == (Tier.PREMIUM, START + DAY)
    assert found.holds(START + DAY - timedelta(microseconds=1), "v")
    assert not found.holds(START + DAY, "v")
    assert not found.holds(START, "w")
    free = person_grants(ANA, plans(), "v", START)
    assert (free.tier, free.grants, free.changes_at) == (Tier.FREE, (), None)
    assert free.holds(datetime.max.replace(tzinfo=START.tzinfo), "v")


grants = st.builds(
    TierGrant,
    tier=st.sampled_from(Tier),
    source=st.sampled_from(GrantSource),
    until=st.none() | st.integers(1, 40).map(lambda days: START + days * DAY),
)


@given(st.lists(grants, max_size=5))
def test_each_is_what_the_highest_tier_allows_for_as_long_as_any_does(
    given_ones: list[TierGrant],
) -> None:
    top = highest(Tier.FREE, *(grant.tier for grant in given_ones))
    for one in entitlements(given_ones, TIERS):
        assert one.value == getattr(TIERS.of(top), one.name)
        as_much = [
            grant.until
            for grant in given_ones
            if getattr(TIERS.of(grant.tier), one.name) == one.value
        ]
        free = getattr(TIERS.free, one.name) == one.value
        if free or None in as_much:
            assert one.until is None
        else:
            assert one.until == max(until for until in as_much if until is not None)
        assert (one.source is None) == free
