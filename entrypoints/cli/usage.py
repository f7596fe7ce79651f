"""`kithkin usage`."""

import asyncio
import os
from uuid import UUID

import rich_click as click
from rich.console import Console

from application.usage.queries import UsageView
from domain.shared.ids import PersonId
from entrypoints.cli import options
from entrypoints.cli.json_output import write_json
from entrypoints.cli.usage_view import drawn
from entrypoints.http.usage_bodies import usage_body
from entrypoints.settings import Settings, read_settings
from entrypoints.wiring.database import at_hand, opened


@click.command(
    "usage",
    epilog="Example: kithkin usage 0198a5c4-7e02-7b11-8a00-1f3c5d7e9b22 --period 2026-03",
)
@click.argument("person", type=click.UUID)
@click.option("--period", metavar="YYYY-MM", help="The month; the one that runs if left out.")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(person: UUID, *, period: str | None, as_json: bool, **flags: str | bool | None) -> None:
    """Show what a person may use this month, by its sources."""
    settings = read_settings(os.environ, **flags)
    with at_hand(settings) as url:
        view = asyncio.run(_usage(settings, url, PersonId(person), period))
    if as_json:
        write_json(usage_body(view))
    else:
        Console(highlight=False).print(drawn(view))


async def _usage(settings: Settings, url: str, person: PersonId, period: str | None) -> UsageView:
    async with opened(settings, url) as kithkin:
        return await kithkin.usage.queries().usage(person, period)
