"""`kithkin keys`."""

from datetime import datetime
from uuid import UUID

import rich_click as click

from domain.identity.service_keys import Scope, ServiceKey
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json, write_table
from entrypoints.cli.terminal import say


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
def create(scope: str, *, as_json: bool, **flags: str | None) -> None:
    """Make a key and show it, this once. Works beside a running server."""
    made = ask(lambda kithkin: kithkin.identity.create_key()(Scope(scope)), **flags)
    if as_json:
        write_json({"key": made.secret, "id": made.stored.id, "scope": made.stored.scope})
    else:
        say("Service key", made.secret)
        say("", f"Keep it: it is not shown again. Its scope is {scope}, its id {made.stored.id}.")


@command.command("list", epilog="Example: kithkin keys list --json")
@options.database
@options.as_json
def list_keys(*, as_json: bool, **flags: str | None) -> None:
    """List the keys by their ids; the keys themselves are not stored."""
    keys = ask(lambda kithkin: kithkin.identity.queries().all_keys(), **flags)
    if as_json:
        write_json([_shown(key) for key in keys])
        return
    rows = [
        (
            str(key.id),
            key.scope.value,
            *(_day(at) for at in (key.created_at, key.last_used_at, key.revoked_at)),
        )
        for key in keys
    ]
    write_table(("id", "scope", "made", "last used", "revoked"), rows)


@command.command("revoke", epilog=f"Example: kithkin keys revoke {options.EXAMPLE_ID}")
@click.argument("key_id", metavar="ID", type=click.UUID)
@options.database
def revoke(key_id: UUID, **flags: str | None) -> None:
    """Revoke a key: from now on requests with it are refused."""
    ask(lambda kithkin: kithkin.identity.revoke_key()(key_id), **flags)
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
