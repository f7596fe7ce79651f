"""`kithkin payments`."""

import sys

import rich_click as click
from rich.console import Console
from rich.table import Table

from application.billing.reconcile_payments import Difference
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.json_output import write_json
from entrypoints.cli.terminal import say

_ID_WIDTH = 36  # a shortened id could not be looked up
_WIDE = 250  # where no terminal bounds it


@click.group("payments", epilog="Example: kithkin payments reconcile --json")
def command() -> None:
    """Compare payments with what their providers say."""


@command.command("reconcile", epilog="Example: kithkin payments reconcile --json")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def reconcile(*, as_json: bool, test_clock: bool | None, **flags: str | None) -> None:
    """Compare pending and recent payments with their providers, and take in what was missed.

    A job does the same once a day.
    """
    found = ask(
        flags["data"],
        flags["database_url"],
        lambda kithkin: kithkin.billing.reconcile_payments()(),
        rulebook=flags["rulebook"],
        test_clock=test_clock,
    )
    if as_json:
        write_json(
            {
                "compared": found.compared,
                "differences": [_shown(difference) for difference in found.differences],
            }
        )
        return
    if found.differences:
        _draw(found.differences)
    say("Compared", f"{found.compared} payments, {len(found.differences)} differed")


def _draw(differences: tuple[Difference, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("payment", no_wrap=True, min_width=_ID_WIDTH)
    for column in ("problem", "ours", "theirs"):
        table.add_column(column)
    for difference in differences:
        shown = _shown(difference)
        table.add_row(*(str(value or "-") for value in shown.values()))
    width = None if sys.stdout.isatty() else _WIDE
    Console(highlight=False, markup=False, width=width).print(table)


def _shown(difference: Difference) -> dict[str, object]:
    return {
        "payment_id": str(difference.payment_id),
        "problem": difference.problem,
        "ours": difference.ours.value,
        "theirs": None if difference.theirs is None else difference.theirs.value,
    }
