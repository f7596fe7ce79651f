"""`kithkin allowance`."""

from uuid import UUID

import msgspec
import rich_click as click
from rich.console import Console

from domain.shared.ids import ConversationId, PersonId
from domain.video.unlock import MessageAllowance
from entrypoints.cli import options
from entrypoints.cli.allowance_view import drawn
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json
from entrypoints.http.decisions import AllowanceBody
from entrypoints.wiring.kithkin import Kithkin

_EXAMPLE = f"kithkin allowance 0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44 {options.EXAMPLE_ID}"


@click.command("allowance", epilog=f"Example: {_EXAMPLE}")
@click.argument("conversation", type=click.UUID)
@options.person
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(conversation: UUID, person: UUID, *, as_json: bool, **flags: str | bool | None) -> None:
    """Show what a person may still send in a conversation, and why."""

    async def decide(kithkin: Kithkin) -> MessageAllowance:
        queries = kithkin.conversations.queries()
        return await queries.allowance(ConversationId(conversation), PersonId(person))

    decision = ask(decide, **flags)
    if as_json:
        write_json(msgspec.convert(decision, AllowanceBody, from_attributes=True))
    else:
        Console(highlight=False).print(drawn(decision))
