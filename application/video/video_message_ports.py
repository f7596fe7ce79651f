"""What the use cases of video messages and credits need of a store."""

from collections.abc import Iterable
from typing import Protocol

from attrs import frozen

from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.standing import CountingDays, Participant
from domain.shared.ids import (
    ConversationId,
    CreditLotId,
    PersonId,
    VideoMessageId,
    VideoSendId,
)
from domain.video.credits import LedgerEntry, Wallet
from domain.video.video_messages import VideoMessage


@frozen(kw_only=True)
class Recipient:
    """One to whom a person would send.

    Attributes:
        person_id: Theirs.
        conversation_id: The conversation that the two have, if they have one.
        blocked: One of the two has blocked the other.
        deleted: The recipient was erased.
    """

    person_id: PersonId
    conversation_id: ConversationId | None
    blocked: bool
    deleted: bool


class Senders(CountingDays, Protocol):
    """The persons who send, and until when they have been counted."""

    async def lock_with(
        self, sender_id: PersonId, recipient_ids: tuple[PersonId, ...]
    ) -> tuple[Participant, tuple[Recipient, ...]] | None:
        """Lock a sender and all recipients; give how they stand, recipients in their order.

        Gives None if there is no such sender.
        """
        ...


class Wallets(Protocol):
    """The credits of persons, and the ledger of their moves."""

    async def get(
        self, person_id: PersonId, *, spending: int = 0, lots: Iterable[CreditLotId] = ()
    ) -> Wallet:
        """Give a person's wallet, empty at first; who changes it has locked the person.

        Args:
            person_id: Whose.
            spending: How many credits may be spent from it: it has lots for so many.
            lots: Further lots that it has, if they exist.
        """
        ...

    async def record(
        self, before: Wallet, events: Iterable[OutboxEvent], reason: str | None = None
    ) -> Wallet:
        """Write what events make of a wallet, its lots and its ledger; give it.

        Raises:
            ConcurrentUpdateError: The wallet is no longer as `before`.
        """
        ...

    async def ledger(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[LedgerEntry]:
        """Give rows of a person's ledger, the newest first."""
        ...


class VideoMessages(Protocol):
    """The video messages."""

    async def get(self, message_id: VideoMessageId, *, lock: bool = False) -> VideoMessage | None:
        """Give a message; with `lock` nobody else changes it until the transaction ends."""
        ...

    async def lock_send(self, send_id: VideoSendId) -> tuple[VideoMessage, ...]:
        """Give the messages of a send, by their ids; nobody else changes them meanwhile."""
        ...

    async def add(
        self, wallet: Wallet, upload_ref: str, events: Iterable[OutboxEvent]
    ) -> tuple[VideoMessage, ...]:
        """Add the messages that were sent, in their order, and pay for them from the wallet.

        Raises:
            ConcurrentUpdateError: The wallet is no longer as given.
        """
        ...

    async def record(
        self,
        before: Iterable[VideoMessage],
        events: Iterable[OutboxEvent],
        wallet: Wallet | None = None,
    ) -> tuple[VideoMessage, ...]:
        """Write what events make of messages, and of the sender's wallet; give the messages.

        Raises:
            ConcurrentUpdateError: A message or the wallet is no longer as given.
        """
        ...

    async def page(
        self, conversation_id: ConversationId, after: Position | None, limit: int
    ) -> Page[VideoMessage]:
        """Give the video messages of a conversation, the newest first."""
        ...
