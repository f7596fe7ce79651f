"""Answers that leave in one piece."""

from asyncio import Transport
from typing import Any


class WholeAnswers:
    """A connection on which the head of an answer waits for its body.

    uvicorn writes the two one after the other. Each write is a call of the system and wakes the
    client up, so that the second takes a tenth of the time of a short request. A head that does
    not say how long its body is belongs to a stream, whose first piece may take its time; it
    does not wait.

    Attributes:
        transport: The connection itself, which does all else.
    """

    __slots__ = ("_head", "_is_under_way", "_write", "transport")

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._write = transport.write
        self._head = b""
        self._is_under_way = False

    def write(self, data: bytes) -> None:
        """Write a head or a part of a body."""
        if self._head:
            head, self._head = self._head, b""
            self._write(head + data)
        elif not self._is_under_way and _tells_length(data):
            self._head, self._is_under_way = data, True
        else:
            self._write(data)

    def end(self) -> None:
        """Note that an answer is complete; a head that no body came for leaves, as after HEAD."""
        self._is_under_way = False
        head, self._head = self._head, b""
        if head and not self.transport.is_closing():
            self._write(head)

    def close(self) -> None:
        """Close the connection, once all is written."""
        self.end()
        self.transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the connection has
        """Give what the connection itself has."""
        return getattr(self.transport, name)


def _tells_length(data: bytes) -> bool:
    """Tell whether this is the head of an answer that says how long its body is."""
    return bytes(data[:9]) == b"HTTP/1.1 " and b"\r\ncontent-length: " in bytes(data)
