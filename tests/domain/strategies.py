"""Values for properties: any zone, any time, any policy that a business may choose."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from struct import unpack
from typing import Any, TypeVar
from zoneinfo import available_timezones

from hypothesis import strategies as st

from domain.shared.tiers import Tier, TierStanding
from domain.video.policy import DecayStep, UnlockPolicy
from domain.video.unlock import UnlockFacts

Made = TypeVar("Made")

_ALIASES_OF_THE_MACHINE = {"localtime", "posixrules", "Factory"}
_FIRST, _LAST = date(1970, 1, 2), date(2100, 1, 1)

ZONES = sorted(available_timezones() - _ALIASES_OF_THE_MACHINE)
zones = st.sampled_from(ZONES)
dates = st.dates(_FIRST, _LAST)
instants = st.datetimes(
    datetime(_FIRST.year, 1, 2),  # noqa: DTZ001 - the strategy adds the zone
    datetime(_LAST.year, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
tiers = st.sampled_from(list(Tier))


def one_of_each(
    make: Callable[..., Made], *choices: Sequence[Any], **named: Sequence[Any]
) -> st.SearchStrategy[Made]:
    """What is made of one of each, all of them drawn at once.

    One after the other they would take far longer to draw than what they are drawn for.
    """
    all_choices = (*choices, *named.values())

    def made(said: bytes) -> Made:
        numbers = unpack(f">{len(all_choices)}I", said)
        chosen = [of[number % len(of)] for of, number in zip(all_choices, numbers, strict=True)]
        return make(
            *chosen[: len(choices)], **dict(zip(named, chosen[len(choices) :], strict=True))
        )

    size = 4 * len(all_choices)
    return st.binary(min_size=size, max_size=size).map(made)


@st.composite
def decays(draw: st.DrawFn) -> tuple[DecayStep, ...]:
    days = draw(st.lists(st.integers(0, 60), max_size=5, unique=True))
    percents = draw(st.lists(st.integers(0, 100), min_size=len(days), max_size=len(days)))
    steps = zip(sorted(days), sorted(percents, reverse=True), strict=True)
    return tuple(DecayStep(until_day=day, percent=percent) for day, percent in steps)


@st.composite
def unlock_policies(draw: st.DrawFn) -> UnlockPolicy:
    bonus = draw(st.lists(st.integers(0, 200), min_size=len(Tier), max_size=len(Tier)))
    return UnlockPolicy(
        base_messages=draw(st.integers(0, 30)),
        tier_bonus=dict(zip(Tier, sorted(bonus), strict=True)),
        decay=draw(decays()),
    )


policies = st.just(UnlockPolicy()) | unlock_policies()
"""The rules' own numbers as often as all others together."""


@st.composite
def standings(draw: st.DrawFn, day: date) -> TierStanding:
    """A tier that changed a few times, at the latest on the given day."""
    changes = draw(st.lists(st.tuples(st.integers(-3, 0), tiers), max_size=3))
    standing = TierStanding(draw(tiers))
    for days, tier in sorted(changes, key=lambda change: change[0]):
        standing = standing.changed(tier, day + timedelta(days=days))
    return standing


@st.composite
def facts(draw: st.DrawFn) -> UnlockFacts:
    day = draw(dates)
    days_since_call = draw(st.none() | st.integers(-3, 70))
    return UnlockFacts(
        day=day,
        timezone=draw(zones),
        sent=draw(st.integers(0, 120)),
        standing=draw(standings(day)),
        last_call_on=None if days_since_call is None else day - timedelta(days=days_since_call),
    )
