"""What is said in companion conversations."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs
from attrs import frozen

from ..shared.errors import ConflictError
from ..shared.ids import CompanionSessionId, ConversationId, MessageId, PersonId
from ..shared.text import clean_text
from .policy import PersonaPolicy

TEXT_MAX_CHARACTERS = 4000


class Voice(StrEnum):
    """Who said something."""

    USER = "user"
    ASSISTANT = "assistant"


class Tag(StrEnum):
    """What a message is for; those marked evaluation never count."""

    GENERAL = "general"
    EVALUATION = "evaluation"


class MessageState(StrEnum):
    """How far a message has come.

    Attributes:
        SAID: It stands by itself: a turn of a call, or a whole reply.
        WAITING: The person's, and its reply is under way.
        ANSWERED: The person's, and its reply is stored.
        UNANSWERED: The person's; its reply broke off, and it does not count for the paywall.
        PARTIAL: A reply that broke off.
    """

    SAID = "said"
    WAITING = "waiting"
    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    PARTIAL = "partial"


@frozen(kw_only=True)
class CompanionMessage:
    """A message of a companion conversation.

    Attributes:
        id: The message's own; with `created_at` it orders a conversation totally.
        conversation_id: Where it was said.
        session_id: In which session.
        person_id: Who talks with their companion there.
        role: Who said it.
        tag: What it is for.
        text: What was said.
        state: How far it has come.
        reply_to_id: The message that a reply answers.
        waits_until: When a reply that is under way is given up.
        created_at: When it was said.
    """

    id: MessageId
    conversation_id: ConversationId
    session_id: CompanionSessionId
    person_id: PersonId
    role: Voice
    tag: Tag = Tag.GENERAL
    text: str
    state: MessageState
    reply_to_id: MessageId | None = None
    waits_until: datetime | None = None
    created_at: datetime

    @property
    def is_own(self) -> bool:
        """Whether it is the person's own word."""
        return self.role is Voice.USER and self.tag is Tag.GENERAL

    def is_waiting(self, now: datetime) -> bool:
        """Whether its reply is under way at an instant."""
        return self.waits_until is not None and now < self.waits_until


class ReplyInProgressError(ConflictError):
    """A reply is under way; one message is answered after the other."""

    code = "reply_in_progress"


def checked_text(text: str) -> str:
    """Give a message's text in normal form.

    Raises:
        InvalidValueError: It is empty, too long, or not well-formed.
    """
    return clean_text("text", text, max_characters=TEXT_MAX_CHARACTERS)


def waiting(message: CompanionMessage, now: datetime, policy: PersonaPolicy) -> CompanionMessage:
    """Give a message of the person's as its reply begins."""
    until = now + timedelta(seconds=policy.reply_seconds)
    return attrs.evolve(message, state=MessageState.WAITING, waits_until=until)


def settled(message: CompanionMessage, *, answered: bool) -> CompanionMessage:
    """Give a message of the person's as its reply is stored, or has broken off."""
    state = MessageState.ANSWERED if answered else MessageState.UNANSWERED
    return attrs.evolve(message, state=state, waits_until=None)


def reply_in_progress() -> ReplyInProgressError:
    """Give the error for a message that comes while another's reply is under way."""
    return ReplyInProgressError(
        "The reply to an earlier message is under way; wait for its end, then send this again."
    )
