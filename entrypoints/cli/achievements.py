"""`kithkin achievements`."""

from typing import Any

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from application.achievements.ports import AwardBack
from domain.achievements.definitions import AchievementKey
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.json_output import write_json
from entrypoints.cli.terminal import counted, say
from entrypoints.wiring.kithkin import Kithkin


@click.group("achievements", epilog="Example: kithkin achievements award-back circle_of_3")
def command() -> None:
    """Award achievements to those who have met them already."""


@command.command("award-back", epilog="Example: kithkin achievements award-back circle_of_3")
@click.argument("key")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def award_back(key: str, *, as_json: bool, **flags: Any) -> None:
    """Award an achievement to all who meet it, and show how far that is.

    To break it off does no harm: it goes on from there, by a worker or by this command.
    """
    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=as_json) as progress:
        task = progress.add_task(f"Awarding {key}", total=None)

        def told(went: AwardBack) -> None:
            progress.update(task, completed=went.seen, total=max(went.persons, went.seen))

        async def run(kithkin: Kithkin) -> AwardBack:
            return await kithkin.achievements.award_back()(AchievementKey(key), told)

        went = ask(question=run, **flags)
    if as_json:
        write_json(
            {
                "key": went.key,
                "started_at": went.started_at,
                "finished_at": went.finished_at,
                "persons": went.persons,
                "seen": went.seen,
                "awarded": went.awarded,
            }
        )
    else:
        say("Awarded", f"{key} to {went.awarded} of {counted(went.seen, 'person')}")
