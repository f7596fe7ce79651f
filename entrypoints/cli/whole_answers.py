"""Answers that leave in one piece."""

from asyncio import Transport
from typing import Any


class WholeAnswers:
    """A connection on which the head of an answer waits for its body.

    uvicorn writes the two one after the other. Each write is a call of the system, and wakes the
    client up: together they take a tenth of the time of a short request. A head that does not say
    how long its body is belongs to a stream, whose first piece may take its time; it does not wait.

    Attributes:
        transport: The connection itself, which does all else.
    """

    __slots__ = ("_head", "_write", "transport")

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._write = transport.write
        self._head = b""

    def write(self, data: bytes) -> None:
        """Write a head or a part of a body."""
        if self._head:
            head, self._head = self._head, b""
            self._write(head + data)
        elif data.startswith(b"HTTP/1.1 ") and b"\r\ncontent-length: " in data:
            self._head = data
        else:
            self._write(data)

    def flush(self) -> None:
        """Write a head that no body came for, as after HEAD."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Close the connection, once all is written."""
        self.flush()
        self.transport.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the connection has
        """Give what the connection itself has."""
        return getattr(self.transport, name)
