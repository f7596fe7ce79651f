"""Every notice on a reward in full, what is kept of it, and when the next one is due."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.shared.decisions import Reason
from domain.shared.ids import PersonId
from domain.video.events import (
    RewardEarned,
    RewardEvent,
    RewardLapsed,
    RewardStatus,
    RewardWarned,
    RewardWithdrawn,
)
from domain.video.policy import RewardPolicy
from domain.video.prompt_events import PromptAction
from domain.video.prompt_pace import Reach, cool_down, cool_down_seconds, that_matter
from domain.video.prompt_policy import PromptPolicy
from domain.video.prompt_rewards import RewardNotice, notice_due
from domain.video.reward import Reward, RewardFacts, reward
from domain.video.reward_warnings import RewardNotes, news, noted, reward_day
from tests.domain.video.prompting import (
    DAY,
    HERE,
    HOUR,
    LONG,
    NOON,
    SCHEDULING,
    THERE,
    Prompted,
)

ANA = PersonId(UUID(int=99))
MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
MOMENT = timedelta(microseconds=1)
EARNED, CARRIED, INACTIVE = RewardStatus


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def on(day: date, this_month: int, last_month: int, **policy: Any) -> Reward:
    facts = RewardFacts(day=day, timezone="UTC", this_month=this_month, last_month=last_month)
    return reward(facts, RewardPolicy(**policy), "v1")


def notes(month: date, status: RewardStatus, **more: Any) -> RewardNotes:
    return RewardNotes(person_id=ANA, month=month, status=status, **more)


ABOUT: dict[str, Any] = {"at": NOON, "person_id": ANA, "policy_version": "v1"}
TENTH = date(2026, 3, 10)
EARNED_NOW = RewardEarned(
    **ABOUT,
    status=EARNED,
    distinct_partners=3,
    discount_percent=20,
    valid_until=midnight(MAY),
)
CARRIED_NOW = attrs.evolve(
    EARNED_NOW, status=CARRIED, distinct_partners=4, valid_until=midnight(APRIL)
)


def lapsed(on_day: date, needed: int) -> RewardLapsed:
    return RewardLapsed(**ABOUT, lapsed_on=on_day, needed=needed)


def withdrawn(status: RewardStatus, until: date | None) -> RewardWithdrawn:
    valid_until = None if until is None else midnight(until)
    return RewardWithdrawn(**ABOUT, status=status, valid_until=valid_until)


FEBRUARY, JANUARY = date(2026, 2, 1), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (notes(MARCH, INACTIVE), on(TENTH, 2, 2), ()),
        (notes(MARCH, INACTIVE), on(TENTH, 3, 0), (EARNED_NOW,)),
        (notes(MARCH, CARRIED), on(TENTH, 3, 4), (EARNED_NOW,)),
        (notes(MARCH, EARNED), on(TENTH, 3, 4), ()),
        (notes(FEBRUARY, EARNED), on(TENTH, 3, 4), (EARNED_NOW,)),
        (notes(MARCH, INACTIVE), on(TENTH, 1, 4), (CARRIED_NOW,)),
        (notes(FEBRUARY, EARNED), on(TENTH, 1, 4), ()),
        (notes(FEBRUARY, CARRIED), on(TENTH, 1, 4), (CARRIED_NOW,)),
        (notes(JANUARY, EARNED), on(TENTH, 1, 4), (CARRIED_NOW,)),
        (notes(MARCH, CARRIED), on(TENTH, 1, 4), ()),
        (notes(MARCH, EARNED), on(TENTH, 1, 4), (withdrawn(CARRIED, APRIL),)),
        (notes(MARCH, EARNED), on(TENTH, 2, 0), (withdrawn(INACTIVE, None),)),
        (notes(FEBRUARY, CARRIED), on(TENTH, 1, 0), (lapsed(MARCH, 2),)),
        (notes(JANUARY, EARNED), on(TENTH, 0, 0), (lapsed(MARCH, 3),)),
    ],
)
def test_what_a_look_at_a_reward_brings(
    before: RewardNotes, after: Reward, events: tuple[RewardEvent, ...]
) -> None:
    assert news(before, after, NOON) == events


def warned(days_before: int, days_left: int) -> RewardWarned:
    return RewardWarned(
        **ABOUT,
        days_before=days_before,
        days_left=days_left,
        distinct_partners=1,
        needed=2,
        valid_until=midnight(APRIL),
    )


@pytest.mark.parametrize(
    ("day", "known", "events"),
    [
        (24, {}, ()),
        (25, {}, (warned(7, 7),)),
        (26, {}, (warned(7, 6),)),
        (29, {}, (warned(3, 3),)),
        (31, {}, (warned(1, 1),)),
        (25, {"warned_days": 7}, ()),
        (29, {"warned_days": 7}, (warned(3, 3),)),
        (29, {"last_warning_shown_at": NOON - 20 * HOUR + MOMENT}, ()),
        (29, {"last_warning_shown_at": NOON - 20 * HOUR}, (warned(3, 3),)),
    ],
)
def test_a_reward_that_is_about_to_lapse(
    day: int, known: dict[str, Any], events: tuple[RewardEvent, ...]
) -> None:
    assert news(notes(MARCH, CARRIED, **known), on(date(2026, 3, day), 1, 4), NOON) == events


def test_what_is_kept_of_a_look() -> None:
    before = notes(MARCH, CARRIED, warned_days=7)
    after = noted(before, on(date(2026, 3, 29), 1, 4), (warned(3, 3),))
    # The last warning is for the last day of the month, from its midnight on.
    known: dict[str, Any] = {"warned_days": 3, "last_warning_shown_at": NOON}
    assert after == notes(MARCH, CARRIED, **known, due_at=midnight(date(2026, 3, 31)))
    gone = noted(after, on(APRIL, 0, 1), (lapsed(APRIL, 3),))
    shown: dict[str, Any] = {"last_warning_shown_at": NOON, "last_lapse_shown_at": NOON}
    assert gone == notes(APRIL, INACTIVE, **shown)
    earned = noted(notes(MARCH, INACTIVE), on(TENTH, 3, 0), (EARNED_NOW,))
    assert earned == notes(MARCH, EARNED, due_at=midnight(date(2026, 4, 24)))


@pytest.mark.parametrize(
    ("known", "policy", "due_at"),
    [
        ({}, {}, midnight(date(2026, 3, 25))),
        ({"warned_days": 7}, {}, midnight(date(2026, 3, 29))),
        ({"warned_days": 1}, {}, midnight(APRIL)),
        ({}, {"warning_days": ()}, midnight(APRIL)),
        (
            {"last_warning_shown_at": midnight(date(2026, 3, 25))},
            {},
            midnight(date(2026, 3, 25)) + 20 * HOUR,
        ),
        ({"last_warning_shown_at": midnight(APRIL) - HOUR}, {}, midnight(APRIL)),
    ],
)
def test_when_a_carried_reward_is_looked_at_next(
    known: dict[str, Any], policy: dict[str, Any], due_at: datetime
) -> None:
    after = noted(notes(MARCH, CARRIED, **known), on(TENTH, 1, 4, **policy), ())
    assert after.due_at == due_at


def test_a_month_that_was_looked_at_is_not_left_again() -> None:
    assert reward_day(TENTH, None) == TENTH
    assert reward_day(TENTH, notes(APRIL, INACTIVE)) == APRIL
    assert reward_day(TENTH, notes(MARCH, INACTIVE)) == TENTH


TOLD: dict[str, Any] = {"warned_days": 3, "last_warning_shown_at": NOON}
LAPSED: dict[str, Any] = {"last_lapse_shown_at": datetime(2026, 3, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("known", "after", "notice"),
    [
        (None, on(TENTH, 1, 4), None),
        (notes(MARCH, CARRIED), on(TENTH, 1, 4), None),
        (
            notes(MARCH, CARRIED, **TOLD),
            on(TENTH, 1, 4),
            RewardNotice(lapses_on=APRIL, days_before=3, since=NOON),
        ),
        (notes(FEBRUARY, CARRIED, **TOLD), on(TENTH, 1, 4), None),
        (notes(MARCH, CARRIED, warned_days=3), on(TENTH, 1, 4), None),
        (notes(MARCH, CARRIED, last_warning_shown_at=NOON), on(TENTH, 1, 4), None),
        (notes(MARCH, EARNED, **TOLD, **LAPSED), on(TENTH, 3, 4), None),
        (notes(MARCH, INACTIVE, **TOLD), on(TENTH, 1, 0), None),
        (
            notes(MARCH, INACTIVE, **LAPSED),
            on(TENTH, 1, 0),
            RewardNotice(lapses_on=MARCH, days_before=0, since=LAPSED["last_lapse_shown_at"]),
        ),
        (notes(APRIL, INACTIVE, **LAPSED), on(APRIL, 1, 0), None),
    ],
)
def test_which_notice_is_due(
    known: RewardNotes | None, after: Reward, notice: RewardNotice | None
) -> None:
    assert notice_due(known, after) == notice


def cooled(seconds: int, dismissals: int, over_at: datetime | None) -> Reason:
    return Reason(
        rule="long_message_cool_down",
        satisfied=over_at is None,
        detail=(
            "Such a prompt was not shown here lately."
            if over_at is None
            else f"Such a prompt was shown here less than {seconds} s ago."
        ),
        inputs={"dismissals_in_a_row": dismissals},
        threshold=seconds,
        changes_at=over_at,
    )


def test_a_cool_down_that_dismissals_double() -> None:
    ana, policy = Prompted(), PromptPolicy()

    def cooling(at: datetime) -> Reason:
        return cool_down(LONG, tuple(reversed(ana.past)), HERE, policy, at)

    assert cooling(NOON) == cooled(86_400, 0, None)
    ana.show(draft_length=280)
    assert cooling(NOON + DAY - MOMENT) == cooled(86_400, 0, NOON + DAY)
    assert cooling(NOON + DAY) == cooled(86_400, 0, None)
    ana.after(HOUR).act(PromptAction.DISMISSED)
    assert cooling(NOON + DAY) == cooled(172_800, 1, NOON + 2 * DAY)
    assert cooling(NOON + 2 * DAY) == cooled(172_800, 1, None)
    past = tuple(ana.past)
    assert cool_down(LONG, past, THERE, policy, NOON) == cooled(86_400, 0, None)
    other = cool_down(SCHEDULING, past, HERE, policy, NOON)
    assert (other.rule, other.threshold) == ("video_scheduling_cool_down", 259_200)


@pytest.mark.parametrize(
    ("dismissals", "days"), [(0, 1), (1, 2), (4, 16), (5, 30), (6, 30), (10_000, 30)]
)
def test_a_cool_down_has_an_end(dismissals: int, days: int) -> None:
    assert cool_down_seconds(LONG, dismissals, PromptPolicy()) == days * 86_400
    short = PromptPolicy(longest_cool_down_seconds=1)
    assert cool_down_seconds(LONG, dismissals, short) == 86_400


def test_the_prompts_that_matter_are_the_latest_of_each_kind() -> None:
    ana = Prompted()
    for number in range(4):
        ana.show(draft_length=280, id=HERE if number % 2 else THERE)
        ana.act(PromptAction.DISMISSED)
        ana.after(9 * DAY)
    there, here, there_again, here_again = ana.past
    one = Reach(recent=1, of_a_type=1, decisive=0)
    assert that_matter(ana.past, HERE, one) == (here_again,)
    assert that_matter(ana.past, THERE, one) == (here_again, there_again)
    acted = Reach(recent=1, of_a_type=1, decisive=2)
    assert that_matter(ana.past, HERE, acted) == (here_again, here)
    everything = Reach(recent=4, of_a_type=1, decisive=0)
    assert that_matter(ana.past, None, everything) == (here_again, there_again, here, there)
