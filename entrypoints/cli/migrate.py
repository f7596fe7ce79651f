"""`kithkin migrate`."""

import asyncio
import os

import rich_click as click

from entrypoints.cli import options
from entrypoints.cli.output import write_json
from entrypoints.cli.terminal import counted, say
from entrypoints.settings import read_settings
from entrypoints.wiring.database import at_hand, migrate, pending, require_usable


@click.command("migrate", epilog="Example: kithkin migrate --database-url postgresql://me@host/app")
@options.database
@options.as_json
def command(data: str | None, database_url: str | None, *, as_json: bool) -> None:
    """Make or change the database's tables, as this release needs them."""
    settings = read_settings(os.environ, data=data, database_url=database_url)
    with at_hand(settings) as url:
        steps = asyncio.run(_migrate(url))
    if as_json:
        write_json({"migrated": steps})
    elif steps:
        say("Database", f"migrated by {counted(len(steps), 'step')}: {', '.join(steps)}")
    else:
        say("Database", "already up to date")


async def _migrate(url: str) -> tuple[str, ...]:
    await require_usable(url)
    steps = await pending(url)
    if steps:
        await migrate(url)
    return steps
