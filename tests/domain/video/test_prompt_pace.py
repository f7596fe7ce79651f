"""How often a person is prompted, as rules page video has it."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.shared.calendar import start_of
from domain.shared.ids import ConversationId
from domain.video.policy import VideoPolicy
from domain.video.prompt_events import PromptAction, PromptType
from domain.video.prompt_pace import cool_down_seconds, reach
from domain.video.prompt_policy import PromptPolicy
from domain.video.prompts import PromptAnsweredError, act
from tests.domain.video.prompting import (
    COUNT,
    DAY,
    HOUR,
    LONG,
    LONG_DRAFT,
    MOMENT,
    NOON,
    POLICY,
    SCHEDULING,
    SECOND,
    TODAY,
    Prompted,
    kind_of,
    may_come_at,
    rules,
)

DISMISSED, CONTINUED, PURCHASED, SCHEDULED = PromptAction
WORTH = {"messages_since": 20, "without_call_since": TODAY - 3 * DAY}


def elsewhere(number: int) -> ConversationId:
    return ConversationId(UUID(int=100 + number))


def shown_often(ana: Prompted, number: int, *, left: int = 3) -> None:
    """Prompts in as many conversations."""
    for _ in range(number):
        ana.show(left=left, id=elsewhere(len(ana.past)))
        ana.after(HOUR)


def test_prompts_are_30_seconds_apart() -> None:
    ana = Prompted()
    ana.show(left=3)
    ana.after(30 * SECOND - MOMENT)
    decision = ana.ask(left=0)
    assert rules(decision, COUNT) == {"prompt_spacing"}
    assert may_come_at(decision, COUNT) == NOON + 30 * SECOND
    ana.after(MOMENT)
    assert ana.show(left=0).threshold == 0


def test_the_fifth_of_a_day_waits_for_the_next() -> None:
    ana = Prompted(timezone="America/New_York")
    shown_often(ana, 4)
    decision = ana.ask(left=3)
    assert rules(decision, COUNT) == {"prompts_per_day"}
    assert may_come_at(decision, COUNT) == datetime(2026, 3, 3, 5, tzinfo=UTC)
    ana.now = datetime(2026, 3, 3, 5, tzinfo=UTC) - MOMENT
    assert ana.ask(left=3).chosen is None
    ana.after(MOMENT)
    assert kind_of(ana.ask(left=3)) is COUNT


def test_the_eleventh_of_seven_days_waits_for_the_first_to_be_seven_days_old() -> None:
    ana = Prompted()
    for number in (4, 4, 2):
        shown_often(ana, number)
        ana.now = NOON + (ana.now.date() - TODAY + DAY)
    decision = ana.ask(left=3)
    assert rules(decision, COUNT) == {"prompts_per_week"}
    assert may_come_at(decision, COUNT) == NOON + 7 * DAY
    ana.now = NOON + 7 * DAY - MOMENT
    assert ana.ask(left=3).chosen is None
    ana.after(MOMENT)
    ana.show(left=3)
    ana.after(30 * SECOND)
    assert may_come_at(ana.ask(left=3, id=elsewhere(99)), COUNT) == NOON + 7 * DAY + HOUR


def test_that_none_is_left_is_told_whatever_was_told_that_day_and_week() -> None:
    ana = Prompted()
    shown_often(ana, 4)
    assert ana.ask(left=3).chosen is None
    assert ana.show(left=0).threshold == 0
    for _ in range(6):
        ana.after(HOUR)
        ana.show(left=0, id=elsewhere(len(ana.past)))
    ana.now = NOON + DAY
    assert rules(ana.ask(left=3), COUNT) == {"prompts_per_week"}
    assert ana.show(left=0).threshold == 0
    assert rules(ana.ask(left=0, id=elsewhere(99)), COUNT) == {"prompt_spacing"}
    assert rules(ana.ask(left=0, id=elsewhere(99), in_call=True), COUNT) == {
        "prompt_spacing",
        "no_call_goes_on",
    }


def test_that_none_is_left_counts_among_what_the_others_are_held_to() -> None:
    ana = Prompted()
    shown_often(ana, 4, left=0)
    assert rules(ana.ask(draft_length=LONG_DRAFT), LONG) == {"prompts_per_day"}


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("America/New_York", datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        ("Europe/Lisbon", datetime(2026, 10, 24, 23, tzinfo=UTC), 25),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 13, 30, tzinfo=UTC), None),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(
    zone: str, first: datetime, hours: int | None
) -> None:
    ana = Prompted(timezone=zone, now=first)
    shown_often(ana, 4)
    midnight = start_of(ana.past[0].shown_on + DAY, zone)
    assert first == start_of(ana.past[0].shown_on, zone)
    assert hours is None or midnight - first == hours * HOUR
    assert midnight - first != DAY
    assert may_come_at(ana.ask(left=3), COUNT) == midnight
    ana.now = midnight - MOMENT
    assert ana.ask(left=3).chosen is None
    ana.now = midnight
    assert kind_of(ana.ask(left=3)) is COUNT


def test_who_moves_to_the_west_gets_no_second_day() -> None:
    ana = Prompted(timezone="Pacific/Kiritimati")
    shown_often(ana, 4)
    assert {prompt.shown_on for prompt in ana.past} == {TODAY + DAY}
    ana.timezone = "Pacific/Pago_Pago"
    decision = ana.ask(left=3)
    assert rules(decision, COUNT) == {"prompts_per_day"}
    assert may_come_at(decision, COUNT) == start_of(TODAY + 2 * DAY, ana.timezone)


# Cool-downs


@pytest.mark.parametrize(
    ("kind", "hours"),
    [
        (SCHEDULING, [72, 144, 288, 576, 720, 720]),
        (LONG, [24, 48, 96, 192, 384, 720, 720]),
    ],
)
def test_each_dismissal_in_a_row_doubles_the_cool_down_up_to_30_days(
    kind: PromptType, hours: list[int]
) -> None:
    ana, changes = Prompted(), asked_for(kind)
    for before, after in pairwise(hours):
        at = ana.show(**changes).shown_at
        assert may_come_at(ana.ask(**changes), kind) == at + before * HOUR
        ana.act(DISMISSED)
        assert may_come_at(ana.ask(**changes), kind) == at + after * HOUR
        ana.now = at + after * HOUR - MOMENT
        assert rules(ana.ask(**changes), kind) == {f"{kind.value}_cool_down"}
        ana.now = at + after * HOUR
    assert kind_of(ana.ask(**changes)) is kind


def asked_for(kind: PromptType) -> dict[str, Any]:
    """What a prompt of this type takes."""
    return {"draft_length": LONG_DRAFT} if kind is LONG else WORTH


@pytest.mark.parametrize("kind", [SCHEDULING, LONG])
@pytest.mark.parametrize("action", [PURCHASED, SCHEDULED])
def test_a_purchase_or_a_planned_call_ends_a_run_of_dismissals(
    kind: PromptType, action: PromptAction
) -> None:
    ana, base = Prompted(), cool_down_seconds(kind, 0, POLICY.prompts) * SECOND
    for taken, factor in ((DISMISSED, 2), (DISMISSED, 4), (action, 1), (DISMISSED, 2)):
        at = ana.show(**asked_for(kind)).shown_at
        ana.act(taken)
        assert may_come_at(ana.ask(**asked_for(kind)), kind) == at + factor * base
        ana.now = at + factor * base


@pytest.mark.parametrize("kind", [SCHEDULING, LONG])
def test_who_continues_typing_or_does_nothing_leaves_a_run_as_it_is(kind: PromptType) -> None:
    ana, base = Prompted(), cool_down_seconds(kind, 0, POLICY.prompts) * SECOND
    for taken, factor in ((DISMISSED, 2), (CONTINUED, 2), (None, 2), (DISMISSED, 4)):
        at = ana.show(**asked_for(kind)).shown_at
        if taken is not None:
            ana.act(taken)
        assert may_come_at(ana.ask(**asked_for(kind)), kind) == at + factor * base
        ana.now = at + factor * base


def test_a_run_is_of_one_type_in_one_conversation() -> None:
    ana = Prompted()
    ana.show(draft_length=LONG_DRAFT)
    ana.act(DISMISSED)
    ana.after(DAY)
    ana.show(draft_length=LONG_DRAFT, id=elsewhere(1))
    ana.after(HOUR)
    ana.show(**WORTH)
    assert may_come_at(ana.ask(draft_length=LONG_DRAFT), LONG) == NOON + 2 * DAY
    there = ana.ask(draft_length=LONG_DRAFT, id=elsewhere(1))
    assert may_come_at(there, LONG) == NOON + 2 * DAY
    assert may_come_at(ana.ask(**WORTH), SCHEDULING) == NOON + DAY + HOUR + 72 * HOUR


def test_dismissing_a_warning_changes_no_pace() -> None:
    ana = Prompted()
    ana.show(left=3)
    ana.act(DISMISSED)
    ana.after(30 * SECOND)
    assert kind_of(ana.ask(left=0)) is COUNT


def test_actions_count_in_the_order_in_which_they_are_taken() -> None:
    ana = Prompted()
    ana.show(draft_length=LONG_DRAFT)
    ana.after(DAY)
    at = ana.show(draft_length=LONG_DRAFT).shown_at
    ana.act(PURCHASED)
    ana.after(SECOND)
    ana.act(DISMISSED, 0)
    assert may_come_at(ana.ask(draft_length=LONG_DRAFT), LONG) == at + 2 * DAY


# Actions


def test_the_same_action_again_changes_nothing_and_another_is_refused() -> None:
    ana = Prompted()
    ana.show(left=3)
    ana.act(DISMISSED)
    assert act(ana.past[0], DISMISSED, "v1", ana.now) == ()
    for other in (CONTINUED, PURCHASED, SCHEDULED):
        with pytest.raises(PromptAnsweredError, match="dismissed"):
            act(ana.past[0], other, "v1", ana.now)


# Numbers


def test_a_cool_down_is_never_shorter_than_its_own_number() -> None:
    policy = PromptPolicy(longest_cool_down_seconds=1)
    assert cool_down_seconds(SCHEDULING, 9, policy) == 72 * 3600
    assert reach(policy).decisive == 0


def test_a_business_may_prompt_nobody() -> None:
    for none in (PromptPolicy(per_day=0), PromptPolicy(per_week=0)):
        ana = Prompted(policy=attrs.evolve(VideoPolicy(), prompts=none))
        decision = ana.ask(left=3)
        assert decision.chosen is None
        assert may_come_at(decision, COUNT) is None
        assert ana.show(left=0).threshold == 0
    never = PromptPolicy(scheduling_per_day=0)
    decision = Prompted(policy=attrs.evolve(VideoPolicy(), prompts=never)).ask(**WORTH)
    assert rules(decision, SCHEDULING) == {"video_scheduling_per_day"}
    assert may_come_at(decision, SCHEDULING) is None
