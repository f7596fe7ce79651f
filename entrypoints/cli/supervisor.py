"""The steps from settings to a served API, and back."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socket import socket

import attrs

from domain.identity.service_keys import Scope
from entrypoints.cli.listener import url_of
from entrypoints.cli.server import serve_alone
from entrypoints.cli.stop_signals import StopSignals
from entrypoints.cli.terminal import counted, say
from entrypoints.cli.workers import serve_by_workers
from entrypoints.settings import Settings, as_environment
from entrypoints.wiring.database import migrate, opened, pending, require_usable, started
from entrypoints.wiring.figures import require_folder, shared_figures
from entrypoints.wiring.kithkin import Kithkin, in_memory, on_postgres
from entrypoints.wiring.pepper import require_pepper, with_kept_pepper


def serve(settings: Settings, listener: socket, signals: StopSignals) -> None:
    """Serve until a signal; it ends in KeyboardInterrupt, or in a return where workers took it.

    Raises:
        SettingsError: There is a database URL, but no pepper, or figures cannot be kept where
            the environment says.
        StoreUnavailableError: The database cannot be used.
        ClickException: The API did not start.
    """
    require_folder()
    if settings.public_url is None:
        settings = attrs.evolve(settings, public_url=url_of(listener))
    if settings.memory:
        with shared_figures(settings.workers):
            kithkin = in_memory(settings)
            asyncio.run(_make_first_key(kithkin))
            _serve_alone(kithkin, listener)
        return
    require_pepper(settings)
    with _database(settings, signals) as url:
        settings = attrs.evolve(with_kept_pepper(settings), database_url=url)
        asyncio.run(_prepare(settings, url))
        with shared_figures(settings.workers):
            if settings.workers > 1:
                os.environ.update(as_environment(settings))
                serve_by_workers(settings, listener, lambda: _tell_ready(listener, settings))
            else:
                _serve_alone(on_postgres(settings, url), listener)


async def _prepare(settings: Settings, url: str) -> None:
    await require_usable(url)
    steps = await pending(url)
    if steps:
        say("Database", f"migrating by {counted(len(steps), 'step')}")
        await migrate(url)
    say("Database", "up to date")
    async with opened(settings, url) as kithkin:
        if not await kithkin.identity.queries().all_keys():
            await _make_first_key(kithkin)


async def _make_first_key(kithkin: Kithkin) -> None:
    made = await kithkin.identity.create_key()(Scope.ADMIN)
    say("Service key", made.secret)
    say("", "Keep it: it is not shown again. It may do everything; `kithkin keys` makes others.")


@contextmanager
def _database(settings: Settings, signals: StopSignals) -> Iterator[str]:
    if settings.database_url is not None:
        say("PostgreSQL", "the one that the database URL names")
        yield settings.database_url
        return
    data = settings.data.resolve()
    say("PostgreSQL", f"starting on {data}")
    began = time.monotonic()
    with ExitStack() as running:
        # A signal in the midst of it could leave a server behind that nobody stops.
        with signals.held():
            url = running.enter_context(started(data))
        say("PostgreSQL", f"ready after {time.monotonic() - began:.1f} s")
        yield url


def _serve_alone(kithkin: Kithkin, listener: socket) -> None:
    # Only workers need it where there are some.
    from entrypoints.http.app import create_app  # noqa: PLC0415

    settings = kithkin.settings
    serve_alone(
        create_app(kithkin),
        listener,
        lambda: _tell_ready(listener, settings),
    )


def _tell_ready(listener: socket, settings: Settings) -> None:
    url = url_of(listener)
    workers = f", by {settings.workers} workers" if settings.workers > 1 else ""
    clock = ", with a test clock" if settings.test_clock else ""
    say("Serving", f"{url}{workers}{clock}; Ctrl-C stops it")
    say("API pages", f"{url}/schema")
