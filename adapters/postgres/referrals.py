"""Referrals and codes on PostgreSQL."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import reduce
from typing import cast

import asyncpg
import attrs
from attrs import frozen
from sqlalchemy import (
    ColumnElement,
    Uuid,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.person_views import party_of
from adapters.postgres import tables
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.identity import PostgresPersons
from adapters.postgres.outbox import write_events
from adapters.postgres.referral_rows import (
    REFERRAL_COLUMNS,
    code_from_row,
    referral_from_row,
    referral_to_row,
)
from adapters.postgres.referral_tables import HAS_PURCHASE, IS_ACTIVE, IS_DUE, IS_OPEN
from application.referrals.ports import Party
from application.shared.outbox import OutboxEvent
from application.shared.pages import Position
from application.shared.transaction import ConcurrentUpdateError
from domain.referrals.codes import ReferralCode
from domain.referrals.events import ReferralChange
from domain.referrals.kinds import Counted
from domain.referrals.referrals import Referral, evolve
from domain.shared.ids import PersonId, ReferralId

_codes, _referrals = tables.referral_codes, tables.referrals
_person = bindparam("person_id", type_=Uuid)
_referrer = bindparam("referrer_id", type_=Uuid)
_at = bindparam("at", type_=tables.Instant)
_NEVER: ColumnElement[datetime] = literal_column("'infinity'::timestamptz")


@frozen
class PostgresParties:
    """The persons who refer and are referred."""

    executor: Executor

    async def get(self, person_id: PersonId) -> Party | None:
        """Give a person, if there is one of this id."""
        person = await PostgresPersons(self.executor).get(person_id)
        return None if person is None else party_of(person)

    async def lock(self, person_ids: Collection[PersonId]) -> Mapping[PersonId, Party]:
        """Give those of these persons that exist; nobody else changes them."""
        found = await PostgresPersons(self.executor).lock(*person_ids)
        return {person.id: party_of(person) for person in found}


_GET_CODE = Statement(select(_codes).where(_codes.c.code == bindparam("code")))
_ACTIVE_CODE = Statement(select(_codes).where(_codes.c.person_id == _person, text(IS_ACTIVE)))
_ADD_CODE = Statement(
    upsert(_codes)
    .values({column.name: bindparam(column.name) for column in _codes.c})
    .on_conflict_do_nothing()
    .returning(_codes.c.code)
)
_END_CODE = Statement(
    update(_codes)
    .where(_codes.c.code == bindparam("of_code"), text(IS_ACTIVE))
    .values(deactivated_at=bindparam("at"))
    .returning(_codes.c.code)
)


@frozen
class PostgresReferralCodes:
    """The codes."""

    executor: Executor

    async def get(self, code: str) -> ReferralCode | None:
        """Give a code, whether or not it is active."""
        row = await self.executor.row(_GET_CODE, code=code)
        return None if row is None else code_from_row(row)

    async def active(self, person_id: PersonId) -> ReferralCode | None:
        """Give the one code of a person's that was not deactivated."""
        row = await self.executor.row(_ACTIVE_CODE, person_id=person_id)
        return None if row is None else code_from_row(row)

    async def add(self, code: ReferralCode, events: Iterable[OutboxEvent]) -> bool:
        """Add a code; give False, and write nothing, where the code exists already."""
        if await self.executor.row(_ADD_CODE, **attrs.asdict(code)) is None:
            return False
        await write_events(self.executor, events)
        return True

    async def end(self, code: ReferralCode, events: Iterable[OutboxEvent]) -> None:
        """Keep that a code was deactivated."""
        ended = await self.executor.row(_END_CODE, of_code=code.code, at=code.deactivated_at)
        if ended is None:
            raise ConcurrentUpdateError
        await write_events(self.executor, events)


_referral = select(_referrals)
_GET = Statement(_referral.where(_referrals.c.id == bindparam("id")))
_BY_TOKEN = Statement(_referral.where(_referrals.c.token == bindparam("token")))
_OF_REFEREE = Statement(_referral.where(_referrals.c.referee_id == bindparam("referee_id")))
_ADD = Statement(
    upsert(_referrals)
    .values({name: bindparam(name) for name in REFERRAL_COLUMNS})
    .on_conflict_do_nothing()
    .returning(_referrals.c.id)
)
_SAVE = Statement(
    update(_referrals)
    .where(
        _referrals.c.id == bindparam("of_id"),
        _referrals.c.version == bindparam("version_before"),
    )
    .values({name: bindparam(name) for name in REFERRAL_COLUMNS if name != "id"})
    .returning(_referrals.c.id)
)


