"""HTTP/1.1 with a bound on what a client may send before its body."""

import msgspec
from uuid_utils.compat import uuid7
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MAX_HEAD_BYTES = 64 * 1024


class BoundedProtocol(HttpToolsProtocol):
    """Refuses a request whose first line and headers do not come to an end.

    The parser itself would collect them until memory is full.
    """

    _in_head = True
    _head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        was_in_head = self._in_head
        super().data_received(data)
        if not (was_in_head and self._in_head):
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > _MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The headers of the request are too long.")

    def on_message_begin(self) -> None:
        """Note that a request begins."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """Note that the headers of a request are complete."""
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP as any other error is answered, and close the connection."""
        body = msgspec.json.encode(
            {
                "type": "urn:kithkin:problem:malformed_request",
                "title": "Malformed request",
                "status": 400,
                "detail": msg,
                "instance": "",
                "code": "malformed_request",
            }
        )
        head = (
            "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n"
            f"content-type: application/problem+json\r\ncontent-length: {len(body)}\r\n"
            f"x-request-id: {uuid7()}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
