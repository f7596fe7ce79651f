"""`kithkin persona`."""

from pathlib import Path
from uuid import UUID

import rich_click as click
from rich.console import Console

from application.shared.pages import Position
from domain.personas.personas import PersonaVersion
from domain.personas.sessions import EndedCompanionSession
from domain.shared.ids import PersonId
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json
from entrypoints.cli.persona_view import Point, as_svg, drawn, points
from entrypoints.cli.terminal import say
from entrypoints.http.companion_bodies import CompanionSessionBody, session_body
from entrypoints.wiring.kithkin import Kithkin

_AT_ONCE = 200


@click.group("persona", epilog=f"Example: kithkin persona history {options.EXAMPLE_ID}")
def command() -> None:
    """Show how a person's companion has changed."""


@command.command(
    "history", epilog=f"Example: kithkin persona history {options.EXAMPLE_ID} --svg history.svg"
)
@options.person
@click.option(
    "--svg",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw it into this file, as an SVG, instead.",
)
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def history(person: UUID, *, svg: Path | None, as_json: bool, **flags: str | bool | None) -> None:
    """Draw how a companion's sliders and its confidence changed, session by session."""
    found, shown = ask(lambda kithkin: _history(kithkin, PersonId(person)), **flags)
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
    kithkin: Kithkin, person: PersonId
) -> tuple[tuple[Point, ...], list[CompanionSessionBody]]:
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
