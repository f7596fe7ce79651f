"""`kithkin worker`."""

import asyncio
import os
import signal
import sys

import rich_click as click

from application.shared.transaction import StoreUnavailableError
from entrypoints.cli import options
from entrypoints.cli.stop_signals import StopSignals
from entrypoints.cli.terminal import say, tell_problems_as
from entrypoints.settings import Settings, SettingsError, read_settings


@click.command("worker", epilog="Example: kithkin worker --database-url postgresql://me@host/app")
@options.database
@options.rulebook
@click.option("--log-format", metavar="text|json", help="How log lines are written. [text]")
@options.test_clock
@options.job_slots
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

        url = known_url(settings)
        if url is None:
            raise StoreUnavailableError(
                f"none runs on {settings.data}: start `kithkin serve` first, or give --data or "
                "--database-url"
            )
        asyncio.run(_work(settings, url))
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
            loop.add_signal_handler(number, stop.set)
    async with opened(settings, url) as kithkin:
        say("Working", f"on up to {settings.job_slots} jobs at once; Ctrl-C stops it")
        await run_services(kithkin, stop)
