"""`kithkin streak`."""

import asyncio
import os
from datetime import date
from uuid import UUID

import rich_click as click
from rich.console import Console

from domain.shared.ids import PersonId
from domain.streaks.calendar import CalendarDay
from domain.streaks.events import StreakKind
from domain.streaks.standing import StreakStanding
from entrypoints.cli import options
from entrypoints.cli.json_output import write_json
from entrypoints.cli.streak_view import drawn
from entrypoints.http.streaks import month_of, streaks_body
from entrypoints.settings import Settings, read_settings
from entrypoints.wiring.database import at_hand, opened

Shown = tuple[StreakStanding, tuple[CalendarDay, ...]]


@click.command(
    "streak", epilog="Example: kithkin streak 0198a5c4-7e02-7b11-8a00-1f3c5d7e9b22 --month 2026-03"
)
@click.argument("person", type=click.UUID)
@click.option("--month", help="The month to draw, like 2026-03; this one by default.")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(person: UUID, *, month: str | None, as_json: bool, **flags: str | bool | None) -> None:
    """Show the streaks of a person, day by day."""
    settings = read_settings(os.environ, **flags)
    first = month_of(month)
    with at_hand(settings) as url:
        found = asyncio.run(_found(settings, url, PersonId(person), first))
    if as_json:
        write_json(streaks_body(tuple(standing for standing, _ in found)))
    else:
        console = Console(highlight=False)
        for standing, days in found:
            console.print(drawn(standing, days))


async def _found(
    settings: Settings, url: str, person: PersonId, month: date | None
) -> tuple[Shown, ...]:
    async with opened(settings, url) as kithkin:
        queries = kithkin.streaks.queries()
        standings = {one.streak.kind: one for one in await queries.standings(person)}
        return tuple(
            [(standings[kind], await queries.calendar(person, kind, month)) for kind in StreakKind]
        )
