"""Prompts that were shown, and what was done about them."""

from datetime import date, datetime

import attrs
from attrs import frozen

from ..shared.errors import ConflictError, NotFoundError
from ..shared.ids import ConversationId, PersonId, PromptId
from .prompt_events import PromptAction, PromptActionTaken, PromptShown, PromptType


class PromptAnsweredError(ConflictError):
    """Something else was done about the prompt before."""

    code = "prompt_answered"


@frozen(kw_only=True)
class Prompt:
    """A prompt that was shown.

    Attributes:
        id: The prompt's own; with `shown_at` it orders all prompts of a person.
        person_id: To whom it was shown.
        conversation_id: Where, if it is about one conversation.
        prompt_type: What it is about.
        threshold: The messages or days left that it warns of, if it warns of any.
        lapses_on: The date on which the reward that it is about lapses, if it is about one.
        shown_at: When it was shown.
        shown_on: The person's counting date then.
        policy_version: The version of the policy it was shown under.
        action_taken: What the person did about it.
        acted_at: When.
    """

    id: PromptId
    person_id: PersonId
    conversation_id: ConversationId | None
    prompt_type: PromptType
    threshold: int | None = None
    lapses_on: date | None = None
    shown_at: datetime
    shown_on: date
    policy_version: str
    action_taken: PromptAction | None = None
    acted_at: datetime | None = None


def shown(event: PromptShown) -> Prompt:
    """Give the prompt that a showing makes."""
    return Prompt(
        id=event.prompt_id,
        person_id=event.person_id,
        conversation_id=event.conversation_id,
        prompt_type=event.prompt_type,
        threshold=event.threshold,
        lapses_on=event.lapses_on,
        shown_at=event.at,
        shown_on=event.shown_on,
        policy_version=event.policy_version,
    )


def acted_on(prompt: Prompt, event: PromptActionTaken) -> Prompt:
    """Give the prompt after an action."""
    return attrs.evolve(prompt, action_taken=event.action, acted_at=event.at)


def act(
    prompt: Prompt, action: PromptAction, policy_version: str, now: datetime
) -> tuple[PromptActionTaken, ...]:
    """Take in what the person did about a prompt; the same again changes nothing.

    Raises:
        PromptAnsweredError: Something else was done about it before.
    """
    if prompt.action_taken is action:
        return ()
    if prompt.action_taken is not None:
        raise PromptAnsweredError(
            f"This prompt was already answered by {prompt.action_taken.value}, which stands."
        )
    return (
        PromptActionTaken(
            at=now,
            person_id=prompt.person_id,
            policy_version=policy_version,
            prompt_id=prompt.id,
            conversation_id=prompt.conversation_id,
            prompt_type=prompt.prompt_type,
            action=action,
        ),
    )


def no_such_prompt() -> NotFoundError:
    """Give the error for a prompt that is absent, or not the asker's to know."""
    return NotFoundError("There is no such prompt, or it was shown to somebody else; check the id.")
