"""What prompts on rewards say, word by word, and prompts through their states."""

from datetime import date, datetime

import pytest

from domain.shared.decisions import Reason
from domain.video.policy import RewardPolicy
from domain.video.prompt_events import PromptAction, PromptActionTaken, PromptShown, PromptType
from domain.video.prompt_pace import Reach, reach
from domain.video.prompt_policy import PromptPolicy
from domain.video.prompt_rewards import RewardNotice, reward_warning_reasons
from domain.video.prompts import Prompt, PromptAnsweredError, act, acted_on, no_such_prompt, shown
from tests.domain.video.prompting import (
    ANA,
    COUNT,
    HERE,
    HOUR,
    LONG,
    MOMENT,
    NOON,
    REWARD,
    SCHEDULING,
    TODAY,
)
from tests.domain.video.whole_prompts import NOTHING_LAPSES, shown_prompt, told


def notice(days_before: int = 3) -> RewardNotice:
    return RewardNotice(lapses_on=date(2026, 4, 1), days_before=days_before, since=NOON)


def of_reward(
    days: int, verb: str = "lapses", *, before: bool = False, gap_over: datetime | None = None
) -> tuple[Reason, ...]:
    return (
        Reason(
            rule="reward_warning_due",
            satisfied=True,
            detail=f"The reward {verb} on 2026-04-01.",
            inputs={"days_before": days, "lapses_on": "2026-04-01"},
            changed_by=("complete_video_calls_with_new_partners",),
        ),
        Reason(
            rule="reward_warning_once",
            satisfied=not before,
            detail=f"This was {'shown' if before else 'not shown'} before.",
            threshold=days,
        ),
        Reason(
            rule="reward_warning_gap",
            satisfied=gap_over is None,
            detail=(
                "No such prompt was shown lately."
                if gap_over is None
                else "Such a prompt was shown less than 72000 s ago."
            ),
            threshold=72_000,
            changes_at=gap_over,
        ),
    )


@pytest.mark.parametrize(
    ("past", "found", "reasons"),
    [
        ((), None, (NOTHING_LAPSES,)),
        ((), notice(), of_reward(3)),
        ((), notice(0), of_reward(0, "has lapsed")),
        ((told(NOON),), notice(), of_reward(3, before=True, gap_over=NOON + 20 * HOUR)),
        ((told(NOON - MOMENT),), notice(), of_reward(3, gap_over=NOON + 20 * HOUR - MOMENT)),
        ((told(NOON, 7),), notice(), of_reward(3, gap_over=NOON + 20 * HOUR)),
    ],
)
def test_what_is_told_of_a_reward(
    past: tuple[Prompt, ...], found: RewardNotice | None, reasons: tuple[Reason, ...]
) -> None:
    assert reward_warning_reasons(past, found, RewardPolicy(), NOON + HOUR) == reasons


def test_a_gap_between_warnings_is_over_to_the_moment() -> None:
    past, policy = (told(NOON, 7),), RewardPolicy()
    over = NOON + 20 * HOUR
    assert reward_warning_reasons(past, notice(), policy, over) == of_reward(3)
    just_before = reward_warning_reasons(past, notice(), policy, over - MOMENT)
    assert just_before == of_reward(3, gap_over=over)


def test_how_far_back_prompts_can_matter() -> None:
    assert reach(PromptPolicy()) == Reach(recent=10, of_a_type=4, decisive=5)
    few_only = PromptPolicy(per_day=0, per_week=0, scheduling_per_day=9)
    assert reach(few_only) == Reach(recent=1, of_a_type=9, decisive=5)


def test_a_prompt_is_answered_once() -> None:
    prompt = shown_prompt()
    (event,) = act(prompt, PromptAction.DISMISSED, "v2", NOON + HOUR)
    assert event == PromptActionTaken(
        at=NOON + HOUR,
        person_id=ANA,
        policy_version="v2",
        prompt_id=prompt.id,
        conversation_id=HERE,
        prompt_type=COUNT,
        action=PromptAction.DISMISSED,
    )
    answered = acted_on(prompt, event)
    assert (answered.action_taken, answered.acted_at) == (PromptAction.DISMISSED, NOON + HOUR)
    assert act(answered, PromptAction.DISMISSED, "v2", NOON) == ()
    with pytest.raises(PromptAnsweredError) as wrong:
        act(answered, PromptAction.SCHEDULED_VIDEO, "v2", NOON)
    detail = "This prompt was already answered by dismissed, which stands."
    assert wrong.value.detail == detail


def test_a_prompt_is_what_was_shown() -> None:
    event = PromptShown(
        at=NOON,
        person_id=ANA,
        policy_version="v1",
        prompt_id=shown_prompt().id,
        conversation_id=None,
        prompt_type=REWARD,
        threshold=3,
        lapses_on=date(2026, 4, 1),
        shown_on=TODAY,
    )
    assert shown(event) == told(NOON)


def test_a_prompt_of_nobodys() -> None:
    detail = "There is no such prompt, or it was shown to somebody else; check the id."
    assert no_such_prompt().detail == detail


def test_the_order_of_types_is_their_priority() -> None:
    assert tuple(PromptType) == (COUNT, REWARD, SCHEDULING, LONG)
