"""Usage, in memory."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import reduce
from itertools import chain
from typing import cast

import attrs
from attrs import frozen

from adapters.memory.paging import paged, paged_by_number
from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from application.usage.ports import Subscriber
from domain.identity.persons import PersonStatus
from domain.personas.sessions import EndedCompanionSession
from domain.shared.ids import ConversationId, PaymentId, PersonId, UsageSessionId
from domain.usage.accounts import UsageAccount, evolve, opened
from domain.usage.events import UsageAccountOpened, UsageChange, UsageSessionBeat
from domain.usage.ledger import LedgerLine, lines_of
from domain.usage.paywall import UsageTotals
from domain.usage.periods import OpenPeriod, Period
from domain.usage.seconds import seconds_between
from domain.usage.sessions import OpenSession, Session, SettledSession


@frozen
class MemorySubscribers:
    """The persons whose use is counted."""

    _store: MemoryStore

    async def get(
        self,
        person_id: PersonId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> Subscriber | None:
        """Give a person, if there is one of this id."""
        async with self._store.access():
            person = self._store.persons.get(person_id)
        if person is None:
            return None
        return Subscriber(
            person_id=person.id,
            active=person.status is PersonStatus.ACTIVE,
            deleted=person.status is PersonStatus.DELETED,
            tier=person.tier,
            timezone=person.timezone,
        )


@frozen
class MemoryUsageAccounts:
    """The usage accounts, each with its open periods and sessions."""

    _store: MemoryStore

    async def get(
        self,
        person_id: PersonId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> UsageAccount | None:
        """Give an account, if the person has one."""
        async with self._store.access():
            stored = self._store.usage_accounts.get(person_id)
            if stored is None:
                return None
            rows = self._store.usage_periods.group("person", person_id)
            periods = sorted(
                (row for row in rows if isinstance(row, OpenPeriod)), key=lambda row: row.starts_at
            )
            sessions = self._store.usage_sessions.group("open", person_id)
            return attrs.evolve(
                stored,
                current=periods[-1],
                closing=periods[0] if periods[:-1] else None,
                sessions=tuple(
                    sorted(
                        (cast("OpenSession", session) for session in sessions),
                        key=lambda session: (session.started_at, session.id),
                    )
                ),
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
        async with self._store.access():
            stored = self._store.usage_accounts.get(after.person_id)
            if (None if stored is None else stored.version) != (
                None if before is None else before.version
            ):
                raise ConcurrentUpdateError
            self._write(after, lines)
            self._store.publish(
                one for one in events if not isinstance(one.event, UsageSessionBeat)
            )
        return after

    def _write(self, after: UsageAccount, lines: tuple[LedgerLine, ...]) -> None:
        own = attrs.evolve(after, current=None, closing=None, sessions=(), closed=(), settled=())
        self._store.usage_accounts.put(own)
        for period in (*after.closed, after.closing, after.current):
            if period is not None:
                self._store.usage_periods.put(period)
        sessions: tuple[Session, ...] = (*after.settled, *after.sessions)
        for session in sessions:
            self._store.usage_sessions.put(session)
        for line in lines:
            self._store.usage_ledger.insert(line)


@frozen
class MemoryUsageSessions:
    """The usage sessions, each by itself."""

    _store: MemoryStore

    async def get(self, session_id: UsageSessionId) -> Session | None:
        """Give a session, if there is one of this id."""
        async with self._store.access():
            return self._store.usage_sessions.get(session_id)

    async def beat(
        self, session_id: UsageSessionId, now: datetime, silent_before: datetime
    ) -> OpenSession | None:
        """Note that a session goes on, if that changes nothing else; then give it."""
        async with self._store.access():
            session = self._store.usage_sessions.get(session_id)
            if not isinstance(session, OpenSession):
                return None
            ends = (
                period.ends_at
                for period in self._store.usage_periods.group("person", session.person_id)
            )
            plain = (
                session.last_beat_at > silent_before
                and session.hold_ends_at > now
                and session.holds_earlier == 0
                and max(ends) > now
            )
            if not plain:
                return None
            beaten = attrs.evolve(session, last_beat_at=max(session.last_beat_at, now))
            self._store.usage_sessions.put(beaten)
            return beaten

    async def note_tokens(self, session_id: UsageSessionId, input_tokens: int) -> None:
        """Keep the tokens of a settled session that has none yet."""
        async with self._store.access():
            session = self._store.usage_sessions.get(session_id)
            if isinstance(session, SettledSession) and session.input_tokens is None:
                noted = attrs.evolve(session, input_tokens=input_tokens)
                self._store.usage_sessions.put(noted)

    async def conversation_known(
        self, person_id: PersonId, period: str, conversation_id: ConversationId
    ) -> bool:
        """Tell whether a session that started in a period was about a conversation."""
        async with self._store.access():
            return any(
                session.period == period and session.conversation_id == conversation_id
                for session in self._store.usage_sessions.group("person", person_id)
            )


@frozen
class MemoryUsageRecords:
    """What was counted, to be read."""

    _store: MemoryStore

    async def period(self, person_id: PersonId, period: str) -> Period | None:
        """Give a period as it is stored."""
        async with self._store.access():
            return self._store.usage_periods.get((person_id, period))

    async def periods(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[Period]:
        """Give the periods that are stored, the newest first."""
        async with self._store.access():
            rows = self._store.usage_periods.group("person", person_id)
        return paged(
            rows,
            lambda row: Position(row.starts_at, row.person_id),
            after,
            limit,
            newest_first=True,
        )

    async def lines(
        self, person_id: PersonId, period: str, after: Position | None, limit: int
    ) -> Page[LedgerLine]:
        """Give the lines of a period's ledger in their order."""
        async with self._store.access():
            rows = self._store.usage_ledger.group("person", person_id)
        own = (row for row in rows if row.period == period)
        return paged_by_number(own, lambda row: row.number, after, limit, newest_first=False)

    async def lines_of_payment(
        self, person_id: PersonId, payment_id: PaymentId
    ) -> tuple[LedgerLine, ...]:
        """Give the lines of a person's ledger that go by a payment, in their order."""
        async with self._store.access():
            lines = self._store.usage_ledger.group("person", person_id)
        own = (line for line in lines if line.payment_id == payment_id)
        return tuple(sorted(own, key=lambda line: line.number))

    async def purchased_before(self, person_id: PersonId, period: str) -> int:
        """Give the purchased seconds that were left by the periods before one."""
        async with self._store.access():
            rows = self._store.usage_ledger.group("person", person_id)
        return sum(row.purchased for row in rows if row.period < period)

    async def used_since(
        self, person_id: PersonId, since: datetime, started_after: datetime
    ) -> int:
        """Give the seconds that settled sessions and calls used from an instant on."""
        async with self._store.access():
            sessions = self._store.usage_sessions.group("person", person_id)
            talks = self._store.companion_sessions.group("person", person_id)
        used = (
            (one.started_at, one.seconds_consumed)
            for one in sessions
            if isinstance(one, SettledSession) and one.started_at > started_after
        )
        called = (
            (one.started_at, one.seconds_counted)
            for one in talks
            if isinstance(one, EndedCompanionSession) and one.ended_at > since
        )
        return sum(
            max(0, seconds - max(0, seconds_between(started_at, since)))
            for started_at, seconds in chain(used, called)
        )


