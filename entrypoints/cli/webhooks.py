"""`kithkin webhooks`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import rich_click as click

from application.events.manage_endpoints import CreateEndpointRequest
from domain.events.deliveries import DeliveryState
from domain.events.endpoints import EndpointStatus
from domain.shared.ids import EventId, WebhookEndpointId
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import instant, write_json, write_table
from entrypoints.cli.terminal import counted, say
from entrypoints.http.webhooks import (
    delivery_body,
    endpoint_body,
    new_endpoint_body,
    rotated_body,
)

_MOST_SHOWN = 200
_endpoint: Callable[..., Any] = click.argument("endpoint_id", metavar="ID", type=click.UUID)


@click.group("webhooks", epilog="Example: kithkin webhooks create https://example.org/kithkin")
def command() -> None:
    """Manage the endpoints that events are sent to, and see what was delivered."""


@command.command("create", epilog="Example: kithkin webhooks create https://example.org/kithkin")
@click.argument("url", metavar="URL")
@click.option(
    "--type",
    "types",
    metavar="TYPE",
    multiple=True,
    help="Send events of this type only; give it again for more types. [all]",
)
@click.option("--description", metavar="TEXT", help="What the endpoint is for.")
@options.database
@options.as_json
def create(
    url: str,
    types: tuple[str, ...],
    description: str | None,
    *,
    as_json: bool,
    **flags: str | None,
) -> None:
    """Make an endpoint and show its secret, this once. It is sent what happens from now on."""
    request = CreateEndpointRequest(url=url, description=description, event_types=types or None)
    made = ask(lambda kithkin: kithkin.events.create_endpoint()(request), **flags)
    if as_json:
        write_json(new_endpoint_body(made))
    else:
        say("Secret", made.secret)
        say("", f"Keep it: it is not shown again. The endpoint's id is {made.id}.")


@command.command("list", epilog="Example: kithkin webhooks list --json")
@options.database
@options.as_json
def list_endpoints(*, as_json: bool, **flags: str | None) -> None:
    """List the endpoints, the oldest first, 200 at most."""
    page = ask(lambda kithkin: kithkin.events.queries().all_endpoints(None, _MOST_SHOWN), **flags)
    if as_json:
        write_json([endpoint_body(endpoint) for endpoint in page.items])
        return
    rows = [
        (str(one.id), one.status.value, one.url, one.disabled_reason or "") for one in page.items
    ]
    write_table(("id", "status", "url", "why disabled"), rows)


@command.command("rotate", epilog=f"Example: kithkin webhooks rotate {options.EXAMPLE_ID}")
@_endpoint
@options.database
@options.as_json
def rotate(endpoint_id: UUID, *, as_json: bool, **flags: str | None) -> None:
    """Give an endpoint a new secret; those before it sign too for 24 hours."""
    ident = WebhookEndpointId(endpoint_id)
    rotated = ask(lambda kithkin: kithkin.events.rotate_secret()(ident), **flags)
    if as_json:
        write_json(rotated_body(rotated))
    else:
        say("Secret", rotated.secret)
        say("", f"Those before it sign too until {instant(rotated.previous_secrets_until)}.")


@command.command("disable", epilog=f"Example: kithkin webhooks disable {options.EXAMPLE_ID}")
@_endpoint
@options.database
def disable(endpoint_id: UUID, **flags: str | None) -> None:
    """Send an endpoint nothing until it is enabled again."""
    _set_status(endpoint_id, EndpointStatus.DISABLED, flags)
    say("Disabled", str(endpoint_id))


@command.command("enable", epilog=f"Example: kithkin webhooks enable {options.EXAMPLE_ID}")
@_endpoint
@options.database
def enable(endpoint_id: UUID, **flags: str | None) -> None:
    """Send to an endpoint again, from where it was stopped."""
    _set_status(endpoint_id, EndpointStatus.ENABLED, flags)
    say("Enabled", str(endpoint_id))


@command.command("delete", epilog=f"Example: kithkin webhooks delete {options.EXAMPLE_ID}")
@_endpoint
@options.database
def delete(endpoint_id: UUID, **flags: str | None) -> None:
    """Remove an endpoint with all its deliveries."""
    ident = WebhookEndpointId(endpoint_id)
    ask(lambda kithkin: kithkin.events.delete_endpoint()(ident), **flags)
    say("Deleted", str(endpoint_id))


@command.command("deliveries", epilog=f"Example: kithkin webhooks deliveries {options.EXAMPLE_ID}")
@_endpoint
@click.option(
    "--state",
    type=click.Choice([state.value for state in DeliveryState]),
    help="pending: to be tried, or tried again. delivered: taken. dead: given up. [all]",
)
@options.database
@options.as_json
def deliveries(endpoint_id: UUID, state: str | None, *, as_json: bool, **flags: str | None) -> None:
    """List the latest 200 deliveries to an endpoint, those of the newest events first."""
    ident, wanted = WebhookEndpointId(endpoint_id), None if state is None else DeliveryState(state)
    page = ask(
        lambda kithkin: kithkin.events.queries().deliveries_to(ident, wanted, None, _MOST_SHOWN),
        **flags,
    )
    if as_json:
        write_json([delivery_body(delivery) for delivery in page.items])
        return
    rows = [
        (
            str(one.event_id),
            one.event_type,
            one.state.value,
            str(one.attempts),
            instant(one.last_attempt_at),
            one.last_error or "",
        )
        for one in page.items
    ]
    write_table(("event", "type", "state", "attempts", "last tried", "error"), rows)


@command.command(
    "redeliver", epilog=f"Example: kithkin webhooks redeliver {options.EXAMPLE_ID} --all-dead"
)
@_endpoint
@click.argument("event_id", metavar="[EVENT]", type=click.UUID, required=False)
@click.option("--all-dead", is_flag=True, help="Instead of one event, all that were given up.")
@options.database
def redeliver(
    endpoint_id: UUID, event_id: UUID | None, *, all_dead: bool, **flags: str | None
) -> None:
    """Send an event to an endpoint again, or all whose delivery was given up."""
    ident = WebhookEndpointId(endpoint_id)
    if (event_id is None) is not all_dead:
        raise click.UsageError("Give either the id of an event, or --all-dead.")
    if event_id is None:
        number = ask(lambda kithkin: kithkin.events.requeue_dead()(ident), **flags)
        say("Requeued", counted(number, "event"))
        return
    event = EventId(event_id)
    ask(lambda kithkin: kithkin.events.redeliver_event()(ident, event), **flags)
    say("Requeued", str(event_id))


def _set_status(endpoint_id: UUID, status: EndpointStatus, flags: dict[str, str | None]) -> None:
    ident = WebhookEndpointId(endpoint_id)
    ask(lambda kithkin: kithkin.events.set_endpoint_status()(ident, status), **flags)
