"""`kithkin demo`."""

import asyncio
import logging
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import attrs
import rich_click as click
import structlog
from rich.console import Console

from domain.identity.service_keys import Scope
from entrypoints.cli import options
from entrypoints.cli.api_client import Api
from entrypoints.cli.listener import listening, url_of
from entrypoints.cli.output import write_json
from entrypoints.cli.server import serving_beside
from entrypoints.cli.stop_signals import StopSignals
from entrypoints.cli.story.chapter import Chapter
from entrypoints.cli.story.kept import Kept, kept_by
from entrypoints.cli.story.play import play
from entrypoints.cli.story.stage import set_stage
from entrypoints.cli.story.view import told
from entrypoints.cli.terminal import say
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import in_memory


@click.command("demo", epilog="Example: kithkin demo --keep")
@click.option(
    "--keep",
    is_flag=True,
    help="Then leave the server running, with all that happened, until Ctrl-C.",
)
@options.as_json
def command(*, keep: bool, as_json: bool) -> None:
    """Play a story through all of Kithkin, in memory, on a clock of its own.

    Asha in Kolkata and Lena in Lisbon write, call, buy, talk with a companion and come back
    day after day; each chapter shows a decision and why it is so.
    """
    signals = StopSignals()
    signals.install()
    with _api() as (api, key):
        if not as_json:
            say("Demo", f"an API of its own on {api.url}, in memory, with a test clock")
        stage = set_stage(api)
        chapters = play(stage)
        if keep:
            _hold(chapters, kept_by(stage, key), as_json=as_json)
        else:
            tell(chapters, None, as_json=as_json)
    if keep and not as_json:
        if sys.stdout.isatty():
            click.echo("\r", nl=False)  # over the ^C
        say("Goodbye", "Kithkin is stopped; nothing is kept.")


@contextmanager
def _api() -> Iterator[tuple[Api, str]]:
    """Serve an empty Kithkin, and give its API with the key to all of it."""
    with ExitStack() as running:
        listener = running.enter_context(listening("127.0.0.1", 0))
        url = url_of(listener)
        settings = Settings(
            memory=True, test_clock=True, pepper=secrets.token_hex(), public_url=url
        )
        kithkin = in_memory(settings)
        key = asyncio.run(kithkin.identity.create_key()(Scope.ADMIN)).secret
        app = create_app(kithkin)
        # Some hundred requests would bury the story.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        running.enter_context(serving_beside(app, listener))
        yield running.enter_context(Api(url, key)), key


def _hold(chapters: tuple[Chapter, ...], kept: Kept, *, as_json: bool) -> None:
    """Tell the story, and let the server run until a signal."""
    with suppress(KeyboardInterrupt):
        tell(chapters, kept, as_json=as_json)
        threading.Event().wait()


def tell(chapters: tuple[Chapter, ...], kept: Kept | None, *, as_json: bool) -> None:
    """Write the story, and what is left of it if something is."""
    if as_json:
        after = None if kept is None else attrs.asdict(kept)
        write_json({"chapters": [attrs.asdict(one) for one in chapters], "kept": after})
        return
    Console(highlight=False).print(told(chapters))
    if kept is not None:
        click.echo()
        say("Admin key", kept.admin_key)
        say("Token", f"{kept.token}, which is Asha's own")
        for command_line in kept.commands:
            say("Try", command_line)
        say("Serving", f"{kept.url}, with a test clock; Ctrl-C stops it")
        say("API pages", f"{kept.url}/schema")
