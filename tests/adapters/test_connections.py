"""Connections are lent one to each, come back sound, and are never lost."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from adapters.postgres.connections import Connections, Usage
from adapters.postgres.executor import why

SIZE = 2


@pytest_asyncio.fixture
async def connections(database: str) -> AsyncIterator[Connections]:
    connections = Connections(database, size=SIZE, wait_seconds=5.0, command_seconds=10.0)
    await connections.open()
    yield connections
    await connections.close()


async def pid(connections: Connections) -> int:
    async with connections.lent() as connection:
        found: int = await connection.fetchval("SELECT pg_backend_pid()")
        return found


async def all_can_be_lent(connections: Connections) -> bool:
    loans = [await connections.take() for _ in range(SIZE)]
    answers = [await connection.fetchval("SELECT 1") for _, connection in loans]
    for pool, connection in loans:
        await connections.give_back(pool, connection, sound=True)
    return answers == [1] * SIZE


async def test_a_connection_that_comes_back_is_lent_again(connections: Connections) -> None:
    assert await pid(connections) == await pid(connections)


async def test_no_more_are_lent_than_there_are(connections: Connections) -> None:
    at_once = 0
    most = 0

    async def work() -> None:
        nonlocal at_once, most
        async with connections.lent() as connection:
            at_once += 1
            most = max(most, at_once)
            await connection.fetchval("SELECT 1")
            at_once -= 1

    await asyncio.gather(*(work() for _ in range(20)))
    assert most <= SIZE
    assert await all_can_be_lent(connections)


async def test_who_waits_is_served_in_order(connections: Connections) -> None:
    served: list[int] = []

    async def work(number: int) -> None:
        async with connections.lent():
            served.append(number)

    loans = [await connections.take() for _ in range(SIZE)]
    waiting = [asyncio.create_task(work(number)) for number in range(5)]
    await asyncio.sleep(0)
    for pool, connection in loans:
        await connections.give_back(pool, connection, sound=True)
    await asyncio.gather(*waiting)
    assert served == [0, 1, 2, 3, 4]


async def test_waiting_ends(database: str) -> None:
    connections = Connections(database, size=1, wait_seconds=5.0, command_seconds=10.0)
    await connections.open()
    try:
        async with connections.lent():
            connections.wait_seconds = 0.0
            with pytest.raises(TimeoutError):
                await connections.take()
        async with connections.lent() as connection:
            assert await connection.fetchval("SELECT 1") == 1
    finally:
        await connections.close()


async def test_who_stops_waiting_keeps_nobody_from_a_connection(connections: Connections) -> None:
    loans = [await connections.take() for _ in range(SIZE)]
    waiting = asyncio.create_task(connections.take())
    behind = asyncio.create_task(pid(connections))
    await asyncio.sleep(0)
    # Its turn has come, but it is cancelled before it can take it.
    pool, connection = loans.pop()
    await connections.give_back(pool, connection, sound=True)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await behind
    pool, connection = loans.pop()
    await connections.give_back(pool, connection, sound=True)
    assert await all_can_be_lent(connections)


async def test_what_postgresql_refuses_leaves_a_connection_sound(connections: Connections) -> None:
    before = await pid(connections)
    with pytest.raises(asyncpg.UndefinedTableError):
        async with connections.lent() as connection:
            await connection.fetchval("SELECT 1 FROM nowhere")
    assert await pid(connections) == before


async def test_a_transaction_that_was_left_open_is_ended(connections: Connections) -> None:
    async def left_open() -> None:
        async with connections.lent() as connection:
            await connection.execute("BEGIN")
            await connection.fetchval("SELECT 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await left_open()
    async with connections.lent() as connection:
        assert not connection.is_in_transaction()
    assert await all_can_be_lent(connections)


async def test_a_begin_that_was_refused_is_forgotten(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise asyncpg.QueryCanceledError

    async def begin_is_refused() -> None:
        async with connections.lent() as connection:
            with monkeypatch.context() as patch:
                patch.setattr(asyncpg.connection.Connection, "execute", refused)
                await connection.transaction().start()

    with pytest.raises(asyncpg.QueryCanceledError):
        await begin_is_refused()
    for _ in range(2 * SIZE):
        async with connections.lent() as connection, connection.transaction():
            assert await connection.fetchval("SELECT 1") == 1


async def test_the_wait_bounds_turn_and_connecting_together(connections: Connections) -> None:
    loans = [await connections.take() for _ in range(SIZE)]
    connections.wait_seconds = 0.001
    with pytest.raises(TimeoutError):
        await connections.take()
    connections.wait_seconds = 5.0
    for pool, connection in loans:
        await connections.give_back(pool, connection, sound=True)
    assert await all_can_be_lent(connections)


async def test_a_close_that_is_broken_off_leaves_nothing_open(connections: Connections) -> None:
    pool, connection = await connections.take()
    closing = asyncio.create_task(connections.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    # The pool took it back to end it.
    with pytest.raises(asyncpg.InterfaceError):
        connection.is_closed()
    await connections.give_back(pool, connection, sound=True)


async def test_a_cancelled_statement_leaves_no_trace(connections: Connections) -> None:
    started = asyncio.Event()

    async def slow() -> None:
        async with connections.lent() as connection:
            await connection.execute("BEGIN")
            started.set()
            await connection.fetchval("SELECT pg_sleep(60)")

    task = asyncio.create_task(slow())
    await started.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with connections.lent() as one, connections.lent() as two:
        for connection in (one, two):
            assert not connection.is_in_transaction()
            assert await connection.fetchval("SELECT 1") == 1


async def test_a_lost_connection_is_replaced(connections: Connections) -> None:
    lost = await pid(connections)
    async with connections.lent() as first, connections.lent() as other:
        ours = [await each.fetchval("SELECT pg_backend_pid()") for each in (first, other)]
        killer = other if ours[0] == lost else first
        victim = first if ours[0] == lost else other
        await killer.fetchval("SELECT pg_terminate_backend($1, 5000)", lost)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await victim.fetchval("SELECT 1")
    assert await all_can_be_lent(connections)


async def test_one_lost_while_at_hand_is_replaced(connections: Connections) -> None:
    lost = await pid(connections)
    other = await asyncpg.connect(connections.url)
    try:
        await other.fetchval("SELECT pg_terminate_backend($1, 5000)", lost)
        # The loop reads that it was closed before anybody asks for it.
        while lost in {row["pid"] for row in await other.fetch("SELECT pid FROM pg_stat_activity")}:
            pass
        await other.fetchval("SELECT 1")
    finally:
        await other.close()
    assert await all_can_be_lent(connections)


def test_an_error_is_told_in_one_line() -> None:
    assert why(TimeoutError()) == "it did not answer in time"
    assert why(OSError("gone\nfor good")) == "OSError: gone"


async def test_closing_waits_for_what_is_lent(database: str) -> None:
    connections = Connections(database, size=SIZE, wait_seconds=5.0, command_seconds=10.0)
    await connections.open()
    pool, connection = await connections.take()
    closing = asyncio.create_task(connections.close())
    await asyncio.sleep(0)
    assert not closing.done()
    assert await connection.fetchval("SELECT 1") == 1
    await connections.give_back(pool, connection, sound=True)
    await closing
    with pytest.raises(asyncpg.InterfaceError):
        await connections.take()


async def test_closing_gives_up_on_what_does_not_come_back(database: str) -> None:
    connections = Connections(database, size=SIZE, wait_seconds=5.0, command_seconds=10.0)
    await connections.open()
    pool, connection = await connections.take()
    connections.wait_seconds = 0.0
    await connections.close()
    with pytest.raises(asyncpg.InterfaceError):
        await connection.fetchval("SELECT 1")
    await connections.give_back(pool, connection, sound=True)


async def test_it_tells_how_the_connections_are_used(connections: Connections) -> None:
    loans = [await connections.take() for _ in range(SIZE)]
    waiting = [asyncio.create_task(connections.take()) for _ in range(3)]
    await asyncio.sleep(0)
    assert connections.usage == Usage(free=0, lent=SIZE, waiting=3)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for pool, connection in loans:
        await connections.give_back(pool, connection, sound=True)
    assert connections.usage == Usage(free=SIZE, lent=0, waiting=0)
