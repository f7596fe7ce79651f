"""`kithkin usage`."""

from uuid import UUID

import rich_click as click
from rich.console import Console

from application.usage.queries import UsageView
from domain.shared.ids import PersonId
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json
from entrypoints.cli.usage_view import drawn
from entrypoints.http.usage_bodies import usage_body
from entrypoints.wiring.kithkin import Kithkin


@click.command("usage", epilog=f"Example: kithkin usage {options.EXAMPLE_ID} --period 2026-03")
@options.person
@click.option("--period", metavar="YYYY-MM", help="Which month. [the current one]")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(person: UUID, *, period: str | None, as_json: bool, **flags: str | bool | None) -> None:
    """Show what a person may use this month, by its sources."""

    async def look(kithkin: Kithkin) -> UsageView:
        return await kithkin.usage.queries().usage(PersonId(person), period)

    view = ask(look, **flags)
    if as_json:
        write_json(usage_body(view))
    else:
        Console(highlight=False).print(drawn(view))
