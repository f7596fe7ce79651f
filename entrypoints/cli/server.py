"""The API on a socket, by this process."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from types import FrameType

from uvicorn import Config, Server

from entrypoints.cli.server_config import Application, did_not_start, server_config
from entrypoints.http.asgi import leave_out_of_collections


def serve_alone(
    app: Application,
    listener: socket,
    on_ready: Callable[[], None],
) -> None:
    """Serve until this process is told to stop.

    Raises:
        ClickException: The application did not start.
    """

    def ready() -> None:
        leave_out_of_collections()
        on_ready()

    server = _ReadyServer(server_config(app), ready)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        raise did_not_start() from None


@contextmanager
def serving_beside(app: Application, listener: socket) -> Iterator[None]:
    """Serve by a thread for as long as the context lasts.

    Raises:
        ClickException: The application did not start.
    """
    ready = threading.Event()
    server = _ReadyServer(server_config(app), ready.set)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not ready.wait(0.05):
            if not thread.is_alive():
                raise did_not_start()
        yield
    finally:
        server.should_exit = True
        thread.join()


class _ReadyServer(Server):
    def __init__(self, config: Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - its signature
        # At a second SIGINT the base class would break off the application as it closes.
        super().handle_exit(signal.SIGTERM, frame)
