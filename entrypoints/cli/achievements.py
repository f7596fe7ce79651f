"""`kithkin achievements`."""

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from application.achievements.ports import AwardBack
from domain.achievements.definitions import AchievementKey
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json
from entrypoints.cli.terminal import counted, say
from entrypoints.wiring.kithkin import Kithkin


@click.group("achievements", epilog="Example: kithkin achievements award-back circle_of_3")
def command() -> None:
    """Award an achievement to those who met it before it was there."""


@command.command("award-back", epilog="Example: kithkin achievements award-back circle_of_3")
@click.argument("key", metavar="KEY")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def award_back(key: str, *, as_json: bool, **flags: str | bool | None) -> None:
    """Award an achievement to all who meet it already, and show how far that is.

    It can be interrupted: a worker goes on from there, or this command when it is run again.
    """
    console = Console(stderr=True, highlight=False)
    shows = console.is_terminal and not as_json
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not shows) as progress:
        task = progress.add_task(f"Awarding {key}", total=None)

        def told(went: AwardBack) -> None:
            progress.update(task, completed=went.seen, total=max(went.persons, went.seen))

        async def run(kithkin: Kithkin) -> AwardBack:
            return await kithkin.achievements.award_back()(AchievementKey(key), told)

        went = ask(run, **flags)
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
