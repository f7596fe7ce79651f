"""Rows of streaks and reactions for which the domain has no value of their own."""

from datetime import date

from attrs import frozen

from domain.shared.ids import PersonId
from domain.streaks.calendar import DayState
from domain.streaks.events import StreakKind


@frozen
class ProgressRow:
    """Up to where a context has reacted to everything."""

    name: str
    position: int


@frozen
class MarkRow:
    """Which events of a person a context has reacted to."""

    name: str
    person_id: PersonId
    position: int
    ahead: tuple[int, ...] = ()


@frozen
class StreakDayRow:
    """What a date was for a streak."""

    person_id: PersonId
    kind: StreakKind
    date: date
    state: DayState
