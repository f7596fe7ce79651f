"""What a transaction keeps, and what it leaves behind when it fails."""

import asyncio
from collections.abc import Awaitable, Callable

import attrs
import pytest

from application.shared.transaction import ConcurrentUpdateError
from domain.shared.errors import ConflictError
from domain.video.events import Presence
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.values import START, TODAY, an_event


class FailedError(ConflictError):
    """What the work of these tests fails with."""


async def test_the_works_result_is_given_when_it_is_committed(stores: Stores) -> None:
    person = values.a_person()

    async def work() -> str:
        await stores.persons.add(person, ())
        return "done"

    assert await stores.transactions.run(work) == "done"
    assert await given.the_person(stores, person) == person


async def test_the_work_sees_what_it_wrote(stores: Stores) -> None:
    person = values.a_person()

    async def work() -> None:
        await stores.persons.add(person, ())
        saved = await stores.persons.save(person, attrs.evolve(person, name="Bela"), ())
        assert await stores.persons.get(person.id) == saved

    await stores.transactions.run(work)


async def test_a_failed_transaction_leaves_nothing(stores: Stores) -> None:
    work, everything = await a_bit_of_everything(stores)
    before = await everything()

    async def failing() -> None:
        await work()
        assert await everything() != before
        raise FailedError("no")

    with pytest.raises(FailedError):
        await stores.transactions.run(failing)
    assert await everything() == before

    # Nothing of it stands in the way of the same once more.
    await stores.transactions.run(work)
    assert await everything() != before


async def test_a_cancelled_transaction_leaves_nothing(stores: Stores) -> None:
    work, everything = await a_bit_of_everything(stores)
    before, written = await everything(), asyncio.Event()

    async def hanging() -> None:
        await work()
        written.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stores.transactions.run(hanging))
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await everything() == before
    await stores.transactions.run(work)


