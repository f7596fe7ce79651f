"""Usage accounts and sessions on PostgreSQL."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from typing import Any, cast

import attrs
from attrs import frozen
from sqlalchemy import (
    ARRAY,
    Integer,
    Uuid,
    all_,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.codec import field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.identity import PostgresPersons
from adapters.postgres.outbox import write_many_events
from adapters.postgres.puts import put_statement
from adapters.postgres.usage_tables import GOES_ON, IS_COUNTED
from application.shared.outbox import OutboxEvent
from application.shared.transaction import ConcurrentUpdateError
from application.usage.ports import Subscriber
from domain.identity.persons import PersonStatus
from domain.shared.ids import ConversationId, PersonId, UsageSessionId
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount, evolve, opened
from domain.usage.events import UsageAccountOpened, UsageChange, UsageSessionBeat
from domain.usage.ledger import LedgerLine, lines_of
from domain.usage.periods import ClosedPeriod, OpenPeriod, Period
from domain.usage.sessions import OpenSession, Session, SettledSession

_accounts, _periods = tables.usage_accounts, tables.usage_periods
_sessions, _ledger = tables.usage_sessions, tables.usage_ledger

ACCOUNT_FIELDS = (
    "person_id",
    "tier",
    "timezone",
    "purchased_seconds",
    "purchased_seconds_used",
    "ended_at",
    "pass_tier",
    "bank_frozen",
    "owed_seconds",
    "lines",
    "version",
)
"""The fields of an account that its own row holds."""

SESSION_STATES: dict[str, type[Session]] = {"open": OpenSession, "settled": SettledSession}
_NAMES = {cls: name for name, cls in SESSION_STATES.items()}
_SESSION_COLUMNS = tuple(column.name for column in _sessions.c)
_PERIOD_COLUMNS = tuple(column.name for column in _periods.c)


def session_from_row(row: Row) -> Session:
    """Make the state of a session that its row names."""
    cls = SESSION_STATES[row["state"]]
    return from_row(cls, {name: row[name] for name in field_names(cls)})


def session_to_row(session: Session) -> dict[str, Any]:
    """Make a session's row; what its state does not have is NULL."""
    names = dict.fromkeys(_SESSION_COLUMNS)
    return {**names, **to_row(session), "state": _NAMES[type(session)]}


def period_from_row(row: Row) -> Period:
    """Make the state of a period: it is closed once it has a time for that."""
    cls: type[Period] = OpenPeriod if row["closed_at"] is None else ClosedPeriod
    return from_row(cls, {name: row[name] for name in field_names(cls)})


def period_to_row(period: Period) -> dict[str, Any]:
    """Make a period's row; what its state does not have is NULL."""
    return {**dict.fromkeys(_PERIOD_COLUMNS), **to_row(period)}


@frozen
class PostgresSubscribers:
    """The persons whose use is counted."""

    executor: Executor

    async def get(self, person_id: PersonId, *, lock: bool = False) -> Subscriber | None:
        """Give a person; with `lock` nobody changes them until the transaction ends."""
        person = await PostgresPersons(self.executor).read(person_id, lock=lock)
        if person is None:
            return None
        return Subscriber(
            person_id=person.id,
            active=person.status is PersonStatus.ACTIVE,
            deleted=person.status is PersonStatus.DELETED,
            tier=person.tier,
            timezone=person.timezone,
        )


