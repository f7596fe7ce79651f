"""`kithkin allowance`."""

import asyncio
import os
from uuid import UUID

import msgspec
import rich_click as click
from rich.console import Console

from domain.shared.ids import ConversationId, PersonId
from domain.video.unlock import MessageAllowance
from entrypoints.cli import options
from entrypoints.cli.allowance_view import drawn
from entrypoints.cli.json_output import write_json
from entrypoints.http.decisions import AllowanceBody
from entrypoints.settings import Settings, read_settings
from entrypoints.wiring.database import at_hand, opened


@click.command(
    "allowance",
    epilog="Example: kithkin allowance 0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44"
    " 0198a5c4-7e02-7b11-8a00-1f3c5d7e9b22",
)
@click.argument("conversation", type=click.UUID)
@click.argument("person", type=click.UUID)
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(conversation: UUID, person: UUID, *, as_json: bool, **flags: str | bool | None) -> None:
    """Show what a person may still send in a conversation, and why."""
    settings = read_settings(os.environ, **flags)
    with at_hand(settings) as url:
        decision = asyncio.run(
            _decision(settings, url, ConversationId(conversation), PersonId(person))
        )
    if as_json:
        write_json(msgspec.convert(decision, AllowanceBody, from_attributes=True))
    else:
        Console(highlight=False).print(drawn(decision))


async def _decision(
    settings: Settings, url: str, conversation: ConversationId, person: PersonId
) -> MessageAllowance:
    async with opened(settings, url) as kithkin:
        return await kithkin.conversations.queries().allowance(conversation, person)
