"""What an export holds of billing, in memory."""

from collections.abc import Callable, Iterator

import msgspec

from adapters.memory.own_part import own_part
from adapters.memory.store import MemoryStore
from application.identity.exported_billing import (
    OwnAccountCredit,
    OwnAccountCreditLine,
    OwnPayment,
    OwnPaymentReport,
    OwnPlanStanding,
    OwnQuote,
    OwnRefund,
    OwnSubscription,
)
from domain.billing.payments import Payment
from domain.shared.ids import PersonId


def _quotes(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    found = store.quotes.group("person", person_id)
    for quote in sorted(found, key=lambda quote: (quote.created_at, quote.id)):
        lines = msgspec.to_builtins(quote.lines)
        yield own_part(OwnQuote, quote, item_key=quote.item.key, lines=list(lines))


def _credit(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    found = store.account_credits.group("person", person_id)
    for account in sorted(found, key=lambda account: account.currency):
        yield own_part(OwnAccountCredit, account)


def _credit_ledger(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    found = store.account_credit_ledger.group("person", person_id)
    for line in sorted(found, key=lambda line: (line.currency, line.number)):
        yield own_part(OwnAccountCreditLine, line, move=line.move.value, source=line.source.value)


def _payments(store: MemoryStore, person_id: PersonId) -> list[Payment]:
    found = store.payments.group("person", person_id)
    return sorted(found, key=lambda payment: (payment.created_at, payment.id))


def _own_payments(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for payment in _payments(store, person_id):
        yield own_part(
            OwnPayment,
            payment,
            provider=payment.provider.value,
            item_key=payment.item.key,
            lines=list(msgspec.to_builtins(payment.lines)),
            status=payment.status.value,
        )


def _reports(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for payment in sorted(_payments(store, person_id), key=lambda payment: payment.id):
        for report in payment.reports:
            kind = report.kind.value
            yield own_part(OwnPaymentReport, report, payment_id=payment.id, kind=kind)


def _refunds(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    own = _payments(store, person_id)
    found = [it for payment in own for it in store.payment_refunds.group("payment", payment.id)]
    for refund in sorted(found, key=lambda it: (it.payment_id, it.requested_at, it.id)):
        yield own_part(OwnRefund, refund, state=refund.state.value)


def _subscriptions(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    found = store.subscriptions.group("person", person_id)
    for known in sorted(found, key=lambda known: (known.started_at, known.id)):
        yield own_part(
            OwnSubscription,
            known,
            provider=known.provider.value,
            item_key=known.item.key,
            customer_id=known.refs.customer_id,
            provider_subscription_id=known.refs.subscription_id,
            product_id=known.refs.product_id,
            price_id=known.refs.price_id,
            invoice_id=known.refs.invoice_id,
            status=known.status.value,
            next_item_key=None if known.next_item is None else known.next_item.key,
        )


def _standing(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    standing = store.plan_standings.get(person_id)
    if standing is not None:
        tiers = {"complimentary": standing.complimentary.value, "tier": standing.tier.value}
        yield own_part(OwnPlanStanding, standing, **tiers)


BILLING_RECORDS: dict[str, Callable[[MemoryStore, PersonId], Iterator[object]]] = {
    "quotes": _quotes,
    "account_credit": _credit,
    "account_credit_ledger": _credit_ledger,
    "payments": _own_payments,
    "payment_reports": _reports,
    "payment_refunds": _refunds,
    "subscriptions": _subscriptions,
    "plan_standing": _standing,
}
"""The kinds of records that billing has, by their names in the export, in its order."""