async def test_nobody_sees_what_is_not_committed(stores: Stores) -> None:
    person, written, finish = values.a_person(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await stores.persons.add(person, ())
        written.set()
        await finish.wait()
        raise FailedError("no")

    writer = asyncio.create_task(stores.transactions.run(work))
    await written.wait()
    readers = [asyncio.create_task(stores.persons.get(person.id)) for _ in range(5)]
    await asyncio.sleep(0)
    finish.set()
    with pytest.raises(FailedError):
        await writer
    assert await asyncio.gather(*readers) == [None] * 5


async def test_a_nested_run_fails_with_the_outer_one(stores: Stores) -> None:
    outer_person, inner_person = values.a_person(), values.a_person()

    async def inner() -> None:
        await stores.persons.add(inner_person, (an_event(inner_person.id),))
        assert await stores.persons.get(outer_person.id) == outer_person

    async def outer() -> None:
        await stores.persons.add(outer_person, ())
        await stores.transactions.run(inner)
        assert await stores.persons.get(inner_person.id) == inner_person
        raise FailedError("no")

    with pytest.raises(FailedError):
        await stores.transactions.run(outer)
    assert await stores.persons.get(outer_person.id) is None
    assert await stores.persons.get(inner_person.id) is None


async def test_a_nested_run_that_fails_is_no_transaction_of_its_own(stores: Stores) -> None:
    person = values.a_person()

    async def inner() -> None:
        await stores.persons.add(person, ())
        raise FailedError("no")

    async def outer() -> None:
        with pytest.raises(FailedError):
            await stores.transactions.run(inner)

    await stores.transactions.run(outer)
    assert await stores.persons.get(person.id) == person


async def test_a_concurrent_update_runs_all_the_work_again(stores: Stores) -> None:
    person, tries = values.a_person(), list[str]()

    async def inner() -> None:
        tries.append("inner")
        if len(tries) < 5:
            raise ConcurrentUpdateError

    async def outer() -> None:
        tries.append("outer")
        await stores.persons.add(person, ())
        await stores.transactions.run(inner)

    await stores.transactions.run(outer)
    assert tries == ["outer", "inner"] * 3
    assert await stores.persons.get(person.id) == person


async def test_a_concurrent_update_every_time_is_raised(stores: Stores) -> None:
    person, tries = values.a_person(), list[int]()

    async def work() -> None:
        tries.append(1)
        await stores.persons.add(person, ())
        raise ConcurrentUpdateError

    with pytest.raises(ConcurrentUpdateError):
        await stores.transactions.run(work)
    assert len(tries) == 5
    assert await stores.persons.get(person.id) is None


async def test_other_errors_are_not_tried_again(stores: Stores) -> None:
    tries = list[int]()

    async def work() -> None:
        tries.append(1)
        raise FailedError("no")

    with pytest.raises(FailedError):
        await stores.transactions.run(work)
    assert tries == [1]


async def a_bit_of_everything(
    stores: Stores,
) -> tuple[Callable[[], Awaitable[None]], Callable[[], Awaitable[object]]]:
    """Work that writes through every port, and a look at all that it writes."""
    pair, third = await given.a_pair(stores), await given.a_person(stores)
    a, b, conversation = pair.a, pair.b, pair.conversation
    ringing = await given.a_call(stores, conversation)
    message = await given.a_message(stores, conversation, b.id)
    await stores.blocks.add(values.a_block(b, third), ())
    third = await given.the_person(stores, third)

    newcomer = values.a_person(email=values.an_email())
    key, marked_key = values.a_service_key(), values.a_service_key()
    await stores.service_keys.add(marked_key)
    opened, call = values.a_conversation(a, third), values.a_call(conversation)
    attempt, asked = values.an_attempt(), values.an_attempt()
    report = values.a_report(a, b)
    connect = values.presence(ringing, a.id, Presence.CONNECTED, START)

    async def work() -> None:
        await stores.persons.add(newcomer, (an_event(newcomer.id),))
        await stores.persons.save(third, attrs.evolve(third, email=values.an_email()), ())
        await stores.conversations.add(opened, (an_event(a.id),))
        await given.a_message(stores, conversation, a.id, client_message_id="m")
        await stores.messages.save(message, attrs.evolve(message, text="Bye"), ())
        await stores.messages.mark_read(conversation.id, a.id, message.id)
        await stores.calls.add(call, ())
        await stores.calls.record(ringing, values.outgoing(connect))
        history = await stores.histories.get(conversation.id)
        assert history is not None
        days = (TODAY, TODAY)
        await stores.histories.save(history.with_call(START, days, first_of_its_day=True), ())
        await stores.blocks.add(values.a_block(a, b), (an_event(a.id),))
        await stores.blocks.remove(b.id, third.id, ())
        await stores.reports.add(report, (an_event(b.id),))
        await stores.service_keys.add(key)
        await stores.service_keys.mark(marked_key.id, revoked_at=START)
        assert await stores.answers.claim(attempt, START) is None
        await stores.answers.keep(attempt, values.an_answer(attempt))
        assert await stores.answers.claim(asked, START) is None

    async def everything() -> object:
        return (
            [await stores.persons.get(person.id) for person in (a, b, third, newcomer)],
            (await stores.directory.page(newcomer.email, None, 5)).items,
            await stores.conversations.of_pair(*opened.participants),
            await stores.summaries.row(conversation.id, a.id),
            (await stores.summaries.page(a.id, None, 5)).items,
            (await stores.messages.page(conversation.id, None, 50, newest_first=False)).items,
            await stores.send_gate.look(
                conversation.id, a.id, START, client_message_id="m", attempt=attempt
            ),
            await stores.calls.open_in(conversation.id),
            await stores.presence(ringing.id),
            await stores.histories.get(conversation.id),
            await stores.blocks.between(a.id, b.id),
            await stores.blocks.between(b.id, third.id),
            (await stores.reports.page(b.id, None, 5)).items,
            await stores.service_keys.by_digest(key.digest),
            await stores.service_keys.by_digest(marked_key.digest),
            await stores.outbox(),
        )

    return work, everything
