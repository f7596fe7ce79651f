"""`kithkin reward`."""

from uuid import UUID

import rich_click as click
from rich.console import Console

from domain.shared.ids import PersonId
from domain.video.reward import Reward
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json
from entrypoints.cli.reward_view import drawn
from entrypoints.http.rewards import reward_body
from entrypoints.wiring.kithkin import Kithkin


@click.command("reward", epilog=f"Example: kithkin reward {options.EXAMPLE_ID}")
@options.person
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(person: UUID, *, as_json: bool, **flags: str | bool | None) -> None:
    """Show whether a person's prices are lower this month, until when, and why."""

    async def decide(kithkin: Kithkin) -> Reward:
        return await kithkin.video.reward_queries().reward(PersonId(person))

    decision = ask(decide, **flags)
    if as_json:
        write_json(reward_body(decision))
    else:
        Console(highlight=False).print(drawn(decision))
