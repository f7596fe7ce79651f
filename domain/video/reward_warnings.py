"""What a person is told of their reward, and when: earned, about to end, over.

The reward itself follows from the calls. What is kept here is what was told of it, so
that each notice is given once, and when to look at the person again.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import reduce
from typing import assert_never

import attrs
from attrs import frozen

from ..shared.calendar import month_after, month_before, start_of
from ..shared.ids import PersonId
from .events import (
    RewardEarned,
    RewardEvent,
    RewardLapsed,
    RewardStatus,
    RewardWarned,
    RewardWithdrawn,
)
from .reward import Reward

_RANKS = {RewardStatus.INACTIVE: 0, RewardStatus.CARRIED: 1, RewardStatus.EARNED: 2}


@frozen(kw_only=True)
class RewardNotes:
    """What a person was told of their reward, and what was known of it then.

    Attributes:
        person_id: Who.
        month: The first day of the latest month looked at.
        status: The reward then.
        warned_days: The last of that month's warnings: so many days before its end.
        last_warning_shown_at: When the latest warning was given.
        last_lapse_shown_at: When the latest notice of a lapse was given.
        due_at: When time alone brings the next notice; None if it brings none.
    """

    person_id: PersonId
    month: date
    status: RewardStatus = RewardStatus.INACTIVE
    warned_days: int | None = None
    last_warning_shown_at: datetime | None = None
    last_lapse_shown_at: datetime | None = None
    due_at: datetime | None = None


def reward_day(counting_on: date, notes: RewardNotes | None) -> date:
    """Give the date by which a reward is looked at.

    A month that was looked at is not left again: whoever moves west on the first of a
    month neither gets back what lapsed nor is told of it twice.
    """
    return counting_on if notes is None else max(counting_on, notes.month)


def news(notes: RewardNotes, reward: Reward, now: datetime) -> tuple[RewardEvent, ...]:
    """Give what a person is to be told at an instant."""
    return tuple(_news(notes, reward, now))


def evolve(notes: RewardNotes, event: RewardEvent) -> RewardNotes:
    """Give the notes once a notice was given."""
    match event:
        case RewardWarned():
            return attrs.evolve(
                notes, warned_days=event.days_before, last_warning_shown_at=event.at
            )
        case RewardLapsed():
            return attrs.evolve(notes, last_lapse_shown_at=event.at)
        case RewardEarned() | RewardWithdrawn():
            return notes
        case _:
            assert_never(event)


def noted(notes: RewardNotes, reward: Reward, events: tuple[RewardEvent, ...]) -> RewardNotes:
    """Give the notes after a look at a reward, and after the notices that it brought."""
    same_month = notes.month == reward.facts.month
    told = reduce(
        evolve,
        events,
        attrs.evolve(
            notes,
            month=reward.facts.month,
            status=reward.status,
            warned_days=notes.warned_days if same_month else None,
        ),
    )
    return attrs.evolve(told, due_at=_due_at(told, reward))


def _news(notes: RewardNotes, reward: Reward, now: datetime) -> Iterator[RewardEvent]:
    same_month = notes.month == reward.facts.month
    before, after = notes.status, reward.status
    if same_month and _RANKS[after] < _RANKS[before]:
        yield _withdrawn(notes, reward, now)
    elif after is RewardStatus.INACTIVE and before is not RewardStatus.INACTIVE:
        yield _lapsed(notes, reward, now)
    elif _is_earned_anew(notes, reward):
        yield _earned(notes, reward, now)
    days_before = _warning(notes, reward, now)
    if days_before is not None:
        yield _warned(notes, reward, now, days_before)


def _is_earned_anew(notes: RewardNotes, reward: Reward) -> bool:
    month = reward.facts.month
    if reward.status is RewardStatus.EARNED:
        return notes.month != month or notes.status is not RewardStatus.EARNED
    if reward.status is RewardStatus.INACTIVE:
        return False
    if notes.month == month:
        return notes.status is RewardStatus.INACTIVE
    # Last month's calls may have been found out only after it was over.
    return notes.month != month_before(month) or notes.status is not RewardStatus.EARNED


def _warning(notes: RewardNotes, reward: Reward, now: datetime) -> int | None:
    """Give the warning to give now; the latest of those that are overdue stands for all."""
    if reward.status is not RewardStatus.CARRIED:
        return None
    days_left = (month_after(reward.facts.month) - reward.facts.day).days
    due = [days for days in _warnings_left(notes, reward) if days >= days_left]
    if not due or (notes.last_warning_shown_at is not None and now < _gap_over(notes, reward)):
        return None
    return min(due)


def _warnings_left(notes: RewardNotes, reward: Reward) -> list[int]:
    warned = notes.warned_days if notes.month == reward.facts.month else None
    return [days for days in reward.policy.warning_days if warned is None or days < warned]


def _gap_over(notes: RewardNotes, reward: Reward) -> datetime:
    assert notes.last_warning_shown_at is not None  # noqa: S101 - whoever asks has looked
    return notes.last_warning_shown_at + timedelta(seconds=reward.policy.warning_gap_seconds)


def _due_at(notes: RewardNotes, reward: Reward) -> datetime | None:
    ends_on, timezone = reward.ends_on, reward.facts.timezone
    if ends_on is None:
        return None
    ends_at = start_of(ends_on, timezone)
    left = list(reward.policy.warning_days)
    if reward.status is RewardStatus.CARRIED:
        left = _warnings_left(notes, reward)
    if not left:
        return ends_at
    warns_at = start_of(ends_on - timedelta(days=max(left)), timezone)
    if notes.last_warning_shown_at is not None:
        warns_at = max(warns_at, _gap_over(notes, reward))
    return min(warns_at, ends_at)


def _earned(notes: RewardNotes, reward: Reward, now: datetime) -> RewardEarned:
    assert reward.valid_until is not None  # noqa: S101 - it is active
    return RewardEarned(
        at=now,
        person_id=notes.person_id,
        policy_version=reward.policy_version,
        status=reward.status,
        distinct_partners=reward.partners,
        discount_percent=reward.discount_percent,
        valid_until=reward.valid_until,
    )


def _withdrawn(notes: RewardNotes, reward: Reward, now: datetime) -> RewardWithdrawn:
    return RewardWithdrawn(
        at=now,
        person_id=notes.person_id,
        policy_version=reward.policy_version,
        status=reward.status,
        valid_until=reward.valid_until,
    )


def _warned(notes: RewardNotes, reward: Reward, now: datetime, days_before: int) -> RewardWarned:
    assert reward.valid_until is not None  # noqa: S101 - it is carried
    return RewardWarned(
        at=now,
        person_id=notes.person_id,
        policy_version=reward.policy_version,
        days_before=days_before,
        days_left=(month_after(reward.facts.month) - reward.facts.day).days,
        distinct_partners=reward.facts.this_month,
        needed=reward.needed,
        valid_until=reward.valid_until,
    )


def _lapsed(notes: RewardNotes, reward: Reward, now: datetime) -> RewardLapsed:
    carried_on = month_after(notes.month)
    return RewardLapsed(
        at=now,
        person_id=notes.person_id,
        policy_version=reward.policy_version,
        lapsed_on=month_after(carried_on) if notes.status is RewardStatus.EARNED else carried_on,
        needed=reward.needed,
    )
