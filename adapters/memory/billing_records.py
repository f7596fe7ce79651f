"""What an export holds of billing, in memory."""

from collections.abc import Callable, Iterator

import msgspec

from adapters.memory.own_part import own_part
from adapters.memory.store import MemoryStore
from application.identity.billing_records import (
    OwnAccountCredit,
    OwnAccountCreditLine,
    OwnQuote,
)
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


BILLING_RECORDS: dict[str, Callable[[MemoryStore, PersonId], Iterator[object]]] = {
    "quotes": _quotes,
    "account_credit": _credit,
    "account_credit_ledger": _credit_ledger,
}
"""The kinds of records that billing has, by their names in the export, in its order."""
