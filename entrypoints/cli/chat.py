"""`kithkin chat`."""

import asyncio
import os
import sys
from collections.abc import Iterator
from uuid import UUID

import rich_click as click
from rich.console import Console
from uuid_utils.compat import uuid7

from application.personas.answer_companion import BrokenOff
from application.personas.ask_companion import AskRequest
from application.personas.keep_talk import GROW_SUMMARY
from application.shared.jobs import Job, first_state
from domain.identity.profile import Profile
from domain.personas.conversations import CompanionConversation
from domain.personas.events import Growth
from domain.personas.personas import Baseline
from domain.personas.sessions import EndedCompanionSession, reasons_of
from domain.shared.errors import RefusedError
from domain.shared.ids import PersonId
from entrypoints.cli import options
from entrypoints.cli.persona_view import summary_drawn
from entrypoints.cli.terminal import say
from entrypoints.settings import Settings, read_settings
from entrypoints.wiring.database import at_hand, opened
from entrypoints.wiring.kithkin import Kithkin, in_memory

_WORDS_TO_END = {"/end", "/quit", "/exit"}


@click.command("chat", epilog="Example: kithkin chat --persona playful_flirty")
@click.option(
    "--persona",
    type=click.Choice([baseline.value for baseline in Baseline]),
    help="Whom to talk with; as it was by default.",
)
@click.option(
    "--person",
    type=click.UUID,
    help="Who talks, of the database; somebody who is forgotten afterwards if left out.",
)
@options.database
@options.rulebook
def command(*, persona: str | None, person: UUID | None, **flags: str | None) -> None:
    """Talk with a companion, and see what your words tell. A line with /end ends the talk."""
    settings = read_settings(os.environ, **flags)
    baseline = None if persona is None else Baseline(persona)
    if person is None:
        asyncio.run(_of_nobody(settings, baseline))
        return
    with at_hand(settings) as url:
        asyncio.run(_of_person(settings, url, PersonId(person), baseline))


async def _of_nobody(settings: Settings, baseline: Baseline | None) -> None:
    kithkin = in_memory(Settings(memory=True, rulebook=settings.rulebook))
    await kithkin.open()
    try:
        somebody = await kithkin.identity.register_person()(Profile(name="Somebody"))
        await _talk(kithkin, somebody.id, baseline)
    finally:
        await kithkin.close()


async def _of_person(
    settings: Settings, url: str, person: PersonId, baseline: Baseline | None
) -> None:
    async with opened(settings, url) as kithkin:
        await _talk(kithkin, person, baseline)


async def _talk(kithkin: Kithkin, person: PersonId, baseline: Baseline | None) -> None:
    conversation = (await kithkin.personas.open_companion()(person, baseline)).conversation
    said = 0
    for line in _lines():
        try:
            said += await _say(kithkin, conversation, line)
        except RefusedError as error:
            say("Refused", error.detail)
            break
    if said:
        session = await kithkin.personas.end_session()(conversation.id, person)
        await _summarise(kithkin, person, session)


async def _say(kithkin: Kithkin, conversation: CompanionConversation, line: str) -> int:
    def write(piece: str) -> None:
        sys.stdout.write(piece)
        sys.stdout.flush()

    asked = await kithkin.personas.ask_companion()(
        AskRequest(conversation_id=conversation.id, viewer_id=None, text=line)
    )
    ending = await kithkin.personas.answer_companion()(asked, write)
    sys.stdout.write("\n")
    if isinstance(ending, BrokenOff):
        say("Broken off", ending.error.detail)
    return 1


async def _summarise(kithkin: Kithkin, person: PersonId, session: EndedCompanionSession) -> None:
    """Summarise the session now; a worker would do the same in a moment."""
    job = first_state(
        Job(kind=GROW_SUMMARY, key=str(person), at=await kithkin.clock.now()), uuid7()
    )
    before: tuple[int, int] | None = None
    while True:
        view = await kithkin.personas.queries().summary(person)
        known = await kithkin.personas.queries().session(session.id, person)
        ended = known if isinstance(known, EndedCompanionSession) else session
        if ended.growth is not Growth.PENDING or (view.waiting, ended.tries) == before:
            break
        before = (view.waiting, ended.tries)
        await kithkin.personas.grow_summary()(job)
    policy = kithkin.rulebook.policies.personas
    if ended.growth is Growth.TOO_SHORT:
        for reason in reasons_of(ended, policy):
            say("Long enough" if reason.satisfied else "Too short", reason.detail)
    elif ended.growth is not Growth.SUMMARISED:
        say("No summary", ended.growth.value.replace("_", " ") + ".")
    Console(highlight=False).print(summary_drawn(view))


def _lines() -> Iterator[str]:
    """Give what is typed in, until the end of it."""
    while True:
        if sys.stdin.isatty():
            sys.stdout.write("> ")
            sys.stdout.flush()
        line = sys.stdin.readline()
        if not line or line.strip() in _WORDS_TO_END:
            return
        if line.strip():
            yield line.strip()
