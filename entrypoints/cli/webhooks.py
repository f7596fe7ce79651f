"""`kithkin webhooks`."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import rich_click as click
from rich.console import Console
from rich.table import Table

from application.events.manage_endpoints import CreateEndpointRequest
from domain.events.deliveries import Delivery, DeliveryState
from domain.events.endpoints import EndpointStatus, WebhookEndpoint
from domain.shared.ids import EventId, WebhookEndpointId
from entrypoints.cli import options
from entrypoints.cli.json_output import write_json
from entrypoints.cli.terminal import counted, say
from entrypoints.settings import read_settings
from entrypoints.wiring.database import at_hand, opened
from entrypoints.wiring.kithkin import Kithkin

T = TypeVar("T")

_ID_WIDTH = 36
_MOST_SHOWN = 200
_EXAMPLE_ID = "0198a5c4-7d1e-7c3a-9f00-5b2d6e8a1c44"
_endpoint = click.argument("endpoint_id", metavar="ID", type=click.UUID)


@click.group("webhooks", epilog="Example: kithkin webhooks create https://example.org/kithkin")
def command() -> None:
    """Manage where events are sent, and see what became of them."""


@command.command("create", epilog="Example: kithkin webhooks create https://example.org/kithkin")
@click.argument("url", metavar="URL")
@click.option("--type", "types", metavar="TYPE", multiple=True, help="Only such events; repeat it.")
@click.option("--description", metavar="TEXT", help="What the endpoint is for.")
@options.database
@options.as_json
def create(
    url: str,
    types: tuple[str, ...],
    description: str | None,
    data: str | None,
    database_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Make an endpoint and show its secret, this once. It is sent what happens from now on."""
    request = CreateEndpointRequest(url=url, description=description, event_types=types or None)
    made = _run(data, database_url, lambda kithkin: kithkin.events.create_endpoint()(request))
    if as_json:
        write_json({**_shown(made), "secret": made.secret})
    else:
        say("Secret", made.secret)
        say("", f"Keep it: it is not shown again. The endpoint's id is {made.id}.")


@command.command("list", epilog="Example: kithkin webhooks list --json")
@options.database
@options.as_json
def list_endpoints(data: str | None, database_url: str | None, *, as_json: bool) -> None:
    """List the endpoints, the oldest first."""
    page = _run(
        data,
        database_url,
        lambda kithkin: kithkin.events.queries().all_endpoints(None, _MOST_SHOWN),
    )
    if as_json:
        write_json([_shown(endpoint) for endpoint in page.items])
        return
    rows = [
        (str(one.id), one.status.value, one.url, one.disabled_reason or "") for one in page.items
    ]
    _print(("id", "status", "url", "why"), rows)


@command.command("rotate", epilog=f"Example: kithkin webhooks rotate {_EXAMPLE_ID}")
@_endpoint
@options.database
@options.as_json
def rotate(endpoint_id: UUID, data: str | None, database_url: str | None, *, as_json: bool) -> None:
    """Give an endpoint a new secret; those before it sign too for 24 hours."""
    ident = WebhookEndpointId(endpoint_id)
    rotated = _run(data, database_url, lambda kithkin: kithkin.events.rotate_secret()(ident))
    if as_json:
        until = rotated.previous_secrets_until
        write_json({"secret": rotated.secret, "previous_secret_until": until})
    else:
        say("Secret", rotated.secret)
        say("", f"Those before it sign too until {_time(rotated.previous_secrets_until)}.")


@command.command("disable", epilog=f"Example: kithkin webhooks disable {_EXAMPLE_ID}")
@_endpoint
@options.database
def disable(endpoint_id: UUID, data: str | None, database_url: str | None) -> None:
    """Send an endpoint nothing until it is enabled again."""
    _set_status(endpoint_id, EndpointStatus.DISABLED, data, database_url)
    say("Disabled", str(endpoint_id))


@command.command("enable", epilog=f"Example: kithkin webhooks enable {_EXAMPLE_ID}")
@_endpoint
@options.database
def enable(endpoint_id: UUID, data: str | None, database_url: str | None) -> None:
    """Send to an endpoint again, from where it was stopped."""
    _set_status(endpoint_id, EndpointStatus.ENABLED, data, database_url)
    say("Enabled", str(endpoint_id))


