"""The steps from settings to a served API, and back."""

import asyncio
import os
from socket import socket

import attrs

from domain.identity.service_keys import Scope
from entrypoints.cli.listener import url_of
from entrypoints.cli.server import serve_alone
from entrypoints.cli.terminal import counted, say
from entrypoints.cli.workers import serve_by_workers
from entrypoints.settings import Settings, as_environment
from entrypoints.wiring.database import connected, migrate, pending, require_usable, wired
from entrypoints.wiring.figures import require_folder, shared_figures
from entrypoints.wiring.kithkin import Kithkin
from entrypoints.wiring.pepper import with_kept_pepper


def serve(settings: Settings, url: str | None, listener: socket) -> None:
    """Serve by a database, or by memory without one, until a signal.

    It ends in KeyboardInterrupt, or in a return where workers took the signal.

    Raises:
        SettingsError: The figures or the pepper cannot be kept where they are to be, or the
            rulebook cannot be taken any more.
        StoreUnavailableError: The database cannot be used.
        ClickException: The API did not start.
    """
    require_folder()
    if settings.public_url is None:
        settings = attrs.evolve(settings, public_url=url_of(listener))
    if url is None:
        with shared_figures(settings.workers):
            kithkin = wired(settings, None)
            asyncio.run(_make_first_key(kithkin))
            _serve_alone(kithkin, listener)
        return
    settings = attrs.evolve(with_kept_pepper(settings), database_url=url)
    kithkin = wired(settings, url)
    asyncio.run(_prepare(kithkin, url))
    with shared_figures(settings.workers):
        if settings.workers > 1:
            os.environ.update(as_environment(settings))
            serve_by_workers(settings, listener, lambda: _tell_ready(listener, settings))
        else:
            _serve_alone(kithkin, listener)


async def _prepare(kithkin: Kithkin, url: str) -> None:
    await require_usable(url)
    steps = await pending(url)
    if steps:
        say("Database", f"migrating by {counted(len(steps), 'step')}")
        await migrate(url)
    say("Database", "up to date")
    async with connected(kithkin):
        if not await kithkin.identity.queries().all_keys():
            await _make_first_key(kithkin)


async def _make_first_key(kithkin: Kithkin) -> None:
    made = await kithkin.identity.create_key()(Scope.ADMIN)
    say("Service key", made.secret)
    say("", "Keep it: it is not shown again. It may do everything; `kithkin keys` makes others.")


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
