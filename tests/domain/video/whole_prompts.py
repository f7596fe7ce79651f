"""Prompts and their reasons in full, for examples that hold the whole value."""

from datetime import date, datetime

from domain.shared.decisions import Reason
from domain.video.prompts import Prompt
from tests.domain.video.prompting import (
    ANA,
    REWARD,
    TODAY,
    Prompted,
)

NOTHING_LAPSES = Reason(
    rule="reward_warning_due", satisfied=False, detail="No reward is about to lapse."
)


def shown_prompt() -> Prompt:
    return Prompted().show(left=3)


def told(at: datetime, threshold: int = 3) -> Prompt:
    return Prompt(
        id=shown_prompt().id,
        person_id=ANA,
        conversation_id=None,
        prompt_type=REWARD,
        threshold=threshold,
        lapses_on=date(2026, 4, 1),
        shown_at=at,
        shown_on=TODAY,
        policy_version="v1",
    )
