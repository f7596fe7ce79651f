"""HTTP/1.1 with bounds on what a client may send, and on how long it may take."""

from asyncio import TimerHandle, Transport
from http import HTTPStatus

import msgspec
from uuid_utils.compat import uuid7
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MAX_HEAD_BYTES = 64 * 1024
ARRIVAL_SECONDS = 30.0
READING_SECONDS = 30.0


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a request whose first line and headers do not come to an end.

    The parser itself would collect them until memory is full, and wait for ever: for the rest
    of a request, and for a client that does not read its answer. A request that arrives in one
    piece, as most do, is never timed.

    Attributes:
        arrival_seconds: How long a request may take to arrive, its body included.
        reading_seconds: How long a client may leave its answer unread.
    """

    arrival_seconds = ARRIVAL_SECONDS
    reading_seconds = READING_SECONDS
    _in_head = True
    _head_bytes = 0
    _is_arriving = True
    _arrival: TimerHandle | None = None
    _reading: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Take a connection, on which a request is to arrive soon."""
        super().connection_made(transport)
        self._time_arrival()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        self._is_arriving = False
        self._time_arrival()
        self._stop_reading_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        was_in_head = self._in_head
        super().data_received(data)
        if self._is_arriving is (self._arrival is None):
            self._time_arrival()
        if not (was_in_head and self._in_head):
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > _MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The headers of the request are too long.")

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        super().on_message_begin()
        self._in_head = self._is_arriving = True

    def on_headers_complete(self) -> None:
        """Note that the headers of a request are complete."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that a request arrived."""
        super().on_message_complete()
        self._is_arriving = False

    def _time_arrival(self) -> None:
        """Begin to time a request that is still arriving; be done with one that arrived."""
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None
        if self._is_arriving:
            self._arrival = self.loop.call_later(self.arrival_seconds, self._give_up)

    def _give_up(self) -> None:
        """End the wait for a request; a route that waits for its body sees a lost connection."""
        self._arrival = None
        if self.transport.is_closing():
            return
        if self._in_head or not self.cycle.response_started:
            msg = f"The request did not arrive within {self.arrival_seconds:.0f} s; send it again."
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", msg)
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        """Begin to time a client that leaves its answer unread."""
        super().pause_writing()
        if self._reading is None:
            self._reading = self.loop.call_later(self.reading_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Note that the client reads on."""
        self._stop_reading_timer()
        super().resume_writing()

    def _stop_reading_timer(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection, without waiting for a client that leaves its answer unread."""
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP as any other error is answered, and close the connection."""
        self._refuse(HTTPStatus.BAD_REQUEST, "malformed_request", msg)

    def _refuse(self, status: HTTPStatus, code: str, detail: str) -> None:
        body = msgspec.json.encode(
            {
                "type": f"urn:kithkin:problem:{code}",
                "title": code.replace("_", " ").capitalize(),
                "status": status.value,
                "detail": detail,
                "instance": "",
                "code": code,
            }
        )
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nconnection: close\r\n"
            f"content-type: application/problem+json\r\ncontent-length: {len(body)}\r\n"
            f"cache-control: no-store\r\nx-content-type-options: nosniff\r\n"
            f"x-request-id: {uuid7()}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
