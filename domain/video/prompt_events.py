"""What happens with prompts."""

from datetime import date
from enum import StrEnum

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import ConversationId, PromptId


class PromptType(StrEnum):
    """What a prompt is about; the first goes before the others."""

    MESSAGE_COUNT_WARNING = "message_count_warning"
    REWARD_WARNING = "reward_warning"
    VIDEO_SCHEDULING = "video_scheduling"
    LONG_MESSAGE = "long_message"


class PromptAction(StrEnum):
    """What a person did about a prompt."""

    DISMISSED = "dismissed"
    CONTINUED_TYPING = "continued_typing"
    PURCHASED_CREDITS = "purchased_credits"
    SCHEDULED_VIDEO = "scheduled_video"


@frozen(kw_only=True)
class PromptShown(Event):
    """A prompt was given to the person's app, to be shown.

    Attributes:
        prompt_id: The prompt.
        conversation_id: Where, if it is about one conversation.
        prompt_type: What it is about.
        threshold: The messages or days left that it warns of, if it warns of any.
        lapses_on: The date on which the reward that it is about lapses, if it is about one.
        shown_on: The person's date, for which it counts.
    """

    prompt_id: PromptId
    conversation_id: ConversationId | None
    prompt_type: PromptType
    threshold: int | None
    lapses_on: date | None
    shown_on: date


@frozen(kw_only=True)
class PromptActionTaken(Event):
    """The person did something about a prompt."""

    prompt_id: PromptId
    conversation_id: ConversationId | None
    prompt_type: PromptType
    action: PromptAction


PromptEvent = PromptShown | PromptActionTaken
