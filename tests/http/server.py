"""The API in a process of its own, for as long as its standard input is open.

Its settings come from the environment. It first writes one line of JSON: its address, and a
service key of each scope.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Any

import attrs
from uvicorn import Config, Server
from uvicorn.supervisors import Multiprocess

from domain.identity.service_keys import Scope
from entrypoints.http.app import create_app
from entrypoints.settings import Settings, as_environment, read_settings
from entrypoints.wiring.figures import shared_figures
from entrypoints.wiring.kithkin import Kithkin, in_memory, on_postgres

QUIET: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
}
PATIENCE = 30  # as the command line has it: on a busy machine a worker is slow to import


async def make_keys(kithkin: Kithkin) -> dict[str, str]:
    """Make a key of each scope, and one that is revoked."""
    await kithkin.open()
    create = kithkin.identity.create_key()
    keys = {scope.value: (await create(scope)).secret for scope in Scope}
    revoked = await create(Scope.ADMIN)
    await kithkin.identity.revoke_key()(revoked.stored.id)
    await kithkin.close()
    return {**keys, "revoked": revoked.secret}


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve until a signal; who connects before that is served waits."""
    host, port = listener.getsockname()
    settings = attrs.evolve(settings, public_url=f"http://{host}:{port}")
    os.environ.update(as_environment(settings))  # for workers
    kithkin = (
        in_memory(settings)
        if settings.database_url is None
        else on_postgres(settings, settings.database_url)
    )
    keys = asyncio.run(make_keys(kithkin))
    sys.stdout.write(json.dumps({"url": f"http://{host}:{port}", "keys": keys}) + "\n")
    sys.stdout.flush()
    if settings.workers > 1:
        app = "entrypoints.http.asgi:create"
        config = Config(app, factory=True, workers=settings.workers, **QUIET)
        config.timeout_worker_healthcheck = PATIENCE
        with shared_figures(settings.workers):
            Multiprocess(config, [listener]).run()
    else:
        Server(Config(create_app(kithkin), **QUIET)).run([listener])


def end_with_input() -> None:
    """End this process once whoever started it let go of its input, or died."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGINT)


def main() -> None:
    """Serve on a free port of this machine."""
    threading.Thread(target=end_with_input, daemon=True).start()
    with suppress(KeyboardInterrupt), socket.create_server(("127.0.0.1", 0)) as listener:
        serve(read_settings(os.environ), listener)


if __name__ == "__main__":
    main()
