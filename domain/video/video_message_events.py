"""What happens with video messages, and with the credits that pay for them."""

from datetime import date
from enum import StrEnum

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import ConversationId, CreditLotId, PersonId, VideoMessageId, VideoSendId


class UnitSource(StrEnum):
    """What a video message was paid with."""

    FREE = "free"
    CREDIT = "credit"


@frozen(kw_only=True)
class VideoMessageHappening(Event):
    """Something that happened to a video message."""

    video_message_id: VideoMessageId
    send_id: VideoSendId
    conversation_id: ConversationId


@frozen(kw_only=True)
class VideoMessageSent(VideoMessageHappening):
    """The person sent a video message, whose upload is awaited.

    Attributes:
        recipient_id: To whom.
        source: The unit it took.
        lot_id: The lot of the credit, if it took one.
        counted_on: The sender's date, which the free units are counted by.
    """

    recipient_id: PersonId
    source: UnitSource
    lot_id: CreditLotId | None
    counted_on: date


@frozen(kw_only=True)
class VideoMessageUploaded(VideoMessageHappening):
    """The upload of a video message of the person's is complete."""


@frozen(kw_only=True)
class VideoMessageFailed(VideoMessageHappening):
    """The upload of a video message of the person's failed.

    Attributes:
        source: The unit it had taken.
        lot_id: The lot of the credit, if it had taken one.
        counted_on: The date the unit was counted on.
        given_back: The unit is back; a free one of an earlier date is gone.
        repaid: Credits that went from the lot, once back there, to what is owed: 0 or 1.
    """

    source: UnitSource
    lot_id: CreditLotId | None
    counted_on: date
    given_back: bool
    repaid: int


@frozen(kw_only=True)
class VideoMessageViewed(VideoMessageHappening):
    """The person watched a video message that was sent to them."""

    sender_id: PersonId


@frozen(kw_only=True)
class VideoCreditsPurchased(Event):
    """The person bought a bundle of credits.

    Attributes:
        lot_id: The lot that they are; the purchase's own id.
        credits: How many.
        repaid: How many of them went to what was owed.
    """

    lot_id: CreditLotId
    credits: int
    repaid: int


@frozen(kw_only=True)
class VideoCreditsGranted(Event):
    """The person was given credits.

    Attributes:
        lot_id: The lot that they are.
        credits: How many.
    """

    lot_id: CreditLotId
    credits: int


@frozen(kw_only=True)
class VideoCreditsChargedBack(Event):
    """The payment for a bundle of the person's was taken back.

    Attributes:
        lot_id: The bundle's lot.
        taken: Its unspent credits, which are gone.
        owed: The rest of it, which the person owes from now on.
    """

    lot_id: CreditLotId
    taken: int
    owed: int


VideoMessageEvent = (
    VideoMessageSent | VideoMessageUploaded | VideoMessageFailed | VideoMessageViewed
)
CreditEvent = VideoCreditsPurchased | VideoCreditsGranted | VideoCreditsChargedBack
