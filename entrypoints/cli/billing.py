"""`kithkin billing`."""

from uuid import UUID

import msgspec
import rich_click as click

from domain.shared.ids import PersonId
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import instant, write_json, write_table
from entrypoints.cli.terminal import say
from entrypoints.http.account_credit import CreditBalanceBody, balance_body
from entrypoints.http.entitlements import EntitlementBody, EntitlementsBody, entitlements_body
from entrypoints.http.subscriptions import SubscriptionBody, subscription_body
from entrypoints.wiring.kithkin import Kithkin
from entrypoints.wiring.payments import shown


class _View(msgspec.Struct):
    """What a person pays for and may use."""

    person_id: UUID
    subscription: SubscriptionBody | None
    entitlements: EntitlementsBody
    account_credit: list[CreditBalanceBody]


@click.command("billing", epilog=f"Example: kithkin billing {options.EXAMPLE_ID}")
@options.person
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def command(person: UUID, *, as_json: bool, **flags: str | bool | None) -> None:
    """Show a person's subscription, what they may use and why, and their account credit."""

    async def look(kithkin: Kithkin) -> _View:
        return await _look(kithkin, PersonId(person))

    view = ask(look, **flags)
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
            say("Period", f"{ends} {instant(known.current_period_end)}")
    say("Tier", view.entitlements.tier.value)
    for account in view.account_credit:
        say("Credit", shown(account.balance.amount_minor, account.balance.currency))
    rows = [
        (one.name, _amount(one), one.tier.value, one.source.value, instant(one.until))
        for one in view.entitlements.entitlements
    ]
    write_table(("may use", "how much", "tier", "because of", "until"), rows)


def _amount(one: EntitlementBody) -> str:
    if isinstance(one.value, bool):
        return "yes" if one.value else "no"
    return "any number" if one.value is None else f"{one.value:,}"
