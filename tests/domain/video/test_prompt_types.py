"""What each type of prompt takes, as rules page video has it."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from domain.shared.standing import activity_reason
from domain.video.policy import DecayStep, UnlockPolicy
from domain.video.prompt_events import PromptAction
from domain.video.prompt_rewards import RewardNotice
from domain.video.prompt_rules import next_decay
from domain.video.unlock import allowance
from tests.domain.video.prompting import (
    COUNT,
    DAY,
    HERE,
    HOUR,
    LONG,
    LONG_DRAFT,
    MOMENT,
    NOON,
    REWARD,
    SCHEDULING,
    SECOND,
    THERE,
    TODAY,
    Prompted,
    a_state,
    a_talk,
    kind_of,
    may_come_at,
    rules,
)

LAPSES_ON = date(2026, 4, 1)
WORTH = {"messages_since": 20, "without_call_since": TODAY - 3 * DAY}


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    decision = Prompted().ask()
    assert decision.chosen is None
    assert all(reason.satisfied for reason in decision.reasons)
    assert [held.prompt_type for held in decision.held_back] == [COUNT, REWARD, SCHEDULING, LONG]
    assert rules(decision, COUNT) == {"few_messages_left"}
    assert rules(decision, REWARD) == {"reward_warning_due"}
    assert rules(decision, SCHEDULING) == {"call_is_worth_proposing"}
    assert rules(decision, LONG) == {"draft_is_long"}
    assert decision.policy_version == "v1"


def test_without_a_conversation_only_the_reward_is_spoken_of() -> None:
    decision = Prompted().decide(a_state(draft_length=LONG_DRAFT))
    for kind in (COUNT, SCHEDULING, LONG):
        assert rules(decision, kind) == {"conversation_is_named"}
        assert may_come_at(decision, kind) is None


# Few messages left


@pytest.mark.parametrize(("left", "threshold"), [(4, None), (3, 3), (2, 3), (1, 3), (0, 0)])
def test_who_has_three_left_is_warned_and_who_has_none_is_told(
    left: int, threshold: int | None
) -> None:
    chosen = Prompted().ask(left=left).chosen
    assert (None if chosen is None else chosen.threshold) == threshold
    assert chosen is None or (chosen.prompt_type, chosen.conversation_id) == (COUNT, HERE)


def test_each_threshold_is_told_once_a_day_in_each_conversation() -> None:
    ana = Prompted()
    assert ana.show(left=3).threshold == 3
    ana.after(30 * SECOND)
    again = ana.ask(left=2)
    assert rules(again, COUNT) == {"message_count_warning_once_a_day"}
    assert may_come_at(again, COUNT) == datetime(2026, 3, 3, tzinfo=UTC)
    assert ana.show(left=3, id=THERE).conversation_id == THERE
    ana.after(30 * SECOND)
    assert ana.show(left=0).threshold == 0
    ana.after(30 * SECOND)
    assert ana.ask(left=0).chosen is None
    ana.after(DAY)
    assert ana.show(left=3).threshold == 3


def test_the_warning_names_what_would_lift_the_limit() -> None:
    (reason,) = (
        reason for reason in Prompted().ask(left=3).reasons if reason.rule == "few_messages_left"
    )
    assert reason.inputs == {"remaining": 3, "limit": 10}
    assert reason.changed_by == ("complete_a_video_call",)


# The reward


def test_a_warning_of_the_reward_is_shown_once_wherever_one_is() -> None:
    ana = Prompted()
    notice = RewardNotice(lapses_on=LAPSES_ON, days_before=7, since=NOON)
    shown = ana.keep(ana.decide(a_state(reward=notice)))
    assert (shown.prompt_type, shown.threshold, shown.lapses_on) == (REWARD, 7, LAPSES_ON)
    assert shown.conversation_id is None
    ana.after(DAY)
    assert rules(ana.ask(reward=notice), REWARD) == {"reward_warning_once"}
    assert may_come_at(ana.ask(reward=notice), REWARD) is None
    next_one = attrs.evolve(notice, days_before=3, since=ana.now)
    assert ana.show(reward=next_one).threshold == 3
    ana.after(DAY)
    lapse = attrs.evolve(notice, days_before=0, since=ana.now)
    assert ana.show(reward=lapse).threshold == 0
    ana.after(DAY)
    next_month = RewardNotice(lapses_on=date(2026, 5, 1), days_before=7, since=ana.now)
    assert ana.show(reward=next_month).lapses_on == date(2026, 5, 1)


def test_two_warnings_are_20_hours_apart() -> None:
    ana = Prompted()
    notice = RewardNotice(lapses_on=LAPSES_ON, days_before=7, since=NOON)
    ana.show(reward=notice)
    ana.after(20 * HOUR - MOMENT)
    later = attrs.evolve(notice, days_before=3, since=ana.now)
    assert rules(ana.ask(reward=later), REWARD) == {"reward_warning_gap"}
    assert may_come_at(ana.ask(reward=later), REWARD) == NOON + 20 * HOUR
    ana.after(MOMENT)
    assert kind_of(ana.ask(reward=later)) is REWARD


# Scheduling a call


@pytest.mark.parametrize(
    ("days", "messages", "comes"), [(3, 20, True), (2, 20, False), (3, 19, False), (50, 400, True)]
)
def test_a_call_is_proposed_after_three_days_and_twenty_messages(
    days: int, messages: int, comes: bool
) -> None:
    since = TODAY - days * DAY
    decision = Prompted().ask(messages_since=messages, without_call_since=since)
    assert kind_of(decision) is (SCHEDULING if comes else None)


def test_a_call_that_may_be_proposed_by_time_alone_has_its_time() -> None:
    decision = Prompted(timezone="Asia/Kolkata").ask(
        messages_since=20, without_call_since=TODAY - DAY
    )
    assert may_come_at(decision, SCHEDULING) == datetime(2026, 3, 3, 18, 30, tzinfo=UTC)
    waiting = Prompted().ask(messages_since=19, without_call_since=TODAY - DAY)
    assert may_come_at(waiting, SCHEDULING) is None


@pytest.mark.parametrize("step", [8, 15, 22, 31])
@pytest.mark.parametrize("before", [3, 2, 1, 0])
def test_a_call_is_proposed_two_days_before_the_bonus_falls(step: int, before: int) -> None:
    decision = Prompted().ask(last_call_on=TODAY - (step - before) * DAY)
    assert kind_of(decision) is (SCHEDULING if before in {1, 2} else None)
    if before == 3:
        assert may_come_at(decision, SCHEDULING) == datetime(2026, 3, 3, tzinfo=UTC)


def test_after_the_last_step_nothing_falls_any_more() -> None:
    decision = Prompted().ask(last_call_on=TODAY - 31 * DAY)
    assert rules(decision, SCHEDULING) == {"call_is_worth_proposing"}
    assert may_come_at(decision, SCHEDULING) is None


def test_a_step_without_a_loss_is_none() -> None:
    steps = (DecayStep(until_day=7, percent=100), DecayStep(until_day=14, percent=100))
    facts = a_talk(last_call_on=TODAY - 6 * DAY).allowance.facts
    flat = allowance(facts, UnlockPolicy(decay=steps), "v1")
    assert next_decay(flat) == TODAY + 9 * DAY


def test_a_planned_call_needs_no_proposal() -> None:
    assert rules(Prompted().ask(**WORTH, call_is_planned=True), SCHEDULING) == {
        "no_call_is_planned"
    }


def test_a_call_is_proposed_once_in_72_hours_here_and_once_a_day_in_all() -> None:
    ana = Prompted()
    ana.show(**WORTH)
    ana.after(HOUR)
    elsewhere = ana.ask(**WORTH, id=THERE)
    assert rules(elsewhere, SCHEDULING) == {"video_scheduling_per_day"}
    assert may_come_at(elsewhere, SCHEDULING) == datetime(2026, 3, 3, tzinfo=UTC)
    ana.after(71 * HOUR - MOMENT)
    assert rules(ana.ask(**WORTH), SCHEDULING) == {"video_scheduling_cool_down"}
    assert may_come_at(ana.ask(**WORTH), SCHEDULING) == NOON + 72 * HOUR
    assert kind_of(ana.ask(**WORTH, id=THERE)) is SCHEDULING
    ana.after(MOMENT)
    assert kind_of(ana.ask(**WORTH)) is SCHEDULING


# Long messages


@pytest.mark.parametrize(("length", "comes"), [(0, False), (279, False), (280, True), (9999, True)])
def test_a_draft_of_280_characters_is_long(length: int, comes: bool) -> None:
    assert kind_of(Prompted().ask(draft_length=length)) is (LONG if comes else None)


def test_a_long_draft_is_spoken_of_once_in_24_hours_in_a_conversation() -> None:
    ana = Prompted()
    ana.show(draft_length=LONG_DRAFT)
    ana.after(DAY - MOMENT)
    assert rules(ana.ask(draft_length=LONG_DRAFT), LONG) == {"long_message_cool_down"}
    assert kind_of(ana.ask(draft_length=LONG_DRAFT, id=THERE)) is LONG
    ana.after(MOMENT)
    assert kind_of(ana.ask(draft_length=LONG_DRAFT)) is LONG


# Which of several


def test_the_first_by_priority_comes_and_the_others_are_dropped() -> None:
    ana = Prompted()
    notice = RewardNotice(lapses_on=LAPSES_ON, days_before=7, since=NOON)
    everything = {"left": 3, "reward": notice, **WORTH, "draft_length": LONG_DRAFT}
    came = []
    for number in range(4):
        decision = ana.ask(**everything)
        came.append(kind_of(decision))
        for later in (REWARD, SCHEDULING, LONG)[number:]:
            assert "highest_priority" in rules(decision, later)
            assert may_come_at(decision, later) == ana.now + 30 * SECOND
        ana.keep(decision)
        ana.after(30 * SECOND)
    assert came == [COUNT, REWARD, SCHEDULING, LONG]


def test_what_was_dropped_does_not_come_once_its_cause_is_gone() -> None:
    ana = Prompted()
    ana.show(left=3, draft_length=LONG_DRAFT)
    ana.after(HOUR)
    assert ana.ask(left=2, draft_length=0).chosen is None


def test_nobody_is_prompted_during_a_call_nor_while_suspended() -> None:
    ana = Prompted()
    for rule, changes in (
        ("no_call_goes_on", {"in_call": True}),
        ("person_is_active", {"activity": activity_reason(active=False)}),
    ):
        decision = ana.ask(left=0, **changes)
        assert rules(decision, COUNT) == {rule}
        assert may_come_at(decision, COUNT) is None
        assert [reason.rule for reason in decision.reasons if not reason.satisfied] == [rule]


def test_nothing_is_said_about_a_pair_that_is_blocked() -> None:
    decision = Prompted().ask(left=0, draft_length=LONG_DRAFT, blocked=True)
    assert rules(decision, COUNT) == rules(decision, LONG) == {"pair_is_not_blocked"}


def test_each_rule_is_counted_once() -> None:
    decision = Prompted().ask(left=3, draft_length=LONG_DRAFT)
    names = [rule for rule, _ in decision.verdicts]
    assert len(names) == len(set(names))
    assert dict(decision.verdicts)["few_messages_left"]
    assert not dict(decision.verdicts)["reward_warning_due"]


def test_an_action_is_kept_with_its_time() -> None:
    ana = Prompted()
    ana.show(left=3)
    ana.after(timedelta(seconds=5))
    ana.act(PromptAction.CONTINUED_TYPING)
    assert ana.past[0].action_taken is PromptAction.CONTINUED_TYPING
    assert ana.past[0].acted_at == NOON + 5 * SECOND