@frozen
class MemoryUsageStats:
    """What persons did in all."""

    _store: MemoryStore

    async def totals(self, person_id: PersonId) -> UsageTotals:
        """Give the messages a person sent to their companion and the seconds of their calls."""
        async with self._store.access():
            sessions = self._store.companion_sessions.group("person", person_id)
        calls = (one for one in sessions if isinstance(one, EndedCompanionSession))
        return UsageTotals(
            total_messages=sum(one.messages_counted for one in sessions),
            total_call_seconds=sum(one.seconds_counted for one in calls),
        )


@frozen
class MemoryDueAccounts:
    """The accounts that time has something to do with."""

    _store: MemoryStore

    async def due(
        self, now: datetime, silent_before: datetime, but: Collection[PersonId], limit: int
    ) -> tuple[PersonId, ...]:
        """Give persons whose month is over, or with a session that is silent since then."""
        async with self._store.access():
            accounts = self._store.usage_accounts.each(lambda one: (one.person_id, one.ended_at))
            periods = self._store.usage_periods.each(lambda one: (one.person_id, one.ends_at))
            silent = {
                session.person_id
                for session in self._store.usage_sessions.group("going on", value=True)
                if isinstance(session, OpenSession) and session.last_beat_at <= silent_before
            }
        going_on = {person_id for person_id, ends_at in periods if ends_at > now}
        counted = {person_id for person_id, ended_at in accounts if ended_at is None}
        over = counted - going_on
        return tuple(sorted((over | silent) - set(but))[:limit])
