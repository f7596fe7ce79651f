"""`kithkin serve`."""

import gc
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version

import rich_click as click

from entrypoints.cli import options
from entrypoints.cli.listener import listening
from entrypoints.cli.own_database import start_database
from entrypoints.cli.stop_signals import StopSignals
from entrypoints.cli.terminal import say, tell_problems_as
from entrypoints.settings import read_settings
from entrypoints.wiring.pepper import require_pepper
from entrypoints.wiring.rulebook import effective_rulebook


@click.command("serve", epilog="Example: kithkin serve --data /var/lib/kithkin --port 9000")
@options.database
@click.option("--host", metavar="HOST", help="Address to listen on. [127.0.0.1]")
@click.option("--port", metavar="PORT", help="Port to listen on; 0 takes a free one. [8000]")
@click.option("--workers", metavar="N", help="Processes that serve the API. [1]")
@options.rulebook
@click.option("--log-format", metavar="text|json", help="How log lines are written. [text]")
@click.option("--memory", is_flag=True, default=None, help="Keep nothing: a throw-away server.")
@click.option(
    "--test-clock", is_flag=True, default=None, help="Time stands still until the API moves it."
)
@click.option(
    "--embedded-worker/--no-embedded-worker",
    default=None,
    help="Work on jobs in the processes of the API. [on]",
)
@options.job_slots
def command(**flags: str | bool | None) -> None:
    """Run the API and its database until Ctrl-C.

    Without a database URL, a PostgreSQL of its own runs in the data folder.
    """
    tell_problems_as(flags["log_format"] or os.environ.get("KITHKIN_LOG_FORMAT"))
    settings = read_settings(os.environ, **flags)
    rulebook = effective_rulebook(settings.rulebook)
    say("Kithkin", version("kithkin"))
    say("Rulebook", f"{settings.rulebook or 'the defaults'}, version {rulebook.version}")
    signals = StopSignals()
    signals.install()
    with (
        suppress(KeyboardInterrupt),
        listening(settings.host, settings.port) as listener,
        ExitStack() as running,
    ):
        if not settings.memory:
            require_pepper(settings)
        # Both are slow, so they come after what may be wrong at once, and beside each other. A
        # signal in the midst of a start could leave a database behind that nobody stops, and
        # Python drops what one raises in the midst of an import.
        with signals.held(), ThreadPoolExecutor(1) as beside:
            starting = beside.submit(start_database, settings, running)
            with _uncollected():
                from entrypoints.cli.supervisor import serve  # noqa: PLC0415

                if not settings.memory:
                    # What it will be wired by, while there is something to wait for.
                    import entrypoints.wiring.postgres  # noqa: F401, PLC0415
            url = starting.result()
        serve(settings, url, listener)
    if sys.stdout.isatty():
        click.echo("\r", nl=False)  # over the ^C
    kept = "nothing is kept" if settings.memory else "what was stored is kept"
    say("Goodbye", f"Kithkin is stopped; {kept}.")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Import without collections of garbage: they take a tenth of the time, and find none."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
