"""`kithkin chat`."""

import asyncio
import io
import os
import sys
import unicodedata
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from uuid import UUID

import attrs
import rich_click as click
from rich.console import Console
from uuid_utils.compat import uuid7

from application.personas.answer_companion import BrokenOff
from application.personas.ask_companion import Asked, AskRequest
from application.personas.keep_talk import GROW_SUMMARY
from application.shared.jobs import Job, first_state
from domain.identity.profile import Profile
from domain.personas.conversations import CompanionConversation
from domain.personas.events import Growth
from domain.personas.personas import Baseline
from domain.personas.sessions import (
    CompanionSessionEndedError,
    EndedCompanionSession,
    reasons_of,
)
from domain.shared.errors import ConflictError, InvalidValueError, RefusedError
from domain.shared.ids import CompanionSessionId, PersonId
from entrypoints.cli import options
from entrypoints.cli.persona_view import summary_drawn
from entrypoints.cli.terminal import say
from entrypoints.llm_settings import LlmSettings
from entrypoints.settings import Settings, read_settings
from entrypoints.wiring.database import at_hand, opened
from entrypoints.wiring.kithkin import Kithkin, in_memory

_WORDS_TO_END = {"/end", "/quit", "/exit"}


@click.command("chat", epilog="Example: kithkin chat --persona playful_flirty")
@click.option(
    "--persona",
    type=click.Choice([baseline.value for baseline in Baseline]),
    help="What the companion is like. [as it was last]",
)
@click.option(
    "--person",
    type=click.UUID,
    help="Who talks: a person in the database. [somebody in memory, forgotten afterwards]",
)
@options.database
@options.rulebook
def command(*, persona: str | None, person: UUID | None, **flags: str | None) -> None:
    """Talk with a companion, and see what it learns from your words. /end or Ctrl-C ends it."""
    settings = read_settings(os.environ, **flags)
    baseline = None if persona is None else Baseline(persona)
    if person is None:
        _hold(_forgotten(settings), None, baseline)
        return
    with at_hand(settings) as url:
        _hold(opened(settings, url), PersonId(person), baseline)


@asynccontextmanager
async def _forgotten(settings: Settings) -> AsyncIterator[Kithkin]:
    """Give Kithkin in memory, with the language model that the settings choose."""
    chosen = {name: getattr(settings, name) for name in attrs.fields_dict(LlmSettings)}
    kithkin = in_memory(Settings(memory=True, rulebook=settings.rulebook, **chosen))
    await kithkin.open()
    try:
        yield kithkin
    finally:
        await kithkin.close()


def _hold(
    using: AbstractAsyncContextManager[Kithkin], person: PersonId | None, baseline: Baseline | None
) -> None:
    # The loop runs only while there is something to do: so Ctrl-C is heard at the prompt, too.
    with asyncio.Runner() as runner:
        kithkin = runner.run(using.__aenter__())
        try:
            _talk(runner, kithkin, person, baseline)
        finally:
            runner.run(using.__aexit__(None, None, None))


def _talk(
    runner: asyncio.Runner, kithkin: Kithkin, person: PersonId | None, baseline: Baseline | None
) -> None:
    conversation = runner.run(_opened(kithkin, person, baseline))
    session_id: CompanionSessionId | None = None
    with suppress(KeyboardInterrupt):
        for line in _lines():
            try:
                asked = runner.run(_asked(kithkin, conversation, line))
            except (InvalidValueError, ConflictError) as error:
                say("Not sent", error.detail)
                continue
            except RefusedError as error:
                say("Refused", error.detail)
                break
            session_id = asked.session.id
            runner.run(_answer(kithkin, asked))
    if session_id is not None:
        runner.run(_summarise(kithkin, conversation, session_id))


async def _opened(
    kithkin: Kithkin, person: PersonId | None, baseline: Baseline | None
) -> CompanionConversation:
    if person is None:
        person = (await kithkin.identity.register_person()(Profile(name="Somebody"))).id
    opened_one = await kithkin.personas.open_companion()(person, baseline)
    conversation: CompanionConversation = opened_one.conversation
    return conversation


async def _asked(kithkin: Kithkin, conversation: CompanionConversation, line: str) -> Asked:
    request = AskRequest(conversation_id=conversation.id, viewer_id=None, text=line)
    asked: Asked = await kithkin.personas.ask_companion()(request)
    return asked


async def _answer(kithkin: Kithkin, asked: Asked) -> None:
    ending = await kithkin.personas.answer_companion()(asked, _write)
    sys.stdout.write("\n")
    if isinstance(ending, BrokenOff):
        say("Broken off", ending.error.detail)


def _write(piece: str) -> None:
    """Write a piece of a reply, without what would steer the terminal."""
    sys.stdout.write(
        "".join(one for one in piece if one == "\n" or unicodedata.category(one) != "Cc")
    )
    sys.stdout.flush()


async def _summarise(
    kithkin: Kithkin, conversation: CompanionConversation, session_id: CompanionSessionId
) -> None:
    """End the session and summarise it now; a worker would do the same in a moment."""
    person = conversation.person_id
    with suppress(CompanionSessionEndedError):
        await kithkin.personas.end_session()(conversation.id, person)
    job = first_state(
        Job(kind=GROW_SUMMARY, key=str(person), at=await kithkin.clock.now()), uuid7()
    )
    before: tuple[int, int] | None = None
    while True:
        view = await kithkin.personas.queries().summary(person)
        ended = await kithkin.personas.queries().session(session_id, person)
        if not isinstance(ended, EndedCompanionSession):
            return
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
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    while True:
        if sys.stdin.isatty():
            sys.stdout.write("> ")
            sys.stdout.flush()
        line = sys.stdin.readline()
        if not line or line.strip() in _WORDS_TO_END:
            return
        if line.strip():
            yield line.strip()
