"""Publishes events to NATS JetStream."""

import asyncio

import nats
import nats.errors
import nats.js.errors
from attrs import define, field
from nats.aio.client import Client
from nats.js import JetStreamContext

from adapters.event_form import encoded
from application.events.ports import EventBusError, PublicEvent

STREAM = "kithkin_events"
SUBJECTS = "kithkin.events.>"
_SECONDS = 5.0
_DEDUPLICATED_SECONDS = 3600.0


def subject_of(event: PublicEvent) -> str:
    """Give the subject of an event: one for each type and person."""
    return f"kithkin.events.{event.type}.{event.person_id}"


async def _hear_of_error(_: Exception) -> None:
    """Take the client's own report; what could not be published is raised where it was tried."""


@define
class NatsEventBus:
    """Publishes to JetStream, which keeps an event once: its id is the message's id.

    Attributes:
        url: Where the server is.
    """

    url: str = field(repr=False)
    _client: Client | None = field(default=None, init=False)
    _stream: JetStreamContext | None = field(default=None, init=False)

    async def publish(self, event: PublicEvent) -> None:
        """Publish an event, and return once the bus has kept it.

        Raises:
            EventBusError: It did not, or not in time.
        """
        try:
            async with asyncio.timeout(2 * _SECONDS):
                stream = await self._connected()
                await stream.publish(
                    subject_of(event),
                    encoded(event),
                    timeout=_SECONDS,
                    headers={"Nats-Msg-Id": str(event.id)},
                )
        except (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError) as error:
            await self.close()
            raise EventBusError(f"{type(error).__name__}: {error}".splitlines()[0]) from error

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client, self._stream = self._client, None, None
        if client is not None:
            await client.close()

    async def _connected(self) -> JetStreamContext:
        """Give the stream; it is made with this program's subjects if nobody made one."""
        if self._stream is not None:
            return self._stream
        # Whoever publishes tries again by themself, and must know of each failure.
        self._client = await nats.connect(
            self.url,
            connect_timeout=int(_SECONDS),
            allow_reconnect=False,
            max_reconnect_attempts=0,
            error_cb=_hear_of_error,
            name="kithkin",
        )
        stream = self._client.jetstream(timeout=_SECONDS)
        try:
            await stream.find_stream_name_by_subject(SUBJECTS)
        except nats.js.errors.NotFoundError:
            await stream.add_stream(
                name=STREAM, subjects=[SUBJECTS], duplicate_window=_DEDUPLICATED_SECONDS
            )
        self._stream = stream
        return stream
