"""`kithkin billing`."""

import sys
from uuid import UUID

import msgspec
import rich_click as click
from rich.console import Console
from rich.table import Table

from domain.shared.ids import PersonId
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.json_output import write_json
from entrypoints.cli.terminal import say
from entrypoints.http.account_credit import CreditBalanceBody, balance_body
from entrypoints.http.entitlements import EntitlementBody, EntitlementsBody, entitlements_body
from entrypoints.http.subscriptions import SubscriptionBody, subscription_body
from entrypoints.wiring.kithkin import Kithkin
from entrypoints.wiring.payments import shown

_WIDE = 200  # where no terminal bounds it


class _View(msgspec.Struct):
    """What a person pays for and may use."""

    person_id: UUID
    subscription: SubscriptionBody | None
    entitlements: EntitlementsBody
    account_credit: list[CreditBalanceBody]


@click.command("billing", epilog="Example: kithkin billing 0198a5c4-7e02-7b11-8a00-1f3c5d7e9b22")
@click.argument("person", metavar="PERSON", type=click.UUID)
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(person: UUID, *, as_json: bool, test_clock: bool | None, **flags: str | None) -> None:
    """Show a person's subscription, what they may use and why, and their account credit."""

    async def look(kithkin: Kithkin) -> _View:
        return await _look(kithkin, PersonId(person))

    view = ask(
        flags["data"],
        flags["database_url"],
        look,
        rulebook=flags["rulebook"],
        test_clock=test_clock,
    )
    if as_json:
        write_json(view)
    else:
        _say(view)


async def _look(kithkin: Kithkin, person: PersonId) -> _View:
    entitled = await kithkin.shop.show_entitlements()(person)
    plans, now = await kithkin.billing.queries().plans(person)
    accounts = await kithkin.shop.account_credit_queries().accounts_of(person)
    current = plans.current(now)
    return _View(
        person_id=person,
        subscription=None if current is None else subscription_body(current, plans, now),
        entitlements=entitlements_body(entitled),
        account_credit=[balance_body(account) for account in accounts],
    )


def _say(view: _View) -> None:
    known = view.subscription
    if known is None:
        say("Subscription", "none")
    else:
        say("Subscription", f"{known.item.key}, {known.status.value}, {known.provider.value}")
        if known.current_period_end is not None:
            ends = "renews" if known.renews else "ends"
            say("Period", f"{ends} {known.current_period_end:%Y-%m-%d %H:%M} UTC")
    say("Tier", view.entitlements.tier.value)
    for account in view.account_credit:
        say("Credit", shown(account.balance.amount_minor, account.balance.currency))
    table = Table(box=None, pad_edge=False)
    for column in ("may use", "how much", "tier", "because of", "until"):
        table.add_column(column)
    for one in view.entitlements.entitlements:
        until = "-" if one.until is None else f"{one.until:%Y-%m-%d %H:%M} UTC"
        table.add_row(one.name, _amount(one), one.tier.value, one.source.value, until)
    width = None if sys.stdout.isatty() else _WIDE
    Console(highlight=False, markup=False, width=width).print(table)


def _amount(one: EntitlementBody) -> str:
    if isinstance(one.value, bool):
        return "yes" if one.value else "no"
    return "any number" if one.value is None else f"{one.value:,}"
