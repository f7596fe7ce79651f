"""Video credits on PostgreSQL: wallets, lots and the ledger.

A wallet is changed by many at once as a rule, so whoever changes it has locked its person;
its version is held to all the same.
"""

from collections.abc import Iterable
from typing import Any, cast

from attrs import frozen
from sqlalchemy import BindParameter, Date, Uuid, any_, bindparam, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.person_views import participant_of
from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.identity import PostgresPersons, blocked_between
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import LAST_NUMBER, number_after, numbered, page
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.standing import Participant
from application.shared.transaction import ConcurrentUpdateError
from application.video.video_message_ports import Recipient
from domain.shared.calendar import CountingDay
from domain.shared.ids import CreditLotId, PersonId
from domain.video.credits import (
    CreditAccounts,
    CreditLot,
    LedgerEntry,
    Wallet,
    WalletEvent,
    entries,
    evolve,
)

_persons, _conversations = tables.persons, tables.conversations
_wallets, _lots, _ledger = (
    tables.video_wallets,
    tables.video_credit_lots,
    tables.video_credit_ledger,
)
_person = bindparam("person_id", type_=Uuid)
_ids = bindparam("ids", type_=ARRAY(Uuid))

_STANDING = Statement(
    select(
        _persons.c.id,
        _conversations.c.id.label("conversation_id"),
        blocked_between(_persons.c.id, _person).label("blocked"),
    )
    .outerjoin(
        _conversations,
        or_(
            (_conversations.c.participant_a == _person)
            & (_conversations.c.participant_b == _persons.c.id),
            (_conversations.c.participant_b == _person)
            & (_conversations.c.participant_a == _persons.c.id),
        ),
    )
    .where(_persons.c.id == any_(_ids))
)
_COUNT_ON = Statement(
    update(_persons)
    .where(
        _persons.c.id == _person,
        or_(
            _persons.c.counting_on.is_(None),
            _persons.c.counting_on < bindparam("counting_on", type_=Date),
        ),
    )
    .values(
        counting_on=bindparam("counting_on"),
        counting_since=bindparam("counting_since"),
        version=_persons.c.version + 1,
    )
)


@frozen
class PostgresSenders:
    """The persons who send."""

    executor: Executor

    async def lock_with(
        self, sender_id: PersonId, recipient_ids: tuple[PersonId, ...]
    ) -> tuple[Participant, tuple[Recipient, ...]] | None:
        """Lock a sender and all recipients; give how they stand, recipients in their order."""
        locked = await PostgresPersons(self.executor).lock(sender_id, *recipient_ids)
        persons = {person.id: participant_of(person) for person in locked}
        if sender_id not in persons:
            return None
        rows = await self.executor.rows(_STANDING, person_id=sender_id, ids=list(recipient_ids))
        known = {row["id"]: row for row in rows}
        return persons[sender_id], tuple(
            Recipient(
                person_id=recipient_id,
                conversation_id=known[recipient_id]["conversation_id"],
                blocked=known[recipient_id]["blocked"],
                deleted=persons[recipient_id].deleted,
            )
            if recipient_id in known
            else _stranger(recipient_id)
            for recipient_id in recipient_ids
        )

    async def count_on(self, sender_id: PersonId, day: CountingDay) -> None:
        """Keep a locked person's latest counting date; an earlier one changes nothing."""
        await self.executor.rows(
            _COUNT_ON, person_id=sender_id, counting_on=day.date, counting_since=day.since
        )


def _stranger(person_id: PersonId) -> Recipient:
    return Recipient(person_id=person_id, conversation_id=None, blocked=False, deleted=False)


