"""`kithkin credits`."""

import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import rich_click as click
from rich.console import Console
from rich.table import Table

from domain.shared.ids import PersonId
from domain.video.credits import CreditAccounts, LedgerEntry, Wallet
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.json_output import write_json
from entrypoints.cli.terminal import printable, say
from entrypoints.http.video_credits import credits_body, granted_body
from entrypoints.wiring.kithkin import Kithkin

_EXAMPLE_ID = "0198a5c4-7e02-7b11-8a00-1f3c5d7e9b22"
_MOST = 200
_WIDE = 200  # where no terminal bounds it

_person: Callable[..., Any] = click.argument("person", metavar="PERSON", type=click.UUID)


@click.group("credits", epilog=f"Example: kithkin credits show {_EXAMPLE_ID}")
def command() -> None:
    """Give a person video credits, or show what theirs come to."""


@command.command(
    "grant",
    epilog=f"Example: kithkin credits grant {_EXAMPLE_ID} 5 --reason 'An upload was lost'",
)
@_person
@click.argument("number", metavar="CREDITS", type=int)
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def grant(
    person: UUID,
    number: int,
    reason: str,
    *,
    as_json: bool,
    test_clock: bool | None,
    **flags: str | None,
) -> None:
    """Give a person credits. What they owe is left to purchases to repay."""

    async def give(kithkin: Kithkin) -> Wallet:
        return await kithkin.video.grant_video_credits()(PersonId(person), number, reason)

    wallet = ask(
        flags["data"],
        flags["database_url"],
        give,
        rulebook=flags["rulebook"],
        test_clock=test_clock,
    )
    shown = granted_body(wallet)
    if as_json:
        write_json(shown)
        return
    say("Granted", f"{shown.credits} credits to {person}, in lot {shown.lot_id}.")
    _say_balance(wallet.accounts)


@command.command("show", epilog=f"Example: kithkin credits show {_EXAMPLE_ID} --json")
@_person
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=20,
    show_default=True,
    help="The most rows of the ledger to show.",
)
@options.database
@options.as_json
def show(person: UUID, limit: int, *, as_json: bool, **flags: str | None) -> None:
    """Show what a person's credits come to, and their latest moves."""

    async def look(kithkin: Kithkin) -> tuple[CreditAccounts, tuple[LedgerEntry, ...]]:
        queries = kithkin.video.video_message_queries()
        accounts = await queries.credits(PersonId(person))
        return accounts, (await queries.ledger(PersonId(person), None, limit)).items

    accounts, moves = ask(flags["data"], flags["database_url"], look)
    if as_json:
        balance = msgspec.structs.asdict(credits_body(accounts))
        write_json({**balance, "ledger": [_shown(entry) for entry in moves]})
        return
    _say_balance(accounts)
    table = Table(box=None, pad_edge=False)
    for column in ("no.", "at", "account", "move", "amount", "balance", "reason"):
        table.add_column(column, justify="right" if column in {"amount", "balance"} else "left")
    for entry in moves:
        table.add_row(
            str(entry.number),
            f"{entry.at:%Y-%m-%d %H:%M}",
            entry.account.value,
            entry.move.value,
            f"{entry.amount:+}",
            str(entry.balance),
            printable(entry.reason or "-"),
        )
    width = None if sys.stdout.isatty() else _WIDE
    Console(highlight=False, markup=False, width=width).print(table)


def _say_balance(accounts: CreditAccounts) -> None:
    say("Balance", f"{accounts.remaining} credits")
    if accounts.debt:
        say("Owed", f"{accounts.debt} credits; the next purchase repays them")


def _shown(entry: LedgerEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at,
        "account": entry.account,
        "move": entry.move,
        "amount": entry.amount,
        "balance": entry.balance,
        "lot_id": entry.lot_id,
        "video_message_id": entry.video_message_id,
        "reason": entry.reason,
        "policy_version": entry.policy_version,
    }
