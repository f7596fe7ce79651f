"""A small HTTP server on this machine, for stand-ins of what is elsewhere."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attrs import frozen


@frozen
class Asked:
    """A request.

    Attributes:
        method: Its method.
        target: Its path with the query.
        headers: By their names in lower case.
        body: As it came.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Answer = tuple[int, bytes]
Handle = Callable[[Asked], Answer]


def _handler(handle: Handle) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            status, content = handle(Asked(self.command, self.path, headers, body))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - as the base class wants them

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its signature
            """Say nothing."""

    return Handler


@contextmanager
def small_server(handle: Handle) -> Iterator[str]:
    """Serve on a free port; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(handle)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
