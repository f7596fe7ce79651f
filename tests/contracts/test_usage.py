"""Usage on every store: what is held, settled, closed and written down, each once."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest
from attrs import frozen

from application.shared.outbox import OutboxEvent
from application.shared.transaction import ConcurrentUpdateError
from application.usage.ports import UsageAccounts
from application.usage.start_session import StartUsageRequest
from domain.identity.persons import Person
from domain.shared.ids import PersonId, UsageSessionId
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount
from domain.usage.commands import CatchUp, Settle, StartSession, UsageSessionSettledError
from domain.usage.events import SecondsUsed, UsageSessionBeat, UsageSessionSettled
from domain.usage.ledger import LedgerLine
from domain.usage.periods import ClosedPeriod
from domain.usage.purchased import Grant
from domain.usage.seconds import Seconds
from domain.usage.sessions import OpenSession, Session, SettledBy, SettledSession
from domain.usage.starting import OutOfSecondsError
from tests.contracts import given, usage, values
from tests.contracts.stores import Stores
from tests.contracts.usage import NO_JOB

WORKERS = 20
MANY = 1000
SECOND = timedelta(seconds=1)
SILENCE = timedelta(seconds=60)


async def a_session(stores: Stores, person: Person, **changes: Any) -> OpenSession:
    request = StartUsageRequest(person_id=person.id, **changes)
    return await usage.start_usage(stores)(request)


async def the_account(stores: Stores, person: Person) -> UsageAccount:
    account = await stores.usage_accounts.get(person.id)
    assert account is not None
    return account


async def lines(stores: Stores, person: Person) -> list[LedgerLine]:
    found: list[LedgerLine] = []
    page = await stores.usage_records.periods(person.id, None, MANY)
    for period in reversed(page.items):
        found += (await stores.usage_records.lines(person.id, period.period, None, MANY)).items
    return found


async def adds_up(stores: Stores, person: Person) -> None:
    written = await lines(stores, person)
    account = await the_account(stores, person)
    total = Seconds()
    for line in written:
        total += Seconds(line.banked, line.monthly, line.purchased)
    assert total == account.left
    assert sorted(line.number for line in written) == list(range(1, account.lines + 1))


async def pass_time(stores: Stores, time: timedelta) -> datetime:
    return await stores.clock.move_to(await stores.clock.now() + time)


async def test_what_is_stored_comes_back(stores: Stores) -> None:
    person = await given.a_person(stores, tier=Tier.PLUS)
    first = await a_session(stores, person, language="ja")
    second = await a_session(stores, person)
    account = await the_account(stores, person)
    assert {session.id for session in account.sessions} == {first.id, second.id}
    assert await stores.usage_sessions.get(first.id) == first
    assert first.language == "ja"
    assert (account.tier, account.period.tier, account.held) == (Tier.PLUS, Tier.PLUS, 3600)
    await adds_up(stores, person)


async def test_nobody_has_an_account_before_they_use_one(stores: Stores) -> None:
    person = await given.a_person(stores)
    assert await stores.usage_accounts.get(person.id) is None
    assert await usage.account_keeper(stores)(person.id, CatchUp()) is None
    view = await usage.usage_queries(stores).usage(person.id, None)
    assert (view.remaining.total, view.held) == (900, 0)
    assert await stores.usage_accounts.get(person.id) is None


async def test_of_twenty_starts_with_seconds_for_one_one_holds_them(stores: Stores) -> None:
    person = await given.a_person(stores)
    start, request = usage.start_usage(stores), StartUsageRequest(person_id=person.id)
    outcomes = await asyncio.gather(
        *(start(request) for _ in range(WORKERS)), return_exceptions=True
    )
    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {OpenSession: 1, OutOfSecondsError: WORKERS - 1}
    account = await the_account(stores, person)
    assert (account.held, account.available) == (900, 0)
    assert account.period.conversations_used == 1


async def test_of_twenty_settlements_one_counts(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    await pass_time(stores, 30 * SECOND)
    settle = usage.settle_usage(stores)
    settled = await asyncio.gather(*(settle(session.id, None, 7) for _ in range(WORKERS)))
    assert len(set(settled)) == 1
    assert isinstance(settled[0], SettledSession)
    assert (settled[0].seconds_consumed, settled[0].input_tokens) == (30, 7)
    account = await the_account(stores, person)
    assert (account.period.seconds_used, account.held) == (30, 0)
    happened = [out.event for out in await stores.outbox() if out.event.person_id == person.id]
    kinds = Counter(type(event) for event in happened)
    assert (kinds[UsageSessionSettled], kinds[SecondsUsed]) == (1, 1)
    await adds_up(stores, person)


async def test_what_fails_amid_a_settlement_leaves_it_to_be_settled_once(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    await pass_time(stores, 30 * SECOND)
    keep = usage.account_keeper(stores)

    async def killed() -> None:
        await keep(person.id, Settle(session_id=session.id))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await stores.transactions.run(killed)
    assert (await the_account(stores, person)).held == 900
    assert await stores.usage_sessions.get(session.id) == session
    for _ in range(2):
        await usage.settle_usage(stores)(session.id, None)
    assert (await the_account(stores, person)).period.seconds_used == 30
    await adds_up(stores, person)


async def test_an_account_is_not_written_over(stores: Stores) -> None:
    person = await given.a_person(stores)
    await a_session(stores, person)
    before = await the_account(stores, person)
    keep = usage.account_keeper(stores)
    await keep(person.id, Grant(seconds=10))
    session_id = UsageSessionId(values.a_person().id)

    async def stale() -> None:
        await keep.decided(before, StartSession(session_id=session_id))

    with pytest.raises((ConcurrentUpdateError, OutOfSecondsError)):
        await stores.transactions.run(stale)
    await adds_up(stores, person)


@pytest.mark.parametrize(
    ("later", "noted"), [(15 * SECOND, True), (59 * SECOND, True), (SILENCE, False)]
)
async def test_a_heartbeat_is_noted_before_the_session_is_silent(
    stores: Stores, later: timedelta, noted: bool
) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    now = session.started_at + later
    found = await stores.usage_sessions.beat(session.id, now, now - SILENCE)
    expected = attrs.evolve(session, last_beat_at=now) if noted else None
    assert found == expected
    assert await stores.usage_sessions.get(session.id) == (expected or session)


async def test_a_plain_heartbeat_leaves_to_others_what_it_would_change(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    ends_at = (await the_account(stores, person)).period.ends_at
    beat = stores.usage_sessions.beat
    long_ago = session.started_at - SECOND
    assert await beat(session.id, session.hold_ends_at, long_ago) is None
    assert await beat(session.id, ends_at, long_ago) is None
    assert await beat(session.id, session.hold_ends_at - SECOND, long_ago) is not None
    await usage.settle_usage(stores)(session.id, None)
    assert await beat(session.id, session.started_at, long_ago) is None
    assert await beat(UsageSessionId(person.id), session.started_at, long_ago) is None


async def test_a_heartbeat_is_told_to_nobody(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    await usage.beat_usage(stores)(session.id, person.id)
    happened = [out.event for out in await stores.outbox() if out.event.person_id == person.id]
    assert not any(isinstance(event, UsageSessionBeat) for event in happened)


async def test_who_extends_when_all_is_used_up_settles_by_that(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    for _ in range(17):
        await pass_time(stores, 50 * SECOND)
        await usage.beat_usage(stores)(session.id, None)
    await pass_time(stores, 50 * SECOND)
    with pytest.raises(UsageSessionSettledError):
        await usage.extend_usage(stores)(session.id, None)
    settled = await stores.usage_sessions.get(session.id)
    assert isinstance(settled, SettledSession)
    assert (settled.settled_by, settled.seconds_consumed) == (SettledBy.HOLD_USED_UP, 900)
    await adds_up(stores, person)


async def test_who_may_not_extend_is_heard_of_all_the_same(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    now = await pass_time(stores, 50 * SECOND)
    with pytest.raises(OutOfSecondsError):
        await usage.extend_usage(stores)(session.id, None)
    assert await stores.usage_sessions.get(session.id) == attrs.evolve(session, last_beat_at=now)


async def test_heartbeats_race_with_the_job_that_settles_silence(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    await pass_time(stores, SILENCE)

    async def beat() -> Session | None:
        try:
            return await usage.beat_usage(stores)(session.id, None)
        except UsageSessionSettledError:
            return None

    answers = await asyncio.gather(
        *(beat() for _ in range(5)), usage.settle_due(stores)(NO_JOB), *(beat() for _ in range(5))
    )
    assert set(answers) == {None}
    settled = await stores.usage_sessions.get(session.id)
    assert isinstance(settled, SettledSession)
    assert (settled.settled_by, settled.seconds_consumed) == (SettledBy.SILENCE, 0)


@pytest.mark.parametrize("by", ["job", "touch"])
async def test_a_month_closes_alike_by_a_job_or_at_a_touch(stores: Stores, by: str) -> None:
    person = await given.a_person(stores, tier=Tier.PLUS)
    session = await a_session(stores, person)
    await pass_time(stores, 50 * SECOND)
    await usage.settle_usage(stores)(session.id, None)
    opened = (await the_account(stores, person)).period
    await stores.clock.move_to(opened.ends_at + timedelta(days=40))
    if by == "job":
        assert person.id in await stores.due_accounts.due(
            await stores.clock.now(), opened.starts_at, (), MANY
        )
        await usage.settle_due(stores)(NO_JOB)
    else:
        await usage.usage_queries(stores).usage(person.id, None)
    first, second = [
        period
        for period in reversed((await stores.usage_records.periods(person.id, None, MANY)).items)
        if isinstance(period, ClosedPeriod)
    ]
    assert (first.seconds_used, first.seconds_banked, first.seconds_forfeited) == (50, 5400, 5350)
    assert first.closed_at == first.ends_at == second.starts_at
    assert (second.banked_seconds, second.banked_seconds_forfeited) == (5400, 5400)
    assert (second.seconds_banked, second.seconds_forfeited) == (5400, 5400)
    account = await the_account(stores, person)
    assert account.left == Seconds(5400, 10_800, 0)
    await adds_up(stores, person)


async def test_an_account_that_fails_does_not_hold_up_the_others(stores: Stores) -> None:
    broken, *others = [await given.a_person(stores) for _ in range(3)]
    for person in (broken, *others):
        await a_session(stores, person)
    await pass_time(stores, SILENCE)
    settle_due = usage.settle_due(stores)
    accounts = BrokenFor(broken.id, stores.usage_accounts)
    keep = attrs.evolve(settle_due.keep, accounts=accounts)
    with pytest.raises(RuntimeError):
        await attrs.evolve(settle_due, keep=keep)(NO_JOB)
    for person in others:
        assert (await the_account(stores, person)).sessions == ()
    now = await stores.clock.now()
    due = stores.due_accounts.due
    assert broken.id in await due(now, now - SILENCE, (), MANY)
    assert broken.id not in await due(now, now - SILENCE, [broken.id], MANY)
    await settle_due(NO_JOB)
    assert broken.id not in await due(now, now - SILENCE, (), MANY)


@frozen
class BrokenFor:
    """Accounts of which one cannot be read."""

    person_id: PersonId
    accounts: UsageAccounts

    async def get(self, person_id: PersonId, *, lock: bool = False) -> UsageAccount | None:
        if person_id == self.person_id:
            raise RuntimeError
        return await self.accounts.get(person_id, lock=lock)

    async def record(
        self,
        before: UsageAccount | None,
        events: Iterable[OutboxEvent],
        reason: str | None = None,
    ) -> UsageAccount:
        return await self.accounts.record(before, events, reason)


async def test_a_person_who_is_erased_is_not_due_any_more(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    await stores.transactions.run(lambda: usage.follow_person(stores).left(person.id))
    settled = await stores.usage_sessions.get(session.id)
    assert isinstance(settled, SettledSession)
    assert settled.settled_by is SettledBy.ERASURE
    later = session.started_at + timedelta(days=400)
    assert person.id not in await stores.due_accounts.due(later, later, (), MANY)


async def test_a_conversation_counts_once_a_month(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    talk = pair.conversation.id
    for _ in range(2):
        session = await a_session(stores, pair.a, conversation_id=talk)
        await usage.settle_usage(stores)(session.id, None)
    period = (await the_account(stores, pair.a)).period
    assert period.conversations_used == 1
    known = stores.usage_sessions.conversation_known
    assert await known(pair.a.id, period.period, talk)
    assert not await known(pair.a.id, "2000-01", talk)
    assert not await known(pair.b.id, period.period, talk)


async def test_a_statement_is_given_page_by_page(stores: Stores) -> None:
    person = await given.a_person(stores)
    for number in range(1, 6):
        await usage.grant_seconds(stores)(person.id, number, f"Gift {number}")
    period = (await the_account(stores, person)).period.period
    found: list[LedgerLine] = []
    place = None
    while True:
        page = await stores.usage_records.lines(person.id, period, place, 2)
        found += page.items
        if (place := page.last) is None:
            break
    assert [line.number for line in found] == [1, 2, 3, 4, 5, 6]
    assert [line.reason for line in found] == [None, *(f"Gift {n}" for n in range(1, 6))]
    before = stores.usage_records.purchased_before
    assert await before(person.id, period) == 0
    assert await before(person.id, "9999-12") == 15


async def test_used_since_counts_the_seconds_from_then_on(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = await a_session(stores, person)
    await pass_time(stores, 20 * SECOND)
    since, start = stores.usage_records.used_since, session.started_at
    assert await since(person.id, start, start - SECOND) == 0
    await usage.settle_usage(stores)(session.id, None)
    for later, used in ((-100.0, 20), (0, 20), (0.5, 19), (15, 5), (20, 0), (30, 0)):
        assert await since(person.id, start + later * SECOND, start - SECOND) == used
    assert await since(person.id, start, start) == 0


async def test_a_forecast_counts_what_goes_on_once_and_from_midnight_on(stores: Stores) -> None:
    person = await given.a_person(stores)
    await usage.grant_seconds(stores)(person.id, 900, "Gift")
    month = (await the_account(stores, person)).period
    await stores.clock.move_to(month.ends_at - 50 * SECOND)
    session, short = await a_session(stores, person), await a_session(stores, person)
    await pass_time(stores, 55 * SECOND)
    for one in (session, short):
        await usage.beat_usage(stores)(one.id, None)
    assert (await the_account(stores, person)).period.starts_at == month.ends_at
    await pass_time(stores, 15 * SECOND)
    await usage.settle_usage(stores)(short.id, None)
    found = await usage.usage_queries(stores).forecast(person.id)
    assert (found.used_today, found.remaining) == (40, 900 + 900 - 40)
    assert found.pace_seconds_per_day == 40 * 24


async def test_what_a_pair_says_is_no_part_of_the_totals(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await given.a_message(stores, pair.conversation, pair.a.id)
    await given.a_message(stores, pair.conversation, pair.a.id, values.START + SECOND)
    await given.a_completed_call(stores, pair.conversation)
    totals = [await stores.usage_stats.totals(person.id) for person in (pair.a, pair.b)]
    assert [(one.total_messages, one.total_call_seconds) for one in totals] == [(0, 0), (0, 0)]
    assert await stores.usage_stats.totals(PersonId(values.a_person().id)) == type(totals[0])()
