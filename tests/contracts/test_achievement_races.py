"""Who earns, who publishes and who awards back stand in nobody's way, and overlook nobody."""

import asyncio
from typing import Any, cast

from attrs import frozen
from sqlalchemy import Integer, bindparam, func, select, text
from uuid_utils.compat import uuid7

from adapters.postgres.awards import PostgresAwards
from adapters.postgres.executor import Executor, Statement
from application.achievements.ports import Achievements
from application.achievements.reactions import EarnAchievements
from application.shared.reactions import Drain
from domain.achievements.definitions import Achievement
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.test_achievements import published, says
from tests.contracts.use_cases import award_back, award_by_now
from tests.contracts.values import RULEBOOK

LOOKING = {"metric": "messages_sent", "at_least": 0}

_PID = Statement(select(func.pg_backend_pid().label("pid")))
_KEEPS_WAITING = Statement(
    text("SELECT FROM pg_stat_activity WHERE :pid = ANY (pg_blocking_pids(pid))").bindparams(
        bindparam("pid", type_=Integer)
    )
)


@frozen
class Slow:
    """Achievements as they were read before others were published."""

    achievements: Achievements
    executor: Executor
    read: asyncio.Future[int]
    go_on: asyncio.Event

    async def all(self) -> tuple[Achievement, ...]:
        found = await self.achievements.all()
        row = await self.executor.row(_PID)
        assert row is not None
        self.read.set_result(row["pid"])
        await self.go_on.wait()
        return found


async def test_who_holds_an_achievement_keeps_nobody_from_earning_it(
    shared_postgres: Stores,
) -> None:
    """Else who awards back and holds it, and who earns and holds the person, wait in a ring."""
    stores, held, done = shared_postgres, asyncio.Event(), asyncio.Event()
    person, theirs = await given.a_person(stores), await published(stores, LOOKING)

    async def work() -> None:
        await stores.achievements.held(theirs.key)
        held.set()
        await done.wait()

    async def hold() -> None:
        await stores.transactions.run(work)

    holding = asyncio.create_task(hold())
    await held.wait()
    try:
        assert await award_by_now(stores)(person.id, [theirs])
    finally:
        done.set()
        await holding


async def test_awarding_back_waits_for_whoever_is_just_counting(shared_postgres: Stores) -> None:
    """Who counts and does not know of it yet would award it to nobody, and be seen by none."""
    stores, go_on = shared_postgres, asyncio.Event()
    assert isinstance(stores.awards, PostgresAwards)
    executor = stores.awards.executor
    read: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    slow = cast("Any", Slow(stores.achievements, executor, read, go_on))
    pair = await given.a_pair(stores)
    await says(stores, pair)
    reaction = EarnAchievements(slow, stores.achievers, uuid7, RULEBOOK)
    drain = Drain(stores.transactions, stores.pending, reaction)

    async def count() -> None:
        await drain(pair.a.id)

    async def back() -> None:
        await award_back(stores)(late.key)

    counting = asyncio.create_task(count())
    pid = await read
    late = await published(stores)
    awarding = asyncio.create_task(back())
    while not awarding.done() and not await executor.rows(_KEEPS_WAITING, pid=pid):
        pass
    go_on.set()
    await counting
    await awarding
    assert late.key in {award.key for award in await stores.awards.of(pair.a.id)}
