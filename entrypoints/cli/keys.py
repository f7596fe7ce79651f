"""`kithkin keys`."""

from datetime import datetime
from uuid import UUID

import rich_click as click
from rich.console import Console
from rich.table import Table

from domain.identity.service_keys import Scope, ServiceKey
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.json_output import write_json
from entrypoints.cli.terminal import say

_ID_WIDTH = 36  # a shortened id could not be revoked


@click.group("keys", epilog="Example: kithkin keys create --scope write")
def command() -> None:
    """Make, list and revoke service keys: how an app's own backend proves who it is."""


@command.command("create", epilog="Example: kithkin keys create --scope write --json")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    required=True,
    help="read: GET only; write: all that is not admin; admin: everything.",
)
@options.database
@options.as_json
def create(scope: str, data: str | None, database_url: str | None, *, as_json: bool) -> None:
    """Make a key and show it, this once. Works beside a running server."""
    made = ask(data, database_url, lambda kithkin: kithkin.identity.create_key()(Scope(scope)))
    if as_json:
        write_json({"key": made.secret, "id": made.stored.id, "scope": made.stored.scope})
    else:
        say("Service key", made.secret)
        say("", f"Keep it: it is not shown again. Its scope is {scope}, its id {made.stored.id}.")


@command.command("list", epilog="Example: kithkin keys list --json")
@options.database
@options.as_json
def list_keys(data: str | None, database_url: str | None, *, as_json: bool) -> None:
    """List the keys by their ids; the keys themselves are not stored."""
    keys = ask(data, database_url, lambda kithkin: kithkin.identity.queries().all_keys())
    if as_json:
        write_json([_shown(key) for key in keys])
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True, min_width=_ID_WIDTH)
    for column in ("scope", "made", "last used", "revoked"):
        table.add_column(column, overflow="fold")
    for key in keys:
        times = (key.created_at, key.last_used_at, key.revoked_at)
        table.add_row(str(key.id), key.scope.value, *(_day(at) for at in times))
    Console(highlight=False).print(table)


@command.command(
    "revoke", epilog="Example: kithkin keys revoke 0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44"
)
@click.argument("key_id", metavar="ID", type=click.UUID)
@options.database
def revoke(key_id: UUID, data: str | None, database_url: str | None) -> None:
    """Revoke a key: from now on no request is taken with it."""
    ask(data, database_url, lambda kithkin: kithkin.identity.revoke_key()(key_id))
    say("Revoked", str(key_id))


def _shown(key: ServiceKey) -> dict[str, object]:
    return {
        "id": key.id,
        "scope": key.scope,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def _day(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d}"
