"""`kithkin streak`."""

from uuid import UUID

import rich_click as click
from rich.console import Console

from domain.shared.ids import PersonId
from domain.streaks.calendar import CalendarDay
from domain.streaks.events import StreakKind
from domain.streaks.standing import StreakStanding
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json
from entrypoints.cli.streak_view import drawn
from entrypoints.http.streaks import month_of, streaks_body
from entrypoints.wiring.kithkin import Kithkin

Shown = tuple[StreakStanding, tuple[CalendarDay, ...]]


@click.command("streak", epilog=f"Example: kithkin streak {options.EXAMPLE_ID} --month 2026-03")
@options.person
@click.option("--month", metavar="YYYY-MM", help="The month to draw. [the current one]")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(person: UUID, *, month: str | None, as_json: bool, **flags: str | bool | None) -> None:
    """Show the streaks of a person, day by day."""
    first = month_of(month)

    async def look(kithkin: Kithkin) -> tuple[Shown, ...]:
        queries = kithkin.streaks.queries()
        ident = PersonId(person)
        standings = {one.streak.kind: one for one in await queries.standings(ident)}
        return tuple(
            [(standings[kind], await queries.calendar(ident, kind, first)) for kind in StreakKind]
        )

    found = ask(look, **flags)
    if as_json:
        write_json(streaks_body(tuple(standing for standing, _ in found)))
    else:
        console = Console(highlight=False)
        for standing, days in found:
            console.print(drawn(standing, days))
