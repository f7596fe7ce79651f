"""Prompts that were shown: what is kept of one, and which of them the next can depend on."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from domain.shared.ids import ConversationId, PersonId, PromptId
from domain.video.prompt_events import PromptShown, PromptType
from domain.video.prompt_pace import Reach, reach, that_matter
from domain.video.prompt_policy import PromptPolicy
from domain.video.prompts import Prompt, shown
from tests.domain.video.prompting import Prompted

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA = PersonId(UUID(int=1))
HERE, THERE = (ConversationId(UUID(int=number)) for number in (10, 11))


def a_prompt(number: int, kind: PromptType, where: ConversationId) -> Prompt:
    """The later shown, the greater its number."""
    return Prompt(
        id=PromptId(UUID(int=number)),
        person_id=ANA,
        conversation_id=where,
        prompt_type=kind,
        shown_at=NOON + timedelta(hours=number),
        shown_on=NOON.date(),
        policy_version="v1",
    )


def test_a_showing_makes_the_prompt() -> None:
    event = PromptShown(
        at=NOON,
        person_id=ANA,
        policy_version="v1",
        prompt_id=PromptId(UUID(int=7)),
        conversation_id=HERE,
        prompt_type=PromptType.REWARD_WARNING,
        threshold=3,
        lapses_on=date(2026, 4, 1),
        shown_on=date(2026, 3, 3),
    )
    assert shown(event) == Prompt(
        id=PromptId(UUID(int=7)),
        person_id=ANA,
        conversation_id=HERE,
        prompt_type=PromptType.REWARD_WARNING,
        threshold=3,
        lapses_on=date(2026, 4, 1),
        shown_at=NOON,
        shown_on=date(2026, 3, 3),
        policy_version="v1",
    )


def test_the_latest_of_a_type_matters_wherever_it_was_shown() -> None:
    older, there, here, newest = past = (
        a_prompt(1, PromptType.VIDEO_SCHEDULING, THERE),
        a_prompt(2, PromptType.VIDEO_SCHEDULING, THERE),
        a_prompt(3, PromptType.LONG_MESSAGE, HERE),
        a_prompt(4, PromptType.LONG_MESSAGE, THERE),
    )
    within = Reach(recent=1, of_a_type=1, decisive=0)
    assert that_matter(past, HERE, within) == (newest, here, there)
    assert that_matter(past, THERE, within) == (newest, there)
    all_of_them = Reach(recent=1, of_a_type=2, decisive=0)
    assert that_matter(past, HERE, all_of_them) == (newest, here, there, older)


def test_a_prompt_has_the_id_that_it_was_given() -> None:
    assert Prompted().show(left=3).id == PromptId(UUID(int=1))


def test_as_many_dismissals_matter_as_can_double_the_shortest_cool_down() -> None:
    # 30 days are 30 of one day, and 720 of an hour.
    assert reach(PromptPolicy()).decisive == 5
    assert reach(PromptPolicy(scheduling_cool_down_seconds=3600)).decisive == 10
    assert reach(PromptPolicy(long_message_cool_down_seconds=3600)).decisive == 10
