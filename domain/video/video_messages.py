"""Video messages: the states they go through, and what each event makes of them.

A send to several persons is one message for each, in the conversation with that person;
they have one upload, and so become uploaded or failed together.
"""

import re
from datetime import date, datetime
from typing import Any

import attrs
from attrs import frozen

from ..shared.errors import InvalidValueError, NotFoundError
from ..shared.ids import ConversationId, CreditLotId, PersonId, VideoMessageId, VideoSendId
from .video_message_events import (
    UnitSource,
    VideoMessageEvent,
    VideoMessageFailed,
    VideoMessageSent,
    VideoMessageUploaded,
    VideoMessageViewed,
)

_UPLOAD_REF = re.compile(r"[\x21-\x7e]{1,512}")


@frozen(kw_only=True)
class _MessageFacts:
    """What stays the same for a video message's whole life.

    Attributes:
        id: The message's own.
        send_id: What the messages of one send have in common.
        conversation_id: That of the sender and the recipient.
        sender_id: Who sent it.
        recipient_id: To whom.
        upload_ref: Where the app keeps the video; empty once the sender is erased.
        source: The unit it took.
        lot_id: The lot of the credit, if it took one.
        counted_on: The sender's date, which the free units are counted by.
        created_at: When it was sent.
        policy_version: The policy it was allowed under.
        version: Rises by one at every change.
    """

    id: VideoMessageId
    send_id: VideoSendId
    conversation_id: ConversationId
    sender_id: PersonId
    recipient_id: PersonId
    upload_ref: str
    source: UnitSource
    lot_id: CreditLotId | None
    counted_on: date
    created_at: datetime
    policy_version: str
    version: int = 1

    def has(self, person_id: PersonId) -> bool:
        """Tell whether a person sent it or it was sent to them."""
        return person_id in (self.sender_id, self.recipient_id)


@frozen(kw_only=True)
class Pending(_MessageFacts):
    """A video message whose upload is awaited."""


@frozen(kw_only=True)
class Uploaded(_MessageFacts):
    """A video message that can be watched.

    Attributes:
        uploaded_at: Since when.
    """

    uploaded_at: datetime


@frozen(kw_only=True)
class Viewed(_MessageFacts):
    """A video message that its recipient watched.

    Attributes:
        uploaded_at: Since when it could be watched.
        viewed_at: When the recipient first did.
    """

    uploaded_at: datetime
    viewed_at: datetime


@frozen(kw_only=True)
class Failed(_MessageFacts):
    """A video message whose upload failed.

    Attributes:
        failed_at: When.
        given_back: The unit it took is back; a free one of an earlier date is gone.
    """

    failed_at: datetime
    given_back: bool


VideoMessage = Pending | Uploaded | Viewed | Failed


def sent(event: VideoMessageSent, upload_ref: str) -> Pending:
    """Give the state that a send makes."""
    return Pending(
        id=event.video_message_id,
        send_id=event.send_id,
        conversation_id=event.conversation_id,
        sender_id=event.person_id,
        recipient_id=event.recipient_id,
        upload_ref=upload_ref,
        source=event.source,
        lot_id=event.lot_id,
        counted_on=event.counted_on,
        created_at=event.at,
        policy_version=event.policy_version,
    )


def evolve(message: VideoMessage, event: VideoMessageEvent) -> VideoMessage:
    """Give the message after an event. What its state does not admit changes nothing."""
    match message, event:
        case Pending(), VideoMessageUploaded():
            return Uploaded(**_facts(message), uploaded_at=event.at)
        case Pending(), VideoMessageFailed():
            return Failed(**_facts(message), failed_at=event.at, given_back=event.given_back)
        case Uploaded(), VideoMessageViewed():
            return Viewed(**_facts(message), uploaded_at=message.uploaded_at, viewed_at=event.at)
        case _:
            return message


def checked_upload_ref(upload_ref: str) -> str:
    """Give an app's reference to a video, which it has made up itself.

    Raises:
        InvalidValueError: It is not of 1 to 512 printable ASCII characters without spaces.
    """
    if not _UPLOAD_REF.fullmatch(upload_ref):
        raise InvalidValueError(
            "upload_ref", "Give 1 to 512 printable ASCII characters without spaces."
        )
    return upload_ref


def no_such_video_message() -> NotFoundError:
    """Give the error for a video message that is absent, or not the asker's to know."""
    return NotFoundError(
        "There is no such video message here that this person may see or watch; check the ids."
    )


def _facts(message: VideoMessage) -> dict[str, Any]:
    return {field.name: getattr(message, field.name) for field in attrs.fields(_MessageFacts)}
