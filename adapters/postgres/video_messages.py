"""Video messages on PostgreSQL."""

from collections.abc import Iterable
from typing import Any, cast

from attrs import frozen
from sqlalchemy import bindparam, insert, select, update

from adapters.postgres import tables
from adapters.postgres.codec import field_names, from_row, to_row
from adapters.postgres.credits import PostgresWallets
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import page, paged, window
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from domain.shared.ids import ConversationId, VideoMessageId, VideoSendId
from domain.video.credits import Wallet
from domain.video.video_message_events import VideoMessageEvent, VideoMessageSent
from domain.video.video_messages import (
    Failed,
    Pending,
    Uploaded,
    VideoMessage,
    Viewed,
    evolve,
    sent,
)

_messages = tables.video_messages

STATES: dict[str, type[VideoMessage]] = {
    "pending": Pending,
    "uploaded": Uploaded,
    "viewed": Viewed,
    "failed": Failed,
}
_NAMES = {cls: name for name, cls in STATES.items()}
_COLUMNS = tuple(column.name for column in _messages.c)

_by_id = select(_messages).where(_messages.c.id == bindparam("id"))
_GET = Statement(_by_id)
_LOCK = Statement(_by_id.with_for_update(key_share=True))
_LOCK_SEND = Statement(
    select(_messages)
    .where(_messages.c.send_id == bindparam("send_id"))
    .order_by(_messages.c.id)
    .with_for_update(key_share=True)
)
_ADD = Statement(insert(_messages).values({name: bindparam(name) for name in _COLUMNS}))
_SAVE = Statement(
    update(_messages)
    .where(_messages.c.id == bindparam("id"), _messages.c.version == bindparam("version_before"))
    .values({name: bindparam(name) for name in _COLUMNS if name != "id"})
    .returning(_messages.c.id)
)
_PAGE = Statement(
    paged(
        select(_messages).where(_messages.c.conversation_id == bindparam("conversation_id")),
        _messages.c.created_at,
        _messages.c.id,
        descending=True,
    )
)


def video_message_from_row(row: Row) -> VideoMessage:
    """Make the state of a video message that its row names."""
    cls = STATES[row["state"]]
    return from_row(cls, {name: row[name] for name in field_names(cls)})


def video_message_to_row(message: VideoMessage) -> dict[str, Any]:
    """Make a video message's row; what its state does not have is NULL."""
    return {**dict.fromkeys(_COLUMNS), **to_row(message), "state": _NAMES[type(message)]}


@frozen
class PostgresVideoMessages:
    """The video messages."""

    executor: Executor

    async def get(self, message_id: VideoMessageId, *, lock: bool = False) -> VideoMessage | None:
        """Give a message; with `lock` nobody else changes it until the transaction ends."""
        row = await self.executor.row(_LOCK if lock else _GET, id=message_id)
        return None if row is None else video_message_from_row(row)

    async def lock_send(self, send_id: VideoSendId) -> tuple[VideoMessage, ...]:
        """Give the messages of a send, by their ids; nobody else changes them meanwhile."""
        rows = await self.executor.rows(_LOCK_SEND, send_id=send_id)
        return tuple(video_message_from_row(row) for row in rows)

    async def add(
        self, wallet: Wallet, upload_ref: str, events: Iterable[OutboxEvent]
    ) -> tuple[VideoMessage, ...]:
        """Add the messages that were sent, in their order, and pay for them from the wallet."""
        events = tuple(events)
        await PostgresWallets(self.executor).move(wallet, events)
        messages = tuple(
            sent(cast("VideoMessageSent", outgoing.event), upload_ref) for outgoing in events
        )
        for message in messages:
            await self.executor.rows(_ADD, **video_message_to_row(message))
        await write_events(self.executor, events)
        return messages

    async def record(
        self,
        before: Iterable[VideoMessage],
        events: Iterable[OutboxEvent],
        wallet: Wallet | None = None,
    ) -> tuple[VideoMessage, ...]:
        """Write what events make of messages, and of the sender's wallet; give the messages."""
        events = tuple(events)
        if wallet is not None:
            await PostgresWallets(self.executor).move(wallet, events)
        recorded = [await self._save(message, events) for message in before]
        await write_events(self.executor, events)
        return tuple(recorded)

    async def _save(self, before: VideoMessage, events: tuple[OutboxEvent, ...]) -> VideoMessage:
        after, happened = before, False
        for outgoing in events:
            event = cast("VideoMessageEvent", outgoing.event)
            if event.video_message_id == before.id:
                after, happened = evolve(after, event), True
        if not happened:
            return before
        row = {**video_message_to_row(after), "version": before.version + 1}
        if await self.executor.row(_SAVE, **row, version_before=before.version) is None:
            raise ConcurrentUpdateError
        return video_message_from_row(row)

    async def page(
        self, conversation_id: ConversationId, after: Position | None, limit: int
    ) -> Page[VideoMessage]:
        """Give the video messages of a conversation, the newest first."""
        rows = await self.executor.rows(
            _PAGE, **window(after, limit), conversation_id=conversation_id
        )
        items = [video_message_from_row(row) for row in rows]
        return page(items, [Position(item.created_at, item.id) for item in items], limit)
