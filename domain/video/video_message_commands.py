"""What may be done to a video message, and what comes of it."""

from datetime import date, datetime
from typing import assert_never

from attrs import frozen

from ..shared.errors import ConflictError
from ..shared.ids import ConversationId, PersonId, VideoMessageId, VideoSendId
from .credits import Wallet, evolve
from .video_message_allowance import VideoMessageAllowance
from .video_message_events import (
    UnitSource,
    VideoMessageEvent,
    VideoMessageFailed,
    VideoMessageSent,
    VideoMessageUploaded,
    VideoMessageViewed,
)
from .video_messages import (
    Failed,
    Pending,
    Uploaded,
    VideoMessage,
    Viewed,
    no_such_video_message,
)


@frozen(kw_only=True)
class Addressed:
    """One recipient of a send, and the message that they get."""

    message_id: VideoMessageId
    conversation_id: ConversationId
    recipient_id: PersonId


@frozen(kw_only=True)
class ReportUploaded:
    """The app has the video."""


@frozen(kw_only=True)
class ReportFailed:
    """The app did not get the video.

    Attributes:
        wallet: The sender's, with the lot that the message was paid from.
        today: The sender's date now.
    """

    wallet: Wallet
    today: date


@frozen(kw_only=True)
class View:
    """A person watched the video."""

    person_id: PersonId


VideoMessageCommand = ReportUploaded | ReportFailed | View


class UploadFailedError(ConflictError):
    """The upload failed; there is no video to speak of."""

    code = "video_message_failed"


class UploadCompleteError(ConflictError):
    """The upload is complete; it cannot fail any more."""

    code = "video_message_uploaded"


class UploadAwaitedError(ConflictError):
    """The upload is not complete; there is nothing to watch yet."""

    code = "video_message_pending"


def send(
    send_id: VideoSendId,
    to: tuple[Addressed, ...],
    allowance: VideoMessageAllowance,
    wallet: Wallet,
    now: datetime,
) -> tuple[VideoMessageSent, ...]:
    """Send to each recipient: free units first, then credits, the oldest lot first.

    Args:
        send_id: What the messages have in common.
        to: The recipients.
        allowance: The decision, which was yes to so many.
        wallet: The sender's, with as many lots as it may spend from.
        now: The present instant.
    """
    events: list[VideoMessageSent] = []
    for addressed in to:
        free = wallet.accounts.free_used_on(allowance.counting_on) < allowance.free_limit
        lot = None if free else wallet.oldest
        if not free and lot is None:
            raise ValueError("the wallet holds less than was decided on")
        event = VideoMessageSent(
            at=now,
            person_id=wallet.person_id,
            policy_version=allowance.policy_version,
            video_message_id=addressed.message_id,
            send_id=send_id,
            conversation_id=addressed.conversation_id,
            recipient_id=addressed.recipient_id,
            source=UnitSource.FREE if lot is None else UnitSource.CREDIT,
            lot_id=None if lot is None else lot.id,
            counted_on=allowance.counting_on,
        )
        events.append(event)
        wallet = evolve(wallet, event)
    return tuple(events)


def decide(
    message: VideoMessage, command: VideoMessageCommand, policy_version: str, now: datetime
) -> tuple[VideoMessageEvent, ...]:
    """Decide what a command does to a video message. Told twice, it does nothing again.

    Raises:
        NotFoundError: One who is not its recipient views it.
        UploadFailedError: The upload failed, and is now reported complete, or viewed.
        UploadCompleteError: The upload is complete, and is now reported failed.
        UploadAwaitedError: It is viewed before it is uploaded.
    """
    match command:
        case ReportUploaded():
            return _uploaded(message, policy_version, now)
        case ReportFailed():
            return _failed(message, command, policy_version, now)
        case View():
            return _viewed(message, command, policy_version, now)
        case _:
            assert_never(command)


def _uploaded(
    message: VideoMessage, policy_version: str, now: datetime
) -> tuple[VideoMessageUploaded, ...]:
    match message:
        case Pending():
            return (
                VideoMessageUploaded(
                    at=now,
                    person_id=message.sender_id,
                    policy_version=policy_version,
                    video_message_id=message.id,
                    send_id=message.send_id,
                    conversation_id=message.conversation_id,
                ),
            )
        case Uploaded() | Viewed():
            return ()
        case Failed():
            raise UploadFailedError("The upload was reported as failed; send the video anew.")
        case _:
            assert_never(message)


def _failed(
    message: VideoMessage, command: ReportFailed, policy_version: str, now: datetime
) -> tuple[VideoMessageFailed, ...]:
    match message:
        case Pending():
            given_back, repaid = _given_back(message, command)
            return (
                VideoMessageFailed(
                    at=now,
                    person_id=message.sender_id,
                    policy_version=policy_version,
                    video_message_id=message.id,
                    send_id=message.send_id,
                    conversation_id=message.conversation_id,
                    source=message.source,
                    lot_id=message.lot_id,
                    counted_on=message.counted_on,
                    given_back=given_back,
                    repaid=repaid,
                ),
            )
        case Failed():
            return ()
        case Uploaded() | Viewed():
            raise UploadCompleteError(
                "The upload is complete; only one that is pending can be reported as failed."
            )
        case _:
            assert_never(message)


def _given_back(message: Pending, command: ReportFailed) -> tuple[bool, int]:
    """Tell whether the unit comes back, and whether what is owed takes it at once."""
    if message.source is UnitSource.FREE:
        return command.today <= message.counted_on, 0
    lot = command.wallet.lot(message.lot_id)
    taken_back = lot is not None and lot.charged_back_at is not None
    return True, int(taken_back and command.wallet.accounts.debt > 0)


def _viewed(
    message: VideoMessage, command: View, policy_version: str, now: datetime
) -> tuple[VideoMessageViewed, ...]:
    if command.person_id != message.recipient_id:
        raise no_such_video_message()
    match message:
        case Uploaded():
            return (
                VideoMessageViewed(
                    at=now,
                    person_id=message.recipient_id,
                    policy_version=policy_version,
                    video_message_id=message.id,
                    send_id=message.send_id,
                    conversation_id=message.conversation_id,
                    sender_id=message.sender_id,
                ),
            )
        case Viewed():
            return ()
        case Pending():
            raise UploadAwaitedError("The video is not uploaded yet; try again once it is.")
        case Failed():
            raise UploadFailedError("The upload failed; there is nothing to watch.")
        case _:
            assert_never(message)
