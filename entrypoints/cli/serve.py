"""`kithkin serve`."""

import os
import sys
from contextlib import suppress
from importlib.metadata import version

import rich_click as click

from entrypoints.cli import options
from entrypoints.cli.listener import listening
from entrypoints.cli.stop_signals import StopSignals
from entrypoints.cli.terminal import say, tell_problems_as
from entrypoints.settings import read_settings
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
    with suppress(KeyboardInterrupt), listening(settings.host, settings.port) as listener:
        # Slow, so it comes after what may be wrong at once; and Python drops what a signal raises
        # in the midst of an import.
        with signals.held():
            from entrypoints.cli.supervisor import serve  # noqa: PLC0415

        serve(settings, listener, signals)
    if sys.stdout.isatty():
        click.echo("\r", nl=False)  # over the ^C
    kept = "nothing is kept" if settings.memory else "what was stored is kept"
    say("Goodbye", f"Kithkin is stopped; {kept}.")
