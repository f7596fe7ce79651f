"""`kithkin demo`."""

import asyncio
import logging
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import rich_click as click
import structlog
from rich.console import Console

from domain.identity.service_keys import Scope
from entrypoints.cli import options
from entrypoints.cli.api_client import Api
from entrypoints.cli.json_output import write_json
from entrypoints.cli.listener import listening, url_of
from entrypoints.cli.server import serving_beside
from entrypoints.cli.stop_signals import StopSignals
from entrypoints.cli.story import play
from entrypoints.cli.story_view import told
from entrypoints.cli.terminal import say
from entrypoints.http.app import create_app
from entrypoints.settings import Settings
from entrypoints.wiring.database import migrate, opened, started
from entrypoints.wiring.kithkin import on_postgres


@click.command("demo", epilog="Example: kithkin demo")
@options.as_json
def command(*, as_json: bool) -> None:
    """Play the whole story on a database of its own, which is removed at the end.

    Ten messages, the refusal, a video call, the new limit, and how it decays over 31 days.
    Then three partners in a month, the lower prices, and how they are carried and lapse.
    """
    if not as_json:
        say("Demo", "starting a PostgreSQL and an API of its own")
    with _api() as api:
        story = play(api)
    if as_json:
        write_json(attrs.asdict(story))
    else:
        Console(highlight=False).print(told(story))


@contextmanager
def _api() -> Iterator[Api]:
    signals = StopSignals()
    signals.install()
    settings = Settings(test_clock=True, pepper=secrets.token_hex())
    with ExitStack() as running:
        data = Path(running.enter_context(TemporaryDirectory(prefix="kithkin-demo-")))
        with signals.held():
            url = running.enter_context(started(data, durable=False))
        key = asyncio.run(_prepare(settings, url))
        listener = running.enter_context(listening("127.0.0.1", 0))
        app = create_app(on_postgres(settings, url))
        # Some hundred requests would bury the story.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        running.enter_context(serving_beside(app, listener))
        yield running.enter_context(Api(url_of(listener), key))


async def _prepare(settings: Settings, url: str) -> str:
    await migrate(url)
    async with opened(settings, url) as kithkin:
        return (await kithkin.identity.create_key()(Scope.ADMIN)).secret