@command.command("delete", epilog=f"Example: kithkin webhooks delete {_EXAMPLE_ID}")
@_endpoint
@options.database
def delete(endpoint_id: UUID, data: str | None, database_url: str | None) -> None:
    """Remove an endpoint with all its deliveries."""
    ident = WebhookEndpointId(endpoint_id)
    _run(data, database_url, lambda kithkin: kithkin.events.delete_endpoint()(ident))
    say("Deleted", str(endpoint_id))


@command.command("deliveries", epilog=f"Example: kithkin webhooks deliveries {_EXAMPLE_ID}")
@_endpoint
@click.option(
    "--state",
    type=click.Choice([state.value for state in DeliveryState]),
    help="Only those that stand so.",
)
@options.database
@options.as_json
def deliveries(
    endpoint_id: UUID,
    state: str | None,
    data: str | None,
    database_url: str | None,
    *,
    as_json: bool,
) -> None:
    """List the latest 200 deliveries to an endpoint, those of the newest events first."""
    ident, wanted = WebhookEndpointId(endpoint_id), None if state is None else DeliveryState(state)
    page = _run(
        data,
        database_url,
        lambda kithkin: kithkin.events.queries().deliveries_to(ident, wanted, None, _MOST_SHOWN),
    )
    if as_json:
        write_json([_shown_delivery(delivery) for delivery in page.items])
        return
    rows = [
        (
            str(one.event_id),
            one.event_type,
            one.state.value,
            str(one.attempts),
            _time(one.last_attempt_at),
            one.last_error or "",
        )
        for one in page.items
    ]
    _print(("event", "type", "state", "attempts", "last tried", "error"), rows)


@command.command(
    "redeliver", epilog=f"Example: kithkin webhooks redeliver {_EXAMPLE_ID} --all-dead"
)
@_endpoint
@click.argument("event_id", metavar="[EVENT]", type=click.UUID, required=False)
@click.option("--all-dead", is_flag=True, help="All that the endpoint never took.")
@options.database
def redeliver(
    endpoint_id: UUID,
    event_id: UUID | None,
    data: str | None,
    database_url: str | None,
    *,
    all_dead: bool,
) -> None:
    """Send an event to an endpoint again, or all that are dead."""
    ident = WebhookEndpointId(endpoint_id)
    if (event_id is None) is not all_dead:
        raise click.UsageError("Give either the id of an event, or --all-dead.")
    if event_id is None:
        number = _run(data, database_url, lambda kithkin: kithkin.events.requeue_dead()(ident))
        say("Requeued", counted(number, "event"))
        return
    event = EventId(event_id)
    _run(data, database_url, lambda kithkin: kithkin.events.redeliver_event()(ident, event))
    say("Requeued", str(event_id))


def _set_status(
    endpoint_id: UUID, status: EndpointStatus, data: str | None, database_url: str | None
) -> None:
    ident = WebhookEndpointId(endpoint_id)
    _run(data, database_url, lambda kithkin: kithkin.events.set_endpoint_status()(ident, status))


def _run(data: str | None, database_url: str | None, ask: Callable[[Kithkin], Awaitable[T]]) -> T:
    settings = read_settings(os.environ, data=data, database_url=database_url)

    async def asked(url: str) -> T:
        async with opened(settings, url) as kithkin:
            return await ask(kithkin)

    with at_hand(settings) as url:
        return asyncio.run(asked(url))


def _shown(endpoint: WebhookEndpoint) -> dict[str, object]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "description": endpoint.description,
        "event_types": endpoint.event_types,
        "status": endpoint.status,
        "disabled_at": endpoint.disabled_at,
        "disabled_reason": endpoint.disabled_reason,
        "created_at": endpoint.created_at,
    }


def _shown_delivery(delivery: Delivery) -> dict[str, object]:
    return {
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "person_id": delivery.person_id,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "last_attempt_at": delivery.last_attempt_at,
        "last_status": delivery.last_status,
        "last_error": delivery.last_error,
    }


def _print(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    first, *others = columns
    table = Table(box=None, pad_edge=False)
    table.add_column(first, no_wrap=True, min_width=_ID_WIDTH)
    for column in others:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)


def _time(at: datetime | None) -> str:
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M}"