_by_person = select(*(_accounts.c[name] for name in ACCOUNT_FIELDS)).where(
    _accounts.c.person_id == bindparam("person_id")
)
_GET = Statement(_by_person)
_LOCK = Statement(_by_person.with_for_update(key_share=True))
_OPEN_PERIODS = Statement(
    select(_periods)
    .where(_periods.c.person_id == bindparam("person_id"), text("closed_at IS NULL"))
    .order_by(_periods.c.starts_at)
)
_of_person = (
    select(_sessions)
    .where(_sessions.c.person_id == bindparam("person_id"), text(GOES_ON))
    .order_by(_sessions.c.started_at, _sessions.c.id)
)
_OPEN_SESSIONS = Statement(_of_person)
# A heartbeat does not lock the account: it waits for these, and then looks again.
_LOCK_SESSIONS = Statement(_of_person.with_for_update())
_ACCOUNT_COLUMNS = (*ACCOUNT_FIELDS, "period_ends_at")
_ADD = Statement(
    upsert(_accounts)
    .values({name: bindparam(name) for name in _ACCOUNT_COLUMNS})
    .on_conflict_do_nothing()
    .returning(_accounts.c.person_id)
)
_SAVE = Statement(
    update(_accounts)
    .where(
        _accounts.c.person_id == bindparam("person_id"),
        _accounts.c.version == bindparam("version_before"),
    )
    .values({name: bindparam(name) for name in _ACCOUNT_COLUMNS if name != "person_id"})
    .returning(_accounts.c.person_id)
)
_PUT_PERIOD = put_statement(_periods, _PERIOD_COLUMNS, "person_id", "period")
_PUT_SESSION = put_statement(_sessions, _SESSION_COLUMNS, "id")
_ADD_LINE = Statement(
    insert(_ledger).values({name: bindparam(name) for name in field_names(LedgerLine)})
)


@frozen
class PostgresUsageAccounts:
    """The usage accounts, each with its open periods and sessions."""

    executor: Executor

    async def get(self, person_id: PersonId, *, lock: bool = False) -> UsageAccount | None:
        """Give an account; with `lock` nobody changes it until the transaction ends."""
        row = await self.executor.row(_LOCK if lock else _GET, person_id=person_id)
        if row is None:
            return None
        sessions = await self.executor.rows(
            _LOCK_SESSIONS if lock else _OPEN_SESSIONS, person_id=person_id
        )
        rows = await self.executor.rows(_OPEN_PERIODS, person_id=person_id)
        periods = [cast("OpenPeriod", period_from_row(period)) for period in rows]
        return UsageAccount(
            **{
                **row,
                "tier": Tier(row["tier"]),
                "pass_tier": None if row["pass_tier"] is None else Tier(row["pass_tier"]),
            },
            current=periods[-1],
            closing=periods[0] if periods[:-1] else None,
            sessions=tuple(cast("OpenSession", session_from_row(one)) for one in sessions),
        )

    async def record(
        self,
        before: UsageAccount | None,
        events: Iterable[OutboxEvent],
        reason: str | None = None,
    ) -> UsageAccount:
        """Write what events make of an account, and the lines of its ledger; give it."""
        events = tuple(events)
        changes = [cast("UsageChange", outgoing.event) for outgoing in events]
        start = before or opened(cast("UsageAccountOpened", changes[0]))
        lines = lines_of(changes, start.lines, reason)
        after = attrs.evolve(
            reduce(evolve, changes, start),
            version=start.version + 1,
            lines=start.lines + len(lines),
        )
        await self._write(before, after)
        # What nobody touched for years comes to many rows at once.
        await self.executor.many(_ADD_LINE, [to_row(line) for line in lines])
        told = (one for one in events if not isinstance(one.event, UsageSessionBeat))
        await write_many_events(self.executor, told)
        return after

    async def _write(self, before: UsageAccount | None, after: UsageAccount) -> None:
        row: dict[str, Any] = {name: getattr(after, name) for name in ACCOUNT_FIELDS}
        row["period_ends_at"] = after.period.ends_at
        if before is None:
            written = await self.executor.row(_ADD, **row)
        else:
            written = await self.executor.row(_SAVE, **row, version_before=before.version)
        if written is None:
            raise ConcurrentUpdateError
        periods = [period_to_row(period) for period in changed_periods(before, after)]
        await self.executor.many(_PUT_PERIOD, periods)
        sessions = [session_to_row(session) for session in changed_sessions(before, after)]
        await self.executor.many(_PUT_SESSION, sessions)


def changed_periods(before: UsageAccount | None, after: UsageAccount) -> tuple[Period, ...]:
    """Give the periods that are not as they were, the oldest first."""
    known = () if before is None else (*before.closed, before.closing, before.current)
    now = (*after.closed, after.closing, after.current)
    return tuple(period for period in now if period is not None and period not in known)


def changed_sessions(before: UsageAccount | None, after: UsageAccount) -> tuple[Session, ...]:
    """Give the sessions that are not as they were."""
    known = () if before is None else (*before.settled, *before.sessions)
    now: tuple[Session, ...] = (*after.settled, *after.sessions)
    return tuple(session for session in now if session not in known)


