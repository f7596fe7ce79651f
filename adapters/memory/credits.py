"""Video messages and the credits that pay for them, in memory."""

from collections.abc import Iterable
from functools import reduce
from typing import cast

import attrs
from attrs import frozen

from adapters.memory.paging import paged, paged_by_number
from adapters.memory.store import MemoryStore
from adapters.person_views import participant_of
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.standing import Participant
from application.shared.transaction import ConcurrentUpdateError
from application.video.video_message_ports import Recipient
from domain.identity.persons import PersonStatus
from domain.shared.calendar import CountingDay
from domain.shared.ids import (
    ConversationId,
    CreditLotId,
    PersonId,
    VideoMessageId,
    VideoSendId,
)
from domain.video.credits import (
    CreditAccounts,
    CreditLot,
    LedgerEntry,
    Wallet,
    WalletEvent,
    entries,
    evolve,
)
from domain.video.video_message_events import VideoMessageEvent, VideoMessageSent
from domain.video.video_messages import VideoMessage, sent
from domain.video.video_messages import evolve as evolve_message


@frozen
class MemorySenders:
    """The persons who send."""

    _store: MemoryStore

    async def lock_with(
        self, sender_id: PersonId, recipient_ids: tuple[PersonId, ...]
    ) -> tuple[Participant, tuple[Recipient, ...]] | None:
        """Give how a sender and all recipients stand, recipients in their order."""
        async with self._store.access():
            sender = self._store.persons.get(sender_id)
            if sender is None:
                return None
            recipients = tuple(self._recipient(sender_id, other) for other in recipient_ids)
            return participant_of(sender), recipients

    def _recipient(self, sender_id: PersonId, recipient_id: PersonId) -> Recipient:
        store = self._store
        person = store.persons.get(recipient_id)
        pair = (min(sender_id, recipient_id), max(sender_id, recipient_id))
        conversation = store.conversations.by("pair", pair)
        return Recipient(
            person_id=recipient_id,
            conversation_id=None if conversation is None else conversation.id,
            blocked=store.blocked(sender_id, recipient_id),
            deleted=person is not None and person.status is PersonStatus.DELETED,
        )

    async def count_on(self, sender_id: PersonId, day: CountingDay) -> None:
        """Keep a locked person's latest counting date; an earlier one changes nothing."""
        async with self._store.access():
            person = self._store.persons[sender_id]
            if person.counting_on is not None and person.counting_on >= day.date:
                return
            self._store.persons.revise(
                person.version,
                attrs.evolve(person, counting_on=day.date, counting_since=day.since),
            )


@frozen
class MemoryWallets:
    """The credits of persons, and the ledger of their moves."""

    _store: MemoryStore

    async def get(
        self, person_id: PersonId, *, spending: int = 0, lots: Iterable[CreditLotId] = ()
    ) -> Wallet:
        """Give a person's wallet, empty at first."""
        async with self._store.access():
            accounts = self._store.wallets.get(person_id) or CreditAccounts(person_id=person_id)
            mine = sorted(
                self._store.credit_lots.group("person", person_id), key=lambda lot: lot.number
            )
            found = {lot.id: lot for lot in [lot for lot in mine if lot.remaining > 0][:spending]}
            for lot_id in lots:
                lot = self._store.credit_lots.get(lot_id)
                if lot is not None:
                    found[lot_id] = lot
        return Wallet(accounts, tuple(sorted(found.values(), key=lambda lot: lot.number)))

    async def record(
        self, before: Wallet, events: Iterable[OutboxEvent], reason: str | None = None
    ) -> Wallet:
        """Write what events make of a wallet, its lots and its ledger; give it."""
        events = tuple(events)
        async with self._store.access():
            after = moved(self._store, before, events, reason)
            self._store.publish(events)
            return after

    async def ledger(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[LedgerEntry]:
        """Give rows of a person's ledger, the newest first."""
        async with self._store.access():
            rows = self._store.credit_ledger.group("person", person_id)
        return paged_by_number(rows, lambda row: row.number, after, limit)


def moved(
    store: MemoryStore, before: Wallet, events: tuple[OutboxEvent, ...], reason: str | None = None
) -> Wallet:
    """Write what events make of a wallet, save for the events themselves."""
    wallet, rows = before, list[LedgerEntry]()
    for outgoing in events:
        event = cast("WalletEvent", outgoing.event)
        rows += entries(wallet, event, reason)
        wallet = evolve(wallet, event)
    version = before.accounts.version
    if version:
        accounts = store.wallets.revise(version, wallet.accounts)
    elif before.person_id in store.wallets:
        raise ConcurrentUpdateError
    else:
        accounts = attrs.evolve(wallet.accounts, version=1)
        store.wallets.insert(accounts)
    for lot in wallet.lots:
        _keep(store, before.lot(lot.id), lot)
    for entry in rows:
        store.credit_ledger.insert(entry)
    return Wallet(accounts, wallet.lots)


def _keep(store: MemoryStore, before: CreditLot | None, lot: CreditLot) -> None:
    if before is None and lot.id in store.credit_lots:
        raise ConcurrentUpdateError
    store.credit_lots.put(lot)


@frozen
class MemoryVideoMessages:
    """The video messages."""

    _store: MemoryStore

    async def get(
        self,
        message_id: VideoMessageId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> VideoMessage | None:
        """Give a message, if there is one of this id."""
        async with self._store.access():
            return self._store.video_messages.get(message_id)

    async def lock_send(self, send_id: VideoSendId) -> tuple[VideoMessage, ...]:
        """Give the messages of a send, by their ids."""
        async with self._store.access():
            messages = self._store.video_messages.group("send", send_id)
        return tuple(sorted(messages, key=lambda message: message.id))

    async def add(
        self, wallet: Wallet, upload_ref: str, events: Iterable[OutboxEvent]
    ) -> tuple[VideoMessage, ...]:
        """Add the messages that were sent, in their order, and pay for them from the wallet."""
        events = tuple(events)
        messages = tuple(
            sent(cast("VideoMessageSent", outgoing.event), upload_ref) for outgoing in events
        )
        async with self._store.access():
            moved(self._store, wallet, events)
            for message in messages:
                self._store.video_messages.insert(message)
            self._store.publish(events)
        return messages

    async def record(
        self,
        before: Iterable[VideoMessage],
        events: Iterable[OutboxEvent],
        wallet: Wallet | None = None,
    ) -> tuple[VideoMessage, ...]:
        """Write what events make of messages, and of the sender's wallet; give the messages."""
        events = tuple(events)
        async with self._store.access():
            if wallet is not None:
                moved(self._store, wallet, events)
            recorded = tuple(self._save(message, events) for message in before)
            self._store.publish(events)
            return recorded

    def _save(self, before: VideoMessage, events: tuple[OutboxEvent, ...]) -> VideoMessage:
        every = (cast("VideoMessageEvent", outgoing.event) for outgoing in events)
        happened = [event for event in every if event.video_message_id == before.id]
        if not happened:
            return before
        after = reduce(evolve_message, happened, before)
        return self._store.video_messages.revise(before.version, after)

    async def page(
        self, conversation_id: ConversationId, after: Position | None, limit: int
    ) -> Page[VideoMessage]:
        """Give the video messages of a conversation, the newest first."""
        async with self._store.access():
            messages = self._store.video_messages.group("conversation", conversation_id)
        return paged(
            messages,
            lambda message: Position(message.created_at, message.id),
            after,
            limit,
            newest_first=True,
        )
