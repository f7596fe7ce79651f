"""`kithkin payments`."""

import rich_click as click

from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json, write_table
from entrypoints.cli.terminal import counted, say
from entrypoints.http.payments import reconciliation_body


@click.group("payments", epilog="Example: kithkin payments reconcile --json")
def command() -> None:
    """Compare payments with what their providers say."""


@command.command("reconcile", epilog="Example: kithkin payments reconcile --json")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def reconcile(*, as_json: bool, **flags: str | bool | None) -> None:
    """Compare pending and recent payments with their providers, and take in what was missed.

    A job does the same once a day.
    """
    found = reconciliation_body(
        ask(lambda kithkin: kithkin.billing.reconcile_payments()(), **flags)
    )
    if as_json:
        write_json(found)
        return
    rows = [
        (str(one.payment_id), one.problem, one.ours.value, one.theirs.value if one.theirs else "-")
        for one in found.differences
    ]
    if rows:
        write_table(("payment", "problem", "ours", "theirs"), rows)
    say("Compared", f"{counted(found.compared, 'payment')}, {len(rows)} differed")
