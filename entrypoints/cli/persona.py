"""`kithkin persona`."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

import rich_click as click
from rich.console import Console

from application.shared.pages import Position
from domain.personas.personas import PersonaVersion
from domain.personas.sessions import EndedCompanionSession
from domain.shared.ids import PersonId
from entrypoints.cli import options
from entrypoints.cli.json_output import write_json
from entrypoints.cli.persona_view import Point, as_svg, drawn, points
from entrypoints.cli.terminal import say
from entrypoints.http.companion_bodies import session_body
from entrypoints.settings import Settings, read_settings
from entrypoints.wiring.database import at_hand, opened
from entrypoints.wiring.kithkin import Kithkin

_AT_ONCE = 200
_EXAMPLE_ID = "0198a5c4-7e02-7b11-8a00-1f3c5d7e9b22"


@click.group("persona", epilog=f"Example: kithkin persona history {_EXAMPLE_ID}")
def command() -> None:
    """Show how a person's companion has changed."""


@command.command(
    "history", epilog=f"Example: kithkin persona history {_EXAMPLE_ID} --svg history.svg"
)
@click.argument("person", type=click.UUID)
@click.option("--svg", type=click.Path(path_type=Path), help="Draw it into this file instead.")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def history(person: UUID, *, svg: Path | None, as_json: bool, **flags: str | bool | None) -> None:
    """Draw sliders and confidence over the sessions of a person."""
    settings = read_settings(os.environ, **flags)
    with at_hand(settings) as url:
        found, shown = asyncio.run(_history(settings, url, PersonId(person)))
    if as_json:
        write_json(shown)
    elif svg is not None:
        svg.write_text(as_svg(found), encoding="utf-8")
        say("Drawn", f"{len(found)} sessions, in {svg}.")
    elif found:
        Console(highlight=False).print(drawn(found))
    else:
        say("Nothing", "No session of this person is over yet.")


async def _history(
    settings: Settings, url: str, person: PersonId
) -> tuple[tuple[Point, ...], list[object]]:
    async with opened(settings, url) as kithkin:
        versions = await _versions(kithkin, person)
        sessions = await _sessions(kithkin, person)
        found = points(sessions, versions)
        policy = kithkin.rulebook.policies.personas
        return found, [session_body(point.session, policy) for point in found]


async def _versions(kithkin: Kithkin, person: PersonId) -> list[PersonaVersion]:
    found: list[PersonaVersion] = []
    after: Position | None = None
    while True:
        view = await kithkin.personas.queries().persona(person, after, _AT_ONCE)
        found += view.history.items
        after = view.history.last
        if after is None:
            return found


async def _sessions(kithkin: Kithkin, person: PersonId) -> list[EndedCompanionSession]:
    conversation = (await kithkin.personas.queries().persona(person, None, 1)).conversation
    if conversation is None:
        return []
    found: list[EndedCompanionSession] = []
    after: Position | None = None
    while True:
        queries = kithkin.personas.queries()
        page = await queries.sessions(conversation.id, person, after, _AT_ONCE)
        found += (one for one in page.items if isinstance(one, EndedCompanionSession))
        after = page.last
        if after is None:
            return found
