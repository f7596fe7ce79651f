"""HTTP/1.1 with bounds on what a client may send, and on how long it may take."""

import logging
import sys
from asyncio import TimerHandle, Transport
from http import HTTPStatus

import httptools
import structlog
from uuid_utils.compat import uuid7
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from entrypoints.cli.whole_answers import WholeAnswers
from entrypoints.http.problems import MEDIA_TYPE, encoded, problem_of
from entrypoints.http.security import SecurityHeaders

_MAX_HEAD_BYTES = 64 * 1024
ARRIVAL_SECONDS = 30.0
READING_SECONDS = 30.0
_SECURITY = SecurityHeaders(hsts_seconds=0).of("")
_NO_HTTP = "Invalid HTTP request received."
_log = structlog.get_logger("kithkin.http")


class Told(logging.Filter):
    """Drops the base class's line on what is no HTTP; the refusal has one, with its id."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to keep a record."""
        return record.msg != _NO_HTTP


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a request whose first line and headers do not come to an end.

    The parser itself would collect them until memory is full, and wait for ever: for the rest
    of a request, and for a client that does not read its answer. A request that arrives in one
    piece, as most do, is never timed. What follows a body in chunks is no header, so it is
    dropped: a proxy in front has not looked at it. Nor is another protocol spoken, whatever a
    client offers by Upgrade.

    Attributes:
        arrival_seconds: How long a request may take to arrive, its body included.
        reading_seconds: How long a client may leave its answer unread.
    """

    arrival_seconds = ARRIVAL_SECONDS
    reading_seconds = READING_SECONDS
    _in_head = True
    _is_collected = True
    _collected_bytes = 0
    _received = b""
    _unread = b""
    _is_arriving = True
    _arrival: TimerHandle | None = None
    _reading: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Take a connection, on which a request is to arrive soon."""
        super().connection_made(WholeAnswers(transport))  # type: ignore[arg-type] # acts as one
        self._time_arrival()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        self._is_arriving = False
        self._time_arrival()
        self._stop_reading_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        was_collected = self._is_collected
        self._unread = data
        while self._unread:
            self._received, self._unread = self._unread, b""
            super().data_received(self._received)
        if self._is_idle_untimed():
            self._is_arriving = True
        if self._is_arriving is (self._arrival is None):
            self._time_arrival()
        if not (was_collected and self._is_collected):
            self._collected_bytes = 0
            return
        self._collected_bytes += len(data)
        if self._collected_bytes > _MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The headers of the request are too long.")

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        super().on_message_begin()
        self._in_head = self._is_arriving = self._is_collected = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Note that the headers of a request are complete."""
        self._in_head = self._is_collected = False
        if not self._offers_upgrade():
            super().on_headers_complete()

    def on_chunk_header(self) -> None:
        """Note that a chunk begins, or what follows the last one."""
        self._is_collected = True

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._is_collected = False
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request arrived."""
        if self._offers_upgrade():
            return
        super().on_message_complete()
        self._is_arriving = self._is_collected = False

    def on_response_complete(self) -> None:
        """Note that an answer is complete."""
        self.transport.end()  # type: ignore[attr-defined] # WholeAnswers
        super().on_response_complete()

    def _offers_upgrade(self) -> bool:
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _unsupported_upgrade_warning(self) -> None:
        """Have the request read again, as one that offers no other protocol.

        The parser takes the body for that protocol's, and what follows for the next request.
        """
        error = sys.exception()
        if error is None or not self._offers_upgrade():
            return
        head = [self.parser.get_method(), b" ", self.url, b" HTTP/"]
        head += [self.parser.get_http_version().encode(), b"\r\n"]
        for name, value in self.headers:
            if name != b"upgrade":
                head += [name, b": ", value, b"\r\n"]
        rest = self._received[error.args[0] :]
        self.parser = httptools.HttpRequestParser(self)
        self._unread = b"".join([*head, b"\r\n", rest])

    def _is_idle_untimed(self) -> bool:
        """Tell whether what came is no part of a request, and ended the time for the next one."""
        return (
            getattr(self.cycle, "response_complete", False)  # before the first request it is None
            and not self._is_arriving
            and self.timeout_keep_alive_task is None
        )

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
        told = "This is no HTTP/1.1 request that can be read." if msg == _NO_HTTP else msg
        self._refuse(HTTPStatus.BAD_REQUEST, "malformed_request", told)

    def _refuse(self, status: HTTPStatus, code: str, detail: str) -> None:
        request_id = str(uuid7())
        body = encoded(problem_of(status, detail, code=code))
        headers = [
            (b"connection", b"close"),
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"x-request-id", request_id.encode()),
            *_SECURITY,
        ]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
        self.transport.write(head + lines + b"\r\n" + body)
        self.transport.close()
        _log.info("request_refused", status=status.value, code=code, request_id=request_id)