_ACCOUNTS = Statement(
    select(*columns_for(_wallets, CreditAccounts)).where(_wallets.c.person_id == _person)
)
_values: dict[str, BindParameter[Any]] = {
    name: bindparam(name) for name in field_names(CreditAccounts)
}
_OPEN = Statement(
    upsert(_wallets).values(_values).on_conflict_do_nothing().returning(_wallets.c.version)
)
_SAVE = Statement(
    update(_wallets)
    .where(_wallets.c.person_id == _person, _wallets.c.version == bindparam("version_before"))
    .values({name: value for name, value in _values.items() if name != "person_id"})
    .returning(_wallets.c.version)
)
_lot = select(*columns_for(_lots, CreditLot))
_UNSPENT = Statement(
    _lot.where(_lots.c.person_id == _person, text(tables.IS_UNSPENT))
    .order_by(_lots.c.number)
    .limit(bindparam("take"))
)
_NAMED = Statement(_lot.where(_lots.c.id == any_(_ids)))
_ADD_LOT = Statement(
    upsert(_lots)
    .values({name: bindparam(name) for name in field_names(CreditLot)})
    .on_conflict_do_nothing()
    .returning(_lots.c.id)
)
_SAVE_LOT = Statement(
    update(_lots)
    .where(_lots.c.id == bindparam("id"))
    .values(remaining=bindparam("remaining"), charged_back_at=bindparam("charged_back_at"))
)
_ADD_ENTRY = Statement(
    insert(_ledger).values({name: bindparam(name) for name in field_names(LedgerEntry)})
)
_LEDGER = Statement(
    select(*columns_for(_ledger, LedgerEntry))
    .where(_ledger.c.person_id == _person, _ledger.c.number < bindparam("before"))
    .order_by(_ledger.c.number.desc())
    .limit(bindparam("take"))
)


@frozen
class PostgresWallets:
    """The credits of persons, and the ledger of their moves."""

    executor: Executor

    async def get(
        self, person_id: PersonId, *, spending: int = 0, lots: Iterable[CreditLotId] = ()
    ) -> Wallet:
        """Give a person's wallet, empty at first; who changes it has locked the person."""
        row = await self.executor.row(_ACCOUNTS, person_id=person_id)
        accounts = CreditAccounts(person_id=person_id)
        if row is not None:
            accounts = from_row(CreditAccounts, row)
        found: dict[CreditLotId, CreditLot] = {}
        if spending:
            # Each holds one at least, so that so many of them suffice.
            for row in await self.executor.rows(_UNSPENT, person_id=person_id, take=spending):
                found[row["id"]] = from_row(CreditLot, row)
        if named := list(lots):
            for row in await self.executor.rows(_NAMED, ids=named):
                found[row["id"]] = from_row(CreditLot, row)
        return Wallet(accounts, tuple(sorted(found.values(), key=lambda lot: lot.number)))

    async def record(
        self, before: Wallet, events: Iterable[OutboxEvent], reason: str | None = None
    ) -> Wallet:
        """Write what events make of a wallet, its lots and its ledger; give it."""
        events = tuple(events)
        after = await self.move(before, events, reason)
        await write_events(self.executor, events)
        return after

    async def move(
        self, before: Wallet, events: tuple[OutboxEvent, ...], reason: str | None = None
    ) -> Wallet:
        """Write the same, save for the events themselves."""
        wallet, rows = before, list[LedgerEntry]()
        for outgoing in events:
            event = cast("WalletEvent", outgoing.event)
            rows += entries(wallet, event, reason)
            wallet = evolve(wallet, event)
        version = before.accounts.version
        values = {**to_row(wallet.accounts), "version": version + 1}
        saved = (
            await self.executor.row(_SAVE, **values, version_before=version)
            if version
            else await self.executor.row(_OPEN, **values)
        )
        if saved is None:
            raise ConcurrentUpdateError
        for lot in wallet.lots:
            await self._keep(before.lot(lot.id), lot)
        for entry in rows:
            await self.executor.rows(_ADD_ENTRY, **to_row(entry))
        return Wallet(from_row(CreditAccounts, values), wallet.lots)

    async def _keep(self, before: CreditLot | None, lot: CreditLot) -> None:
        if before is None:
            if await self.executor.row(_ADD_LOT, **to_row(lot)) is None:
                raise ConcurrentUpdateError
        elif before != lot:
            await self.executor.rows(
                _SAVE_LOT,
                id=lot.id,
                remaining=lot.remaining,
                charged_back_at=lot.charged_back_at,
            )

    async def ledger(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[LedgerEntry]:
        """Give rows of a person's ledger, the newest first."""
        before = number_after(after, LAST_NUMBER)
        rows = await self.executor.rows(_LEDGER, person_id=person_id, before=before, take=limit + 1)
        items = [from_row(LedgerEntry, row) for row in rows]
        return page(items, [numbered(item.at, item.number) for item in items], limit)
