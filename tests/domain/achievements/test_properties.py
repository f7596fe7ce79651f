"""What holds for any events and any achievements."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import attrs
from hypothesis import given
from hypothesis import strategies as st

from domain.achievements.awards import Earned, Happened, earn
from domain.achievements.definitions import Achievement, AchievementKey
from domain.achievements.metrics import count
from domain.shared.events import Event
from domain.streaks.events import StreakKind
from tests.domain.achievements.test_requirements import written
from tests.domain.achievements.values import (
    NOBODY,
    VERSION,
    after,
    an_achievement,
    call,
    credited,
    happened,
    message,
    registered,
)
from tests.domain.strategies import one_of_each


def _event(what: int, kind: StreakKind, days: int, at: int) -> Event:
    happened_at = after(days=at)
    match what:
        case 0:
            return registered(happened_at)
        case 1:
            return message(days % 6, happened_at)
        case 2:
            return call(days % 6, happened_at)
        case _:
            return credited(kind, days, happened_at)


events = one_of_each(_event, range(4), list(StreakKind), range(1, 26), range(26))
histories = st.lists(events, max_size=30)
catalogues = st.lists(st.tuples(written, st.integers(0, 100)), max_size=8).map(
    lambda found: [
        an_achievement(data, key=AchievementKey(f"a{number}"), points=points)
        for number, (data, points) in enumerate(found)
    ]
)


def play(catalogue: Sequence[Achievement], pieces: Sequence[Sequence[Happened]]) -> Earned:
    """Earn by pieces, each on what the one before has left."""
    earned = Earned(totals=NOBODY, points=0, awards=())
    for piece in pieces:
        held = [award.key for award in earned.awards]
        found = earn(earned.totals, earned.points, held, catalogue, piece, VERSION)
        earned = attrs.evolve(found, awards=(*earned.awards, *found.awards))
    return earned


@given(catalogue=catalogues, history=histories, cuts=st.lists(st.integers(0, 30), max_size=4))
def test_one_award_each_and_points_are_their_sum_however_events_come_in(
    catalogue: list[Achievement], history: list[Event], cuts: list[int]
) -> None:
    told = happened(*history)
    edges = [0, *sorted(cuts), len(told)]
    pieces = [told[first:last] for first, last in pairwise(edges)]
    found = play(catalogue, pieces)
    keys = [award.key for award in found.awards]
    assert len(keys) == len(set(keys))
    assert found.points == sum(award.points for award in found.awards)
    assert found == play(catalogue, [told])


@given(catalogue=catalogues, history=histories, seed=st.integers(0, 1000))
def test_any_order_of_the_events_earns_the_same(
    catalogue: list[Achievement], history: list[Event], seed: int
) -> None:
    told = happened(*history)
    mixed = Random(seed).sample(told, len(told))
    end = after(days=25)
    one = earn(NOBODY, 0, (), catalogue, told, VERSION, end)
    other = earn(NOBODY, 0, (), catalogue, mixed, VERSION, end)
    assert {award.key for award in one.awards} == {award.key for award in other.awards}
    assert one.points == other.points
    assert one.totals == other.totals


@given(catalogue=catalogues, history=histories)
def test_who_had_earned_it_before_it_was_published_is_awarded_it_then(
    catalogue: list[Achievement], history: list[Event]
) -> None:
    told, end = happened(*history), after(days=25)
    before = earn(NOBODY, 0, (), [], told, VERSION)
    back = earn(before.totals, 0, (), catalogue, (), VERSION, end)
    along = earn(NOBODY, 0, (), catalogue, told, VERSION, end)
    assert {award.key for award in back.awards} == {award.key for award in along.awards}
    again = [award.key for award in back.awards]
    assert earn(back.totals, back.points, again, catalogue, (), VERSION, end).awards == ()


@given(history=histories)
def test_no_metric_falls(history: list[Event]) -> None:
    totals = NOBODY
    for event in history:
        before, totals = totals, count(totals, event)
        reached = totals.at(after())
        assert all(reached[name] >= value for name, value in before.at(after()).items())
