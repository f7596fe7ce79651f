"""`kithkin credits`."""

from uuid import UUID

import msgspec
import rich_click as click

from domain.shared.ids import PersonId
from domain.video.credits import CreditAccounts, LedgerEntry, Wallet
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import instant, write_json, write_table
from entrypoints.cli.terminal import counted, say
from entrypoints.http.video_credits import credits_body, granted_body, move_body
from entrypoints.wiring.kithkin import Kithkin

_MOST = 200


@click.group("credits", epilog=f"Example: kithkin credits show {options.EXAMPLE_ID}")
def command() -> None:
    """Give a person video credits, or show their balance and its ledger."""


@command.command(
    "grant",
    epilog=f"Example: kithkin credits grant {options.EXAMPLE_ID} 5 --reason 'An upload was lost'",
)
@options.person
@click.argument("number", metavar="CREDITS", type=int)
@click.option("--reason", required=True, help="Why; it stands in the ledger.")
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def grant(
    person: UUID, number: int, reason: str, *, as_json: bool, **flags: str | bool | None
) -> None:
    """Give a person video credits. A grant repays nothing that they owe: only purchases do."""

    async def give(kithkin: Kithkin) -> Wallet:
        return await kithkin.video.grant_video_credits()(PersonId(person), number, reason)

    wallet = ask(give, **flags)
    shown = granted_body(wallet)
    if as_json:
        write_json(shown)
        return
    say("Granted", f"{counted(shown.credits, 'credit')} to {person}, in lot {shown.lot_id}.")
    _say_balance(wallet.accounts)


@command.command("show", epilog=f"Example: kithkin credits show {options.EXAMPLE_ID} --json")
@options.person
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=20,
    show_default=True,
    help="How many rows of the ledger to show at most.",
)
@options.database
@options.as_json
def show(person: UUID, limit: int, *, as_json: bool, **flags: str | None) -> None:
    """Show a person's balance of video credits, and the latest rows of its ledger."""

    async def look(kithkin: Kithkin) -> tuple[CreditAccounts, tuple[LedgerEntry, ...]]:
        queries = kithkin.video.video_message_queries()
        accounts = await queries.credits(PersonId(person))
        return accounts, (await queries.ledger(PersonId(person), None, limit)).items

    accounts, moves = ask(look, **flags)
    if as_json:
        balance = msgspec.structs.asdict(credits_body(accounts))
        write_json({**balance, "ledger": [move_body(entry) for entry in moves]})
        return
    _say_balance(accounts)
    rows = [
        (
            str(entry.number),
            instant(entry.at),
            entry.account.value,
            entry.move.value,
            f"{entry.amount:+}",
            str(entry.balance),
            entry.reason or "-",
        )
        for entry in moves
    ]
    columns = ("no.", "at", "account", "move", "amount", "balance", "reason")
    write_table(columns, rows, numbers={"amount", "balance"})


def _say_balance(accounts: CreditAccounts) -> None:
    say("Balance", counted(accounts.remaining, "credit"))
    if accounts.debt:
        say("Owed", f"{counted(accounts.debt, 'credit')}, which the next purchase repays first")
