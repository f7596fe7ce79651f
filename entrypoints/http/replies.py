"""Replies of companions on their way: each is made to its end, whoever still listens."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import msgspec
import structlog
from attrs import define, field
from msgspec import Struct

from application.personas.answer_companion import BrokenOff, Whole
from application.personas.ask_companion import Asked
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError
from domain.shared.errors import DomainError
from entrypoints.http.companion_bodies import CompanionMessageBody, message_body
from entrypoints.http.too_many_streams import TooManyStreamsError
from entrypoints.wiring.kithkin import Kithkin

MOST_REPLIES = 400
_HEARTBEAT_SECONDS = 15.0
_HEARTBEAT = b": still here\n\n"
_log = structlog.get_logger("kithkin.http")


class MessageEvent(Struct):
    """The person's message is stored."""

    message: CompanionMessageBody


class DeltaEvent(Struct):
    """The next piece of the reply."""

    text: str


class DoneEvent(Struct):
    """The reply is whole and stored."""

    reply: CompanionMessageBody


class ErrorEvent(Struct):
    """The reply broke off; the message does not count."""

    code: str
    detail: str
    partial: CompanionMessageBody | None


@define
class Replies:
    """All replies that this process makes.

    Whoever leaves in the middle finds the reply stored when they come again.

    Attributes:
        kithkin: What makes them.
        most: How many may be made at once.
    """

    kithkin: Kithkin
    most: int = MOST_REPLIES
    _tasks: "set[asyncio.Task[None]]" = field(factory=set, init=False)
    _ended: bool = field(default=False, init=False)

    def make_sure_of_room(self) -> None:
        """Refuse a reply that would be one too many.

        Raises:
            TooManyStreamsError: It would be.
        """
        if self._ended or len(self._tasks) >= self.most:
            raise TooManyStreamsError

    def begin(self, asked: Asked) -> AsyncGenerator[bytes, None]:
        """Begin to answer a stored message, and give what is to be told of it."""
        told: asyncio.Queue[bytes | None] = asyncio.Queue()
        told.put_nowait(_event("message", MessageEvent(message_body(asked.message))))
        task = asyncio.create_task(self._answer(asked, told))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return _listen(told)

    def end(self) -> None:
        """Break off all replies, and begin no more; what came of them is kept as partial."""
        self._ended = True
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Break off all replies, and wait until that is stored."""
        self.end()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, asked: Asked, told: "asyncio.Queue[bytes | None]") -> None:
        def tell(piece: str) -> None:
            told.put_nowait(_event("delta", DeltaEvent(piece)))

        answer = self.kithkin.personas.answer_companion()
        try:
            ending = await answer(asked, tell)
        except asyncio.CancelledError:
            told.put_nowait(_broken("stopping", "The server is about to stop; send it again."))
            raise
        except (StoreUnavailableError, ConcurrentUpdateError) as error:
            _log.warning("reply_not_stored", reason=str(error))
            told.put_nowait(_broken("store_unavailable", "The database is away; send it again."))
        except Exception as error:  # noqa: BLE001 - nobody else hears of it
            _log.error("unexpected_error", exc_info=error)
            told.put_nowait(_broken("internal_error", "Something went wrong here."))
        else:
            told.put_nowait(_ended(ending))
        finally:
            told.put_nowait(None)


async def finished(asked: Asked) -> AsyncGenerator[bytes, None]:
    """Tell of a message that was answered before, all at once."""
    if asked.reply is None:
        raise LookupError(f"message {asked.message.id} has no reply")
    reply = message_body(asked.reply)
    yield _event("message", MessageEvent(message_body(asked.message)))
    yield _event("delta", DeltaEvent(reply.text))
    yield _event("done", DoneEvent(reply))


async def _listen(told: "asyncio.Queue[bytes | None]") -> AsyncGenerator[bytes, None]:
    while True:
        chunk: bytes | None = _HEARTBEAT
        with suppress(TimeoutError):
            async with asyncio.timeout(_HEARTBEAT_SECONDS):
                chunk = await told.get()
        if chunk is None:
            return
        yield chunk


def _ended(ending: Whole | BrokenOff) -> bytes:
    if isinstance(ending, Whole):
        return _event("done", DoneEvent(message_body(ending.reply)))
    error: DomainError = ending.error
    partial = None if ending.partial is None else message_body(ending.partial)
    return _event("error", ErrorEvent(error.code, error.detail, partial))


def _broken(code: str, detail: str) -> bytes:
    return _event("error", ErrorEvent(code, detail, None))


def _event(name: str, data: Struct) -> bytes:
    return f"event: {name}\ndata: {msgspec.json.encode(data).decode()}\n\n".encode()