_SESSION = Statement(select(_sessions).where(_sessions.c.id == bindparam("id")))
_hold_ends_at = _sessions.c.started_at + func.make_interval(
    0, 0, 0, 0, 0, 0, _sessions.c.held_seconds
)
_BEAT = Statement(
    update(_sessions)
    .where(
        _sessions.c.id == bindparam("id"),
        text(GOES_ON),
        _sessions.c.last_beat_at > bindparam("silent_before"),
        _hold_ends_at > bindparam("now", type_=tables.Instant),
        _sessions.c.earlier_seconds == _sessions.c.settled_seconds,
        select(_accounts.c.person_id)
        .where(
            _accounts.c.person_id == _sessions.c.person_id,
            _accounts.c.period_ends_at > bindparam("now", type_=tables.Instant),
        )
        .exists(),
    )
    .values(last_beat_at=func.greatest(_sessions.c.last_beat_at, bindparam("now")))
    .returning(*_sessions.c)
)
_NOTE_TOKENS = Statement(
    update(_sessions)
    .where(_sessions.c.id == bindparam("id"), text("state = 'settled' AND input_tokens IS NULL"))
    .values(input_tokens=as_type(bindparam("tokens"), Integer))
)
_KNOWN = Statement(
    select(_sessions.c.id)
    .where(
        _sessions.c.person_id == bindparam("person_id"),
        _sessions.c.period == bindparam("period"),
        _sessions.c.conversation_id == bindparam("conversation_id"),
        text("conversation_id IS NOT NULL"),
    )
    .limit(1)
)


@frozen
class PostgresUsageSessions:
    """The usage sessions, each by itself."""

    executor: Executor

    async def get(self, session_id: UsageSessionId) -> Session | None:
        """Give a session, if there is one of this id."""
        row = await self.executor.row(_SESSION, id=session_id)
        return None if row is None else session_from_row(row)

    async def beat(
        self, session_id: UsageSessionId, now: datetime, silent_before: datetime
    ) -> OpenSession | None:
        """Note that a session goes on, if that changes nothing else; then give it."""
        row = await self.executor.row(_BEAT, id=session_id, now=now, silent_before=silent_before)
        return None if row is None else cast("OpenSession", session_from_row(row))

    async def note_tokens(self, session_id: UsageSessionId, input_tokens: int) -> None:
        """Keep the tokens of a settled session that has none yet."""
        await self.executor.rows(_NOTE_TOKENS, id=session_id, tokens=input_tokens)

    async def conversation_known(
        self, person_id: PersonId, period: str, conversation_id: ConversationId
    ) -> bool:
        """Tell whether a session that started in a period was about a conversation."""
        row = await self.executor.row(
            _KNOWN, person_id=person_id, period=period, conversation_id=conversation_id
        )
        return row is not None


_but = bindparam("but", type_=ARRAY(Uuid))
_DUE_MONTHS = Statement(
    select(_accounts.c.person_id)
    .where(
        _accounts.c.period_ends_at <= bindparam("now"),
        text(IS_COUNTED),
        _accounts.c.person_id != all_(_but),
    )
    .order_by(_accounts.c.period_ends_at, _accounts.c.person_id)
    .limit(bindparam("limit"))
)
_DUE_SESSIONS = Statement(
    select(_sessions.c.person_id)
    .where(
        _sessions.c.last_beat_at <= bindparam("silent_before"),
        text(GOES_ON),
        _sessions.c.person_id != all_(_but),
    )
    .order_by(_sessions.c.last_beat_at, _sessions.c.person_id)
    .limit(bindparam("limit"))
)


@frozen
class PostgresDueAccounts:
    """The accounts that time has something to do with."""

    executor: Executor

    async def due(
        self, now: datetime, silent_before: datetime, but: Collection[PersonId], limit: int
    ) -> tuple[PersonId, ...]:
        """Give persons whose month is over, or with a session that is silent since then."""
        rest = {"but": list(but), "limit": limit}
        months = await self.executor.rows(_DUE_MONTHS, now=now, **rest)
        sessions = await self.executor.rows(_DUE_SESSIONS, silent_before=silent_before, **rest)
        found = dict.fromkeys(row["person_id"] for row in (*months, *sessions))
        return tuple(found)