@frozen
class PostgresReferrals:
    """The referrals, each by itself."""

    executor: Executor

    async def get(self, referral_id: ReferralId) -> Referral | None:
        """Give a referral, if there is one of this id."""
        row = await self.executor.row(_GET, id=referral_id)
        return None if row is None else referral_from_row(row)

    async def by_token(self, token: str) -> Referral | None:
        """Give the referral that an invite with this token began."""
        row = await self.executor.row(_BY_TOKEN, token=token)
        return None if row is None else referral_from_row(row)

    async def of_referee(self, referee_id: PersonId) -> Referral | None:
        """Give the one referral by which a person came."""
        row = await self.executor.row(_OF_REFEREE, referee_id=referee_id)
        return None if row is None else referral_from_row(row)

    async def record(
        self, before: Referral, events: Iterable[OutboxEvent], *, new: bool = False
    ) -> Referral:
        """Write what events make of a referral, and give it."""
        events = tuple(events)
        changes = [cast("ReferralChange", outgoing.event) for outgoing in events]
        after = reduce(evolve, changes, before)
        if not new:
            after = attrs.evolve(after, version=before.version + 1)
        row = referral_to_row(after)
        try:
            written = (
                await self.executor.row(_ADD, **row)
                if new
                else await self.executor.row(
                    _SAVE, **row, of_id=before.id, version_before=before.version
                )
            )
        except asyncpg.UniqueViolationError as error:
            raise ConcurrentUpdateError from error
        if written is None:
            raise ConcurrentUpdateError
        await write_events(self.executor, events)
        return after


_COUNTED = Statement(
    select(
        _referrals.c.settled_at,
        _referrals.c.payment_id,
        _referrals.c.rewarded_at,
    ).where(
        _referrals.c.referrer_id == _referrer,
        text(HAS_PURCHASE),
        func.coalesce(_referrals.c.reversed_at, _referrals.c.rejected_at, _NEVER) > _at,
    )
)
_OPEN_INVITES = Statement(
    select(func.count().label("invites")).where(
        _referrals.c.referrer_id == _referrer, text(IS_OPEN)
    )
)
_SIGN_UPS = Statement(
    select(func.count().label("sign_ups")).where(
        _referrals.c.referrer_id == _referrer, _referrals.c.redeemed_at > bindparam("since")
    )
)
_chain = (
    select(_referrals.c.referrer_id.label("person_id"))
    .where(_referrals.c.referee_id == _person)
    .cte("chain", recursive=True)
)
_chain = _chain.union_all(
    select(_referrals.c.referrer_id).join(_chain, _referrals.c.referee_id == _chain.c.person_id)
)
_above = _referrals.alias("above")
# The one of the chain whom nobody referred.
_ROOT = Statement(
    select(_chain.c.person_id).where(
        ~select(_above.c.id).where(_above.c.referee_id == _chain.c.person_id).exists()
    )
)


@frozen
class PostgresReferralBook:
    """The referrals of a referrer together."""

    executor: Executor

    async def counted(self, referrer_id: PersonId, at: datetime) -> tuple[Counted, ...]:
        """Give the purchases that were not rejected or reversed by an instant."""
        rows = await self.executor.rows(_COUNTED, referrer_id=referrer_id, at=at)
        return tuple(
            Counted(
                place=(row["settled_at"], row["payment_id"]),
                rewarded=row["rewarded_at"] is not None,
            )
            for row in rows
        )

    async def open_invites(self, referrer_id: PersonId) -> int:
        """Give how many invites nobody took up yet."""
        row = await self.executor.row(_OPEN_INVITES, referrer_id=referrer_id)
        return 0 if row is None else int(row["invites"])

    async def sign_ups_since(self, referrer_id: PersonId, since: datetime) -> int:
        """Give how many persons entered a code or token of the referrer's after an instant."""
        row = await self.executor.row(_SIGN_UPS, referrer_id=referrer_id, since=since)
        return 0 if row is None else int(row["sign_ups"])

    async def root(self, person_id: PersonId) -> PersonId:
        """Give the first one of the chain that a person came by."""
        row = await self.executor.row(_ROOT, person_id=person_id)
        return person_id if row is None else PersonId(row["person_id"])


_due_at, _id = _referrals.c.due_at, _referrals.c.id
_after_at = bindparam("after_at", type_=tables.Instant)
_DUE = Statement(
    select(_due_at, _id)
    .where(
        text(IS_DUE),
        _due_at <= bindparam("now"),
        or_(
            _after_at.is_(None),
            tuple_(_due_at, _id) > tuple_(_after_at, bindparam("after_id", type_=Uuid)),
        ),
    )
    .order_by(_due_at, _id)
    .limit(bindparam("limit"))
)
_FIRST_AFTER = Statement(
    select(_due_at).where(text(IS_DUE), _due_at > bindparam("now")).order_by(_due_at).limit(1)
)


@frozen
class PostgresDueReferrals:
    """The referrals that time has something to do with."""

    executor: Executor

    async def due(
        self, now: datetime, after: Position | None, limit: int
    ) -> tuple[tuple[datetime, ReferralId], ...]:
        """Give referrals that are due, the first one first, and when each was."""
        rows = await self.executor.rows(
            _DUE,
            now=now,
            after_at=None if after is None else after.at,
            after_id=None if after is None else after.id,
            limit=limit,
        )
        return tuple((row["due_at"], ReferralId(row["id"])) for row in rows)

    async def first_after(self, now: datetime) -> datetime | None:
        """Give when there is next something to do after an instant, if there is."""
        row = await self.executor.row(_FIRST_AFTER, now=now)
        return None if row is None else row["due_at"]
