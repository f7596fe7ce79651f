"""`kithkin worker`."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import rich_click as click

from application.shared.transaction import StoreUnavailableError
from entrypoints.cli import options
from entrypoints.cli.listener import problem, url_at
from entrypoints.cli.stop_signals import StopSignals
from entrypoints.cli.terminal import say, tell_problem, tell_problems_as
from entrypoints.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from entrypoints.wiring.kithkin import Kithkin

LONGEST_STOP_SECONDS = 20.0
"""Longer than any end takes that comes by itself, also while the database hangs."""


@click.command("worker", epilog="Example: kithkin worker --database-url postgresql://me@host/app")
@options.database
@options.rulebook
@click.option("--log-format", metavar="text|json", help="How log lines are written. [text]")
@options.test_clock
@options.job_slots
@click.option(
    "--metrics-port", metavar="PORT", help="Show figures there; 0 takes a free one. [none]"
)
@click.option("--metrics-host", metavar="HOST", help="Address to show them on. [127.0.0.1]")
def command(**flags: str | bool | None) -> None:
    """Work on jobs until Ctrl-C, beside a server and other workers.

    There may be many, on many machines. `kithkin serve` works on jobs by itself too, unless it
    is started with --no-embedded-worker.
    """
    tell_problems_as(flags["log_format"] or os.environ.get("KITHKIN_LOG_FORMAT"))
    settings = read_settings(os.environ, **flags)
    if settings.memory:
        problem = "memory is not shared; `kithkin serve --memory` works on its jobs itself"
        raise SettingsError((f"KITHKIN_MEMORY: {problem}",))
    signals = StopSignals()
    signals.install()
    try:
        # Slow, and a signal in the midst of an import would be dropped.
        with signals.held():
            from entrypoints.wiring.database import known_url  # noqa: PLC0415
            from entrypoints.wiring.pepper import require_pepper, with_kept_pepper  # noqa: PLC0415

        require_pepper(settings)
        url = known_url(settings)
        if url is None:
            raise StoreUnavailableError(
                f"none runs on {settings.data}: start `kithkin serve` first, or give --data or "
                "--database-url"
            )
        asyncio.run(_work(with_kept_pepper(settings), url))
    except KeyboardInterrupt:
        pass
    if sys.stdout.isatty():
        click.echo("\r", nl=False)  # over the ^C
    say("Goodbye", "The worker is stopped; what it did not begin is left to others.")


async def _work(settings: Settings, url: str) -> None:
    from entrypoints.http.logs import configure_logs  # noqa: PLC0415
    from entrypoints.wiring.database import opened  # noqa: PLC0415
    from entrypoints.wiring.figures import require_folder  # noqa: PLC0415
    from entrypoints.worker.host import run_services  # noqa: PLC0415

    configure_logs(settings.log_format)
    require_folder()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, _stop, stop)
    async with opened(settings, url) as kithkin, _figures_shown(kithkin, settings) as figures:
        say("Working", f"on up to {settings.job_slots} jobs at once; Ctrl-C stops it")
        if figures is not None:
            say("Figures", figures)
        await run_services(kithkin, stop)


def _stop(stop: asyncio.Event) -> None:
    if stop.is_set():
        return
    stop.set()
    # A thread of its own, as what holds the process up may hold up its event loop too.
    bound = threading.Timer(LONGEST_STOP_SECONDS, _break_off)
    bound.daemon = True
    bound.start()


def _break_off() -> None:
    tell_problem("A job does not end; the worker is broken off, and another does it again.")
    os._exit(1)


@asynccontextmanager
async def _figures_shown(kithkin: "Kithkin", settings: Settings) -> AsyncIterator[str | None]:
    host, port = settings.metrics_host, settings.metrics_port
    if port is None:
        yield None
        return
    from entrypoints.http.metrics import sampled  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sampled(kithkin))
        try:
            taken = stack.enter_context(kithkin.figures.served(host, port))
        except (OSError, UnicodeError) as error:
            raise click.ClickException(problem(error, host, port, "metrics-")) from error
        yield f"{url_at(host, taken)}/metrics"
