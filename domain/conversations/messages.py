"""Messages: their text, who may change it, and for how long."""

import hashlib
from datetime import date, datetime, timedelta
from enum import StrEnum

import attrs
from attrs import frozen

from ..shared.decisions import Reason
from ..shared.durations import in_words
from ..shared.errors import ConflictError, InvalidValueError, NotFoundError, RefusedError
from ..shared.ids import ConversationId, MessageId, PersonId
from ..shared.text import clean_text
from .events import MessageDeleted, MessageEdited
from .policy import ConversationPolicy

MAX_CLIENT_MESSAGE_ID_CHARACTERS = 128


class MessageRole(StrEnum):
    """Who wrote a message."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"


class MessageTag(StrEnum):
    """What a message is for; those marked evaluation never count."""

    GENERAL = "general"
    EVALUATION = "evaluation"


@frozen(kw_only=True)
class Message:
    """A message as it stands.

    Attributes:
        id: The message's own; with `created_at` it orders a conversation totally.
        conversation_id: Where it was sent.
        sender_id: Who sent it.
        role: Who wrote it.
        tag: What it is for.
        text: What it says; empty once deleted.
        client_message_id: The sender's own name for it; a repeat is the same message.
        counted_on: The sender's counting date it was counted for.
        daily_number: Which of that day's messages it was, from 1.
        daily_limit: The limit it was allowed under.
        policy_version: The version of the policy it was allowed under.
        created_at: When it was sent.
        edited_at: When its text was last changed.
        deleted_at: When it was blanked.
        first_text_digest: SHA-256 of the text as sent, kept once the text is changed.
    """

    id: MessageId
    conversation_id: ConversationId
    sender_id: PersonId
    role: MessageRole = MessageRole.USER
    tag: MessageTag = MessageTag.GENERAL
    text: str
    client_message_id: str | None = None
    counted_on: date
    daily_number: int
    daily_limit: int
    policy_version: str
    created_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    first_text_digest: bytes | None = None

    def was_sent_as(self, text: str) -> bool:
        """Tell whether this is the text the message was sent with."""
        if self.first_text_digest is None:
            return self.text == text
        return self.first_text_digest == text_digest(text)


class ClientMessageIdReusedError(ConflictError):
    """The sender's name for a message already stands for another text."""

    code = "client_message_id_reused"


class MessageDeletedError(ConflictError):
    """The message was deleted; there is no text to change."""

    code = "message_deleted"


class EditRefusedError(RefusedError):
    """A message may no longer be edited."""

    code = "edit_window_closed"


def text_digest(text: str) -> bytes:
    """Give the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).digest()


def checked_text(text: str, policy: ConversationPolicy) -> str:
    """Give a message's text in normal form.

    Raises:
        InvalidValueError: It is empty, too long, or not well-formed.
    """
    return clean_text("text", text, max_characters=policy.message_max_characters)


def checked_client_message_id(client_message_id: str | None) -> str | None:
    """Give the sender's own name for a message, if it is one.

    Raises:
        InvalidValueError: It is empty, over 128 characters, or not printable ASCII.
    """
    if client_message_id is None:
        return None
    if (
        not 1 <= len(client_message_id) <= MAX_CLIENT_MESSAGE_ID_CHARACTERS
        or not client_message_id.isascii()
        or not client_message_id.isprintable()
    ):
        raise InvalidValueError(
            "client_message_id",
            f"Give 1 to {MAX_CLIENT_MESSAGE_ID_CHARACTERS} printable ASCII characters.",
        )
    return client_message_id


def edit(
    message: Message,
    editor_id: PersonId,
    text: str,
    *,
    policy: ConversationPolicy,
    policy_version: str,
    now: datetime,
) -> tuple[Message, MessageEdited | None]:
    """Give the message with another text, and the event unless nothing changes.

    Raises:
        NotFoundError: The editor is not its sender.
        MessageDeletedError: It was deleted.
        EditRefusedError: The time to edit it is over.
        InvalidValueError: The text is malformed.
    """
    _must_be_sender(message, editor_id)
    if message.deleted_at is not None:
        raise MessageDeletedError("The message was deleted; send a new one instead.")
    text = checked_text(text, policy)
    closes_at = message.created_at + timedelta(seconds=policy.edit_window_seconds)
    if now > closes_at:
        detail = (
            f"A message can be edited for {in_words(policy.edit_window_seconds)} after it "
            "was sent; send a new one instead."
        )
        reason = Reason(
            rule="edit_window",
            satisfied=False,
            detail=detail,
            inputs={"age_seconds": int((now - message.created_at).total_seconds())},
            threshold=policy.edit_window_seconds,
            changed_by=("send_a_message",),
        )
        raise EditRefusedError(detail, (reason,))
    if text == message.text:
        return message, None
    edited = attrs.evolve(
        message, text=text, edited_at=now, first_text_digest=_first_digest(message)
    )
    return edited, MessageEdited(
        at=now,
        person_id=editor_id,
        policy_version=policy_version,
        conversation_id=message.conversation_id,
        message_id=message.id,
    )


def delete(
    message: Message, deleter_id: PersonId, *, policy_version: str, now: datetime
) -> tuple[Message, MessageDeleted | None]:
    """Give the message blanked, and the event unless it already was.

    Raises:
        NotFoundError: The deleter is not its sender.
    """
    _must_be_sender(message, deleter_id)
    if message.deleted_at is not None:
        return message, None
    deleted = attrs.evolve(
        message, text="", deleted_at=now, first_text_digest=_first_digest(message)
    )
    return deleted, MessageDeleted(
        at=now,
        person_id=deleter_id,
        policy_version=policy_version,
        conversation_id=message.conversation_id,
        message_id=message.id,
    )


def erased(message: Message, now: datetime) -> Message:
    """Give what stays of a message whose sender is erased.

    Unlike a deletion this keeps no digest, by which a short text could be guessed, and
    not the sender's name for it.
    """
    return attrs.evolve(
        message,
        text="",
        client_message_id=None,
        first_text_digest=None,
        deleted_at=message.deleted_at or now,
    )


def no_such_message() -> NotFoundError:
    """Give the error for a message that is absent, or not the asker's to change."""
    return NotFoundError(
        "There is no such message in this conversation, or it is not this person's to change."
    )


def _must_be_sender(message: Message, person_id: PersonId) -> None:
    if message.sender_id != person_id:
        raise no_such_message()


def _first_digest(message: Message) -> bytes:
    return message.first_text_digest or text_digest(message.text)
