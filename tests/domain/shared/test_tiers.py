"""Which tier counts on which date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.tiers import Tier, TierStanding, highest
from tests.domain.strategies import tiers

TODAY = date(2026, 3, 2)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def test_tiers_are_ranked_from_free_to_premium() -> None:
    assert [tier.rank for tier in (Tier.FREE, Tier.PLUS, Tier.PREMIUM)] == [0, 1, 2]
    assert highest(Tier.PLUS, Tier.FREE, Tier.PREMIUM) is Tier.PREMIUM


@pytest.mark.parametrize("day", [YESTERDAY, TODAY, TOMORROW])
def test_a_tier_that_never_changed_counts_always(day: date) -> None:
    assert TierStanding(Tier.PLUS).on(day) is Tier.PLUS


def test_an_upgrade_counts_at_once() -> None:
    assert TierStanding().changed(Tier.PLUS, TODAY).on(TODAY) is Tier.PLUS


def test_a_downgrade_counts_from_the_next_day() -> None:
    standing = TierStanding(Tier.PREMIUM).changed(Tier.FREE, TODAY)
    assert standing.on(TODAY) is Tier.PREMIUM
    assert standing.on(TOMORROW) is Tier.FREE


def test_a_tier_held_for_a_moment_counts_for_the_whole_day() -> None:
    standing = TierStanding().changed(Tier.PREMIUM, TODAY).changed(Tier.PLUS, TODAY)
    assert standing.on(TODAY) is Tier.PREMIUM
    assert standing.on(TOMORROW) is Tier.PLUS


def test_the_peak_of_one_day_is_forgotten_on_the_next_change() -> None:
    standing = (
        TierStanding().changed(Tier.PREMIUM, YESTERDAY).changed(Tier.FREE, YESTERDAY)
    ).changed(Tier.PLUS, TODAY)
    assert standing.on(TODAY) is Tier.PLUS


@given(tiers, st.lists(st.tuples(st.integers(0, 2), tiers), max_size=8))
def test_a_date_has_the_highest_tier_held_at_any_instant_of_it(
    first: Tier, changes: list[tuple[int, Tier]]
) -> None:
    standing, day, held_today = TierStanding(first), TODAY, [first]
    for days, tier in changes:
        if days:
            day += timedelta(days=days)
            held_today = [held_today[-1]]
        standing = standing.changed(tier, day)
        held_today.append(tier)
        assert standing.on(day) is max(held_today, key=lambda held: held.rank)
        assert standing.on(day + timedelta(days=1)) is tier
