"""`kithkin reward`."""

import asyncio
import os
from uuid import UUID

import rich_click as click
from rich.console import Console

from domain.shared.ids import PersonId
from domain.video.reward import Reward
from entrypoints.cli import options
from entrypoints.cli.json_output import write_json
from entrypoints.cli.reward_view import drawn
from entrypoints.http.rewards import reward_body
from entrypoints.settings import Settings, read_settings
from entrypoints.wiring.database import at_hand, opened


@click.command(
    "reward",
    epilog="Example: kithkin reward 0198a5c4-7e02-7b11-8a00-1f3c5d7e9b22",
)
@click.argument("person", type=click.UUID)
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(person: UUID, *, as_json: bool, **flags: str | bool | None) -> None:
    """Show whether a person's prices are lower this month, until when, and why."""
    settings = read_settings(os.environ, **flags)
    with at_hand(settings) as url:
        decision = asyncio.run(_decision(settings, url, PersonId(person)))
    if as_json:
        write_json(reward_body(decision))
    else:
        Console(highlight=False).print(drawn(decision))


async def _decision(settings: Settings, url: str, person: PersonId) -> Reward:
    async with opened(settings, url) as kithkin:
        return await kithkin.video.reward_queries().reward(person)
