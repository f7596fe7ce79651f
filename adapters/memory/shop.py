"""Quotes and account credit, in memory."""

from datetime import datetime
from typing import cast

import attrs
from attrs import frozen

from adapters.memory.paging import paged, paged_by_number
from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from domain.billing.account_credit import (
    AccountCredit,
    CreditAccount,
    CreditBooking,
    CreditLine,
    evolve,
    line,
)
from domain.billing.entitlements import PersonGrants
from domain.billing.events import AccountCreditMoved, CreditSource
from domain.billing.quotes import Quote
from domain.shared.ids import PersonId, QuoteId


@frozen
class MemoryQuotes:
    """The quotes."""

    _store: MemoryStore

    async def get(self, quote_id: QuoteId) -> Quote | None:
        """Give a quote, if there is one of this id."""
        async with self._store.access():
            return self._store.quotes.get(quote_id)

    async def add(self, quote: Quote) -> None:
        """Keep a new quote."""
        async with self._store.access():
            self._store.quotes.insert(quote)

    async def forget(self, before: datetime, after: Position | None, limit: int) -> Position | None:
        """Look at so many old quotes, and delete those that no payment is of."""
        async with self._store.access():
            old = [quote for quote in self._store.quotes.all() if quote.valid_until < before]
            seen = paged(old, lambda it: Position(it.valid_until, it.id), after, limit)
            for quote in seen.items:
                if self._store.payments.by("quote", quote.id) is None:
                    self._store.quotes.delete(quote.id)
        return seen.last


@frozen
class MemoryCreditAccounts:
    """The account credit of persons, its bookings, and the ledger of its moves."""

    _store: MemoryStore

    async def get(
        self, person_id: PersonId, currency: str, source: CreditSource, key: str
    ) -> AccountCredit:
        """Give a person's credit, 0 at first."""
        async with self._store.access():
            account = self._store.account_credits.get((person_id, currency))
            booking = self._store.account_credit_bookings.get((source, key))
        return AccountCredit(
            account or CreditAccount(person_id=person_id, currency=currency), booking
        )

    async def booking(self, source: CreditSource, key: str) -> CreditBooking | None:
        """Give a booking, whoever's it is, if there is one."""
        async with self._store.access():
            return self._store.account_credit_bookings.get((source, key))

    async def of_person(self, person_id: PersonId) -> tuple[CreditAccount, ...]:
        """Give all accounts that a person has, by their currencies."""
        async with self._store.access():
            found = self._store.account_credits.group("person", person_id)
        return tuple(sorted(found, key=lambda account: account.currency))

    async def record(
        self, before: AccountCredit, event: OutboxEvent, reason: str | None = None
    ) -> AccountCredit:
        """Write what an event makes of an account, its booking and its ledger; give it."""
        moved = cast("AccountCreditMoved", event.event)
        after = evolve(before, moved)
        version = before.account.version
        account = attrs.evolve(after.account, version=version + 1)
        booking = cast("CreditBooking", after.booking)
        async with self._store.access():
            stored = self._store.account_credits.get((account.person_id, account.currency))
            known = self._store.account_credit_bookings.get((booking.source, booking.key))
            if (0 if stored is None else stored.version) != version or known != before.booking:
                raise ConcurrentUpdateError
            self._store.account_credits.put(account)
            self._store.account_credit_bookings.put(booking)
            self._store.account_credit_ledger.insert(line(after, moved, reason))
            self._store.publish((event,))
        return AccountCredit(account, booking)

    async def ledger(
        self, person_id: PersonId, currency: str, after: Position | None, limit: int
    ) -> Page[CreditLine]:
        """Give lines of a person's ledger of a currency, the newest first."""
        async with self._store.access():
            rows = self._store.account_credit_ledger.group("person", person_id)
        own = (row for row in rows if row.currency == currency)
        return paged_by_number(own, lambda row: row.number, after, limit)


@frozen
class MemoryKeptGrants:
    """What gives persons their tiers, as it was worked out last."""

    _store: MemoryStore

    async def get(self, person_id: PersonId) -> PersonGrants | None:
        """Give a person's, if it is kept."""
        async with self._store.access():
            return self._store.kept_grants.get(person_id)

    async def keep(self, grants: PersonGrants) -> None:
        """Keep a locked person's."""
        async with self._store.access():
            self._store.kept_grants.put(grants)

    async def forget(self, person_id: PersonId) -> None:
        """Forget a person's."""
        async with self._store.access():
            self._store.kept_grants.delete(person_id)

    async def kept_of(self, person_ids: frozenset[PersonId]) -> frozenset[PersonId]:
        """Give those of some persons whose is kept."""
        async with self._store.access():
            return frozenset(one for one in person_ids if one in self._store.kept_grants)
