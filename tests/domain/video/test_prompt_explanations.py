"""What every rule on prompts says, word by word."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.shared.decisions import Reason
from domain.shared.standing import activity_reason, pair_reason
from domain.video.prompt_choice import HeldBack
from domain.video.prompt_events import PromptShown
from domain.video.prompt_policy import PromptPolicy
from domain.video.prompt_rules import candidates
from tests.domain.video.prompting import (
    ANA,
    COUNT,
    DAY,
    HERE,
    HOUR,
    LONG,
    MOMENT,
    NOON,
    POLICY,
    REWARD,
    SCHEDULING,
    SECOND,
    TODAY,
    Prompted,
    a_state,
    a_talk,
)
from tests.domain.video.whole_prompts import NOTHING_LAPSES, shown_prompt

MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


PAIR = pair_reason(blocked=False, partner_deleted=False)


ACTIVE = activity_reason(active=True)


NO_CALL = Reason(rule="no_call_goes_on", satisfied=True, detail="No call rings or goes on.")


SPACED = Reason(
    rule="prompt_spacing",
    satisfied=True,
    detail="No prompt was shown just before.",
    threshold=30,
)


UNNAMED = Reason(
    rule="conversation_is_named",
    satisfied=False,
    detail="No conversation was named.",
    changed_by=("name_a_conversation",),
)


def per_day(number: int, most: int = 4, at: datetime | None = None) -> Reason:
    return Reason(
        rule="prompts_per_day",
        satisfied=number < most,
        detail=f"{number} of {most} prompts were shown on 2026-03-02.",
        inputs={"shown": number},
        threshold=most,
        changes_at=at,
    )


def per_week(number: int, most: int = 10, at: datetime | None = None) -> Reason:
    return Reason(
        rule="prompts_per_week",
        satisfied=number < most,
        detail=f"{number} of {most} prompts were shown within the last 7 days.",
        inputs={"shown": number},
        threshold=most,
        changes_at=at,
    )


def few(left: int, limit: int = 10, threshold: int = 3) -> Reason:
    return Reason(
        rule="few_messages_left",
        satisfied=left <= 3,
        detail=f"{left} of {limit} messages are left for 2026-03-02.",
        inputs={"remaining": left, "limit": limit},
        threshold=threshold,
        changed_by=("complete_a_video_call",),
    )


def once(threshold: int, *, told: bool = False) -> Reason:
    return Reason(
        rule="message_count_warning_once_a_day",
        satisfied=not told,
        detail=(
            f"The warning at {threshold} left was {'already' if told else 'not'} shown here today."
        ),
        threshold=threshold,
        changes_at=MIDNIGHT if told else None,
    )


def draft(length: int) -> Reason:
    return Reason(
        rule="draft_is_long",
        satisfied=length >= 280,
        detail=f"The draft has {length} characters; 280 or more are long.",
        inputs={"draft_length": length},
        threshold=280,
    )


def worth(detail: str, *, satisfied: bool, at: datetime | None = None, **inputs: Any) -> Reason:
    known = {
        "days_without_call": 0,
        "messages_without_call": 0,
        "days_needed": 3,
        "messages_needed": 20,
        "days_before_decay": 2,
        "decays_on": None,
    }
    return Reason(
        rule="call_is_worth_proposing",
        satisfied=satisfied,
        detail=detail,
        inputs=known | inputs,
        changes_at=at,
    )


def test_without_anything_to_say_every_type_says_why() -> None:
    decision = Prompted().ask()
    assert decision.chosen is None
    assert decision.reasons == (ACTIVE, NO_CALL, SPACED, per_day(0), per_week(0))
    assert (decision.day, decision.policy_version) == (TODAY, "v1")
    count, reward, scheduling, long = decision.held_back
    assert count == HeldBack(prompt_type=COUNT, reasons=(few(10),), may_come_at=None)
    assert reward == HeldBack(prompt_type=REWARD, reasons=(NOTHING_LAPSES,), may_come_at=None)
    idle = worth("0 days and 0 messages without a completed call.", satisfied=False)
    assert scheduling == HeldBack(prompt_type=SCHEDULING, reasons=(idle,), may_come_at=None)
    assert long == HeldBack(prompt_type=LONG, reasons=(draft(0),), may_come_at=None)
    assert decision.showing(ANA, shown_prompt().id, NOON) is None
    assert decision.verdicts == (
        ("person_is_active", True),
        ("no_call_goes_on", True),
        ("prompt_spacing", True),
        ("prompts_per_day", True),
        ("prompts_per_week", True),
        ("pair_is_not_blocked", True),
        ("few_messages_left", False),
        ("message_count_warning_once_a_day", True),
        ("reward_warning_due", False),
        ("call_is_worth_proposing", False),
        ("no_call_is_planned", True),
        ("video_scheduling_cool_down", True),
        ("video_scheduling_per_day", True),
        ("draft_is_long", False),
        ("long_message_cool_down", True),
    )


def test_outside_conversations_only_a_reward_is_prompted_about() -> None:
    found = candidates((), a_state(), POLICY, NOON)
    assert [one.prompt_type for one in found] == [COUNT, REWARD, SCHEDULING, LONG]
    unnamed = ((UNNAMED,), (NOTHING_LAPSES,), (UNNAMED,), (UNNAMED,))
    assert tuple(one.reasons for one in found) == unnamed


def test_a_warning_of_few_messages_is_chosen_and_the_next_best_dropped() -> None:
    decision = Prompted().ask(left=3, draft_length=280)
    assert decision.chosen is not None
    assert (decision.chosen.prompt_type, decision.chosen.threshold) == (COUNT, 3)
    assert decision.chosen.conversation_id == HERE
    general = (ACTIVE, NO_CALL, SPACED, per_day(0), per_week(0))
    assert decision.reasons == (*general, PAIR, few(3), once(3))
    just_before = Reason(
        rule="prompt_spacing",
        satisfied=False,
        detail="The last prompt was shown less than 30 s ago.",
        threshold=30,
        changes_at=NOON + 30 * SECOND,
    )
    dropped = Reason(
        rule="highest_priority",
        satisfied=False,
        detail="The message_count_warning goes first, and this one is dropped.",
        changes_at=NOON,
    )
    assert decision.held_back[-1] == HeldBack(
        prompt_type=LONG, reasons=(just_before, dropped), may_come_at=NOON + 30 * SECOND
    )
    assert decision.showing(ANA, shown_prompt().id, NOON) == PromptShown(
        at=NOON,
        person_id=ANA,
        policy_version="v1",
        prompt_id=shown_prompt().id,
        conversation_id=HERE,
        prompt_type=COUNT,
        threshold=3,
        lapses_on=None,
        shown_on=TODAY,
    )


def test_a_warning_that_was_given_says_so() -> None:
    ana = Prompted()
    ana.show(left=3)
    held = ana.after(30 * SECOND).ask(left=2).held_back[0]
    reasons = (once(3, told=True),)
    assert held == HeldBack(prompt_type=COUNT, reasons=reasons, may_come_at=MIDNIGHT)
    chosen = ana.ask(left=0)
    assert chosen.reasons == (ACTIVE, NO_CALL, SPACED, PAIR, few(0, threshold=0), once(0))


def test_a_call_that_goes_on_holds_all_back() -> None:
    goes_on = Reason(
        rule="no_call_goes_on",
        satisfied=False,
        detail="A call rings or goes on.",
        changed_by=("end_call",),
    )
    decision = Prompted().ask(left=3, in_call=True)
    assert decision.chosen is None
    assert decision.reasons == (ACTIVE, goes_on, SPACED, per_day(0), per_week(0))
    assert decision.held_back[0].reasons == (goes_on,)


def scheduling(**changes: Any) -> tuple[Reason, ...]:
    return candidates((), a_state(a_talk(**changes)), POLICY, NOON)[2].reasons


def proposed(number: int, most: int = 1, at: datetime | None = None) -> Reason:
    return Reason(
        rule="video_scheduling_per_day",
        satisfied=number < most,
        detail=f"{number} of {most} proposals of a call were made on 2026-03-02.",
        inputs={"shown": number},
        threshold=most,
        changes_at=at,
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"messages_since": 20, "without_call_since": date(2026, 2, 27)},
            worth(
                "3 days and 20 messages without a completed call.",
                satisfied=True,
                days_without_call=3,
                messages_without_call=20,
            ),
        ),
        (
            {"messages_since": 20, "without_call_since": date(2026, 2, 28)},
            worth(
                "2 days and 20 messages without a completed call.",
                satisfied=False,
                at=MIDNIGHT,
                days_without_call=2,
                messages_without_call=20,
            ),
        ),
        (
            {"messages_since": 19, "without_call_since": date(2026, 2, 27)},
            worth(
                "3 days and 19 messages without a completed call.",
                satisfied=False,
                days_without_call=3,
                messages_without_call=19,
            ),
        ),
        (
            {"last_call_on": date(2026, 2, 24)},
            worth(
                "6 days and 0 messages without a completed call; the bonus falls on 2026-03-04.",
                satisfied=True,
                days_without_call=6,
                decays_on="2026-03-04",
            ),
        ),
        (
            {"last_call_on": date(2026, 2, 25)},
            worth(
                "5 days and 0 messages without a completed call; the bonus falls on 2026-03-05.",
                satisfied=False,
                at=MIDNIGHT,
                days_without_call=5,
                decays_on="2026-03-05",
            ),
        ),
        (
            {"last_call_on": TODAY, "messages_since": 20},
            worth(
                "0 days and 20 messages without a completed call; the bonus falls on 2026-03-10.",
                satisfied=False,
                at=datetime(2026, 3, 5, tzinfo=UTC),
                messages_without_call=20,
                decays_on="2026-03-10",
            ),
        ),
    ],
)
def test_when_a_call_is_worth_proposing(changes: dict[str, Any], reason: Reason) -> None:
    none_planned = Reason(rule="no_call_is_planned", satisfied=True, detail="No call is planned.")
    found = scheduling(**changes)
    assert (found[0], found[1], found[2], found[4]) == (PAIR, reason, none_planned, proposed(0))


def test_a_planned_call_is_not_proposed() -> None:
    assert scheduling(call_is_planned=True)[2] == Reason(
        rule="no_call_is_planned", satisfied=False, detail="A call is planned."
    )


def test_a_second_proposal_waits_for_tomorrow() -> None:
    ana = Prompted()
    ana.show(messages_since=20, without_call_since=date(2026, 2, 1))
    past = tuple(ana.past)
    found = candidates(past, a_state(a_talk()), POLICY, NOON + HOUR)[2].reasons
    assert found[4] == proposed(1, at=MIDNIGHT)


def test_caps_that_are_reached_say_when_they_lift() -> None:
    ana = Prompted()
    policy = PromptPolicy(per_day=1, per_week=1)
    ana.show(left=3)
    ana.policy = type(POLICY)(prompts=policy)
    held = ana.after(HOUR).ask().reasons
    assert held[2:] == (SPACED, per_day(1, 1, MIDNIGHT), per_week(1, 1, NOON + 7 * DAY))
    ana.policy = type(POLICY)(prompts=PromptPolicy(per_day=0, per_week=0, scheduling_per_day=0))
    decision = ana.ask()
    assert decision.reasons[3:] == (per_day(0, 0), per_week(0, 0))
    assert proposed(0, 0) in decision.held_back[2].reasons


def test_the_spacing_and_the_week_end_to_the_moment() -> None:
    ana = Prompted()
    ana.show(left=3)
    assert not ana.after(30 * SECOND - MOMENT).ask().reasons[2].satisfied
    assert ana.after(MOMENT).ask().reasons[2] == SPACED
    ana.policy = type(POLICY)(prompts=PromptPolicy(per_week=1))
    ana.now = NOON + 7 * DAY - MOMENT
    assert ana.ask().reasons[4] == per_week(1, 1, NOON + 7 * DAY)
    assert ana.after(MOMENT).ask().reasons[4] == per_week(0, 1)
