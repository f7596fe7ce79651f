"""What is said in companion conversations."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs
from attrs import frozen

from ..conversations.events import MessageDeleted, MessageEdited
from ..shared.decisions import Reason
from ..shared.durations import in_words
from ..shared.errors import ConflictError, NotFoundError, RefusedError
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
        text: What was said; empty once deleted.
        state: How far it has come.
        reply_to_id: The message that a reply answers.
        waits_until: When a reply that is under way is given up.
        created_at: When it was said.
        edited_at: When its text was last changed.
        deleted_at: When it was blanked.
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
    edited_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is the person's own word."""
        said = self.role is Voice.USER and self.tag is Tag.GENERAL
        return said and self.deleted_at is None

    def is_waiting(self, now: datetime) -> bool:
        """Whether its reply is under way at an instant."""
        return self.waits_until is not None and now < self.waits_until


class CompanionMessageDeletedError(ConflictError):
    """The message was deleted; there is no text to change or to answer."""

    code = "message_deleted"


class CompanionEditRefusedError(RefusedError):
    """A message may no longer be edited."""

    code = "edit_window_closed"


class ReplyInProgressError(ConflictError):
    """A reply is under way; one message is answered after the other."""

    code = "reply_in_progress"


def checked_text(text: str, field: str = "text") -> str:
    """Give a message's text in normal form; the field is the input's name, for the error.

    Raises:
        InvalidValueError: It is empty, too long, or not well-formed.
    """
    return clean_text(field, text, max_characters=TEXT_MAX_CHARACTERS)


def waiting(message: CompanionMessage, now: datetime, policy: PersonaPolicy) -> CompanionMessage:
    """Give a message of the person's as its reply begins."""
    until = now + timedelta(seconds=policy.reply_seconds)
    return attrs.evolve(message, state=MessageState.WAITING, waits_until=until)


def settled(message: CompanionMessage, *, answered: bool) -> CompanionMessage:
    """Give a message of the person's as its reply is stored, or has broken off."""
    state = MessageState.ANSWERED if answered else MessageState.UNANSWERED
    return attrs.evolve(message, state=state, waits_until=None)


def edited(
    message: CompanionMessage, text: str, *, window_seconds: int, policy_version: str, now: datetime
) -> tuple[CompanionMessage, MessageEdited | None]:
    """Give a message of the person's with another text, and the event unless nothing changes.

    Raises:
        NotFoundError: It is not the person's.
        CompanionMessageDeletedError: It was deleted.
        CompanionEditRefusedError: The time to edit it is over.
        InvalidValueError: The text is malformed.
    """
    _must_be_persons(message)
    require_text(message)
    text = checked_text(text)
    age = now - message.created_at
    if age > timedelta(seconds=window_seconds):
        detail = (
            f"A message can be edited for {in_words(window_seconds)} after it was sent; "
            "send a new one instead, or delete it."
        )
        reason = Reason(
            rule="edit_window",
            satisfied=False,
            detail=detail,
            inputs={"age_seconds": int(age.total_seconds())},
            threshold=window_seconds,
            changed_by=("send_a_message",),
        )
        raise CompanionEditRefusedError(detail, (reason,))
    if text == message.text:
        return message, None
    return attrs.evolve(message, text=text, edited_at=now), MessageEdited(
        at=now,
        person_id=message.person_id,
        policy_version=policy_version,
        conversation_id=message.conversation_id,
        message_id=message.id,
    )


def deleted(
    message: CompanionMessage, *, policy_version: str, now: datetime
) -> tuple[CompanionMessage, MessageDeleted | None]:
    """Give a message of the person's blanked, and the event unless it already was.

    Raises:
        NotFoundError: It is not the person's.
    """
    _must_be_persons(message)
    if message.deleted_at is not None:
        return message, None
    return attrs.evolve(message, text="", deleted_at=now), MessageDeleted(
        at=now,
        person_id=message.person_id,
        policy_version=policy_version,
        conversation_id=message.conversation_id,
        message_id=message.id,
    )


def require_text(message: CompanionMessage) -> None:
    """Refuse what needs the text of a message that has none any more.

    Raises:
        CompanionMessageDeletedError: It was deleted.
    """
    if message.deleted_at is not None:
        raise CompanionMessageDeletedError("The message was deleted; send a new one instead.")


def no_such_message() -> NotFoundError:
    """Give the error for a message that is absent, or not the person's to change."""
    return NotFoundError(
        "There is no such message in this conversation, or it is not this person's to change."
    )


def _must_be_persons(message: CompanionMessage) -> None:
    if message.role is not Voice.USER:
        raise no_such_message()


def reply_in_progress() -> ReplyInProgressError:
    """Give the error for a message that comes while another's reply is under way."""
    return ReplyInProgressError(
        "The reply to an earlier message is under way; wait for its end, then send this again."
    )
