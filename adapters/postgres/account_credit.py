"""Account credit on PostgreSQL: accounts, bookings and the ledger.

Whoever changes an account has locked its person; its version is held to all the same.
"""

from typing import Any, cast

from attrs import frozen
from sqlalchemy import BindParameter, Uuid, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import LAST_NUMBER, number_after, numbered, page
from adapters.postgres.shop_tables import (
    account_credit_bookings,
    account_credit_ledger,
    account_credits,
)
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
from domain.billing.events import AccountCreditMoved, CreditSource
from domain.shared.ids import PersonId

_accounts, _bookings, _ledger = account_credits, account_credit_bookings, account_credit_ledger
_person = bindparam("person_id", type_=Uuid)

_values: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in field_names(CreditAccount)
}
_account = select(*columns_for(_accounts, CreditAccount)).where(_accounts.c.person_id == _person)
_ACCOUNT = Statement(_account.where(_accounts.c.currency == bindparam("currency")))
_OF_PERSON = Statement(_account.order_by(_accounts.c.currency))
_OPEN = Statement(
    upsert(_accounts).values(_values).on_conflict_do_nothing().returning(_accounts.c.version)
)
_SAVE = Statement(
    update(_accounts)
    .where(
        _accounts.c.person_id == _person,
        _accounts.c.currency == bindparam("currency"),
        _accounts.c.version == bindparam("version_before"),
    )
    .values({name: _values[name] for name in ("balance", "lines", "version")})
    .returning(_accounts.c.version)
)
_BOOKING = Statement(
    select(*columns_for(_bookings, CreditBooking)).where(
        _bookings.c.source == bindparam("source"), _bookings.c.key == bindparam("key")
    )
)
_BOOK = Statement(
    upsert(_bookings)
    .values({name: bindparam(name) for name in field_names(CreditBooking)})
    .on_conflict_do_nothing()
    .returning(_bookings.c.key)
)
_REBOOK = Statement(
    update(_bookings)
    .where(_bookings.c.source == bindparam("source"), _bookings.c.key == bindparam("key"))
    .values(undone_at=bindparam("undone_at"))
)
_ADD_LINE = Statement(
    insert(_ledger).values({name: bindparam(name) for name in field_names(CreditLine)})
)
_LEDGER = Statement(
    select(*columns_for(_ledger, CreditLine))
    .where(
        _ledger.c.person_id == _person,
        _ledger.c.currency == bindparam("currency"),
        _ledger.c.number < bindparam("before"),
    )
    .order_by(_ledger.c.number.desc())
    .limit(bindparam("take"))
)


@frozen
class PostgresCreditAccounts:
    """The account credit of persons, its bookings, and the ledger of its moves."""

    executor: Executor

    async def get(
        self, person_id: PersonId, currency: str, source: CreditSource, key: str
    ) -> AccountCredit:
        """Give a person's credit, 0 at first; who changes it has locked the person."""
        row = await self.executor.row(_ACCOUNT, person_id=person_id, currency=currency)
        account = CreditAccount(person_id=person_id, currency=currency)
        if row is not None:
            account = from_row(CreditAccount, row)
        booked = await self.executor.row(_BOOKING, source=source, key=key)
        return AccountCredit(account, None if booked is None else from_row(CreditBooking, booked))

    async def booking(self, source: CreditSource, key: str) -> CreditBooking | None:
        """Give a booking, whoever's it is, if there is one."""
        row = await self.executor.row(_BOOKING, source=source, key=key)
        return None if row is None else from_row(CreditBooking, row)

    async def of_person(self, person_id: PersonId) -> tuple[CreditAccount, ...]:
        """Give all accounts that a person has, by their currencies."""
        rows = await self.executor.rows(_OF_PERSON, person_id=person_id)
        return tuple(from_row(CreditAccount, row) for row in rows)

    async def record(
        self, before: AccountCredit, event: OutboxEvent, reason: str | None = None
    ) -> AccountCredit:
        """Write what an event makes of an account, its booking and its ledger; give it."""
        moved = cast("AccountCreditMoved", event.event)
        after = evolve(before, moved)
        version = before.account.version
        values = {**to_row(after.account), "version": version + 1}
        saved = (
            await self.executor.row(_SAVE, **values, version_before=version)
            if version
            else await self.executor.row(_OPEN, **values)
        )
        if saved is None:
            raise ConcurrentUpdateError
        await self._book(before.booking, cast("CreditBooking", after.booking))
        await self.executor.rows(_ADD_LINE, **to_row(line(after, moved, reason)))
        await write_events(self.executor, (event,))
        return AccountCredit(from_row(CreditAccount, values), after.booking)

    async def _book(self, before: CreditBooking | None, booking: CreditBooking) -> None:
        if before is not None:
            await self.executor.rows(_REBOOK, **to_row(booking))
        elif await self.executor.row(_BOOK, **to_row(booking)) is None:
            raise ConcurrentUpdateError

    async def ledger(
        self, person_id: PersonId, currency: str, after: Position | None, limit: int
    ) -> Page[CreditLine]:
        """Give lines of a person's ledger of a currency, the newest first."""
        before = number_after(after, LAST_NUMBER)
        rows = await self.executor.rows(
            _LEDGER, person_id=person_id, currency=currency, before=before, take=limit + 1
        )
        lines = [from_row(CreditLine, row) for row in rows]
        return page(lines, [numbered(it.at, it.number) for it in lines], limit)
