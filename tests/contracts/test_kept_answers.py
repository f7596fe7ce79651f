"""Answers to requests that may come twice."""

import asyncio
from datetime import timedelta
from typing import Any

import attrs
import pytest

from application.shared.idempotency import (
    Answer,
    Attempt,
    IdempotencyKeyReusedError,
    KeptAnswer,
    RequestInProgressError,
)
from domain.shared.errors import ConflictError
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.use_cases import once
from tests.contracts.values import MINUTE, START, an_answer, an_attempt

SECONDS_TO_ANSWER = 5
CREATED = Answer(status=201, body=b'{"id": 1}\x00')


async def test_a_kept_answer_is_given_to_the_next_claim(stores: Stores) -> None:
    attempt = an_attempt()
    answer = an_answer(attempt, body=CREATED.body)
    assert await claim(stores, attempt) is None
    await stores.answers.keep(attempt, answer)
    assert await claim(stores, attempt) == answer


@pytest.mark.parametrize("change", [{"owner": "another"}, {"key": "another"}])
async def test_a_key_belongs_to_its_owner(stores: Stores, change: dict[str, Any]) -> None:
    attempt = an_attempt()
    await stores.answers.keep(attempt, an_answer(attempt))
    assert await claim(stores, attrs.evolve(attempt, **change)) is None


async def test_another_request_learns_what_the_key_was_used_for(stores: Stores) -> None:
    attempt = an_attempt()
    answer = an_answer(attempt)
    await stores.answers.keep(attempt, answer)
    assert await claim(stores, attrs.evolve(attempt, fingerprint=b"two")) == answer


async def test_an_expired_answer_makes_room(stores: Stores) -> None:
    attempt = an_attempt()
    await stores.answers.keep(attempt, an_answer(attempt, expires_at=START))
    newer = an_answer(attempt, body=b"newer")

    async def work() -> None:
        assert await stores.answers.claim(attempt, START) is None
        await stores.answers.keep(attempt, newer)

    await stores.transactions.run(work)
    assert await claim(stores, attempt) == newer


async def test_a_claimed_key_is_refused_to_others_until_the_end(stores: Stores) -> None:
    attempt, held, finish = an_attempt(), asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        assert await stores.answers.claim(attempt, START) is None
        assert await stores.answers.claim(attempt, START) is None
        held.set()
        await finish.wait()

    holder = asyncio.create_task(stores.transactions.run(hold))
    await held.wait()
    # A claim that waits for the holder to finish would wait for ever.
    with pytest.raises(RequestInProgressError):
        await asyncio.wait_for(claim(stores, attempt), SECONDS_TO_ANSWER)
    finish.set()
    await holder
    assert await claim(stores, attempt) is None


async def test_a_transaction_may_claim_several_keys(stores: Stores) -> None:
    mine, others = an_attempt(), an_attempt()

    async def work() -> None:
        await stores.answers.claim(mine, START)
        await stores.answers.claim(others, START)
        await stores.answers.keep(mine, an_answer(mine))

    await stores.transactions.run(work)
    assert await claim(stores, mine) == an_answer(mine)
    assert await claim(stores, others) is None


async def test_a_key_is_free_again_when_its_work_failed(stores: Stores) -> None:
    attempt = an_attempt()

    async def fail() -> Answer:
        raise ConflictError("no")

    with pytest.raises(ConflictError):
        await once(stores)(attempt, fail)
    assert await claim(stores, attempt) is None


async def test_a_repeat_gets_the_first_answer(stores: Stores) -> None:
    attempt, person = an_attempt(), values.a_person()

    async def work() -> Answer:
        await stores.persons.add(person, ())
        return CREATED

    assert await once(stores)(attempt, work) == CREATED
    for _ in range(2):
        assert await once(stores)(attempt, work) == attrs.evolve(CREATED, replayed=True)
    with pytest.raises(IdempotencyKeyReusedError):
        await once(stores)(attrs.evolve(attempt, fingerprint=b"two"), work)
    assert await given.the_person(stores, person) == person


async def test_20_repeats_at_once_all_get_the_first_answer(stores: Stores) -> None:
    attempt = an_attempt()

    async def work() -> Answer:
        return CREATED

    await once(stores)(attempt, work)
    repeats = await asyncio.gather(*(once(stores)(attempt, work) for _ in range(20)))
    assert repeats == [attrs.evolve(CREATED, replayed=True)] * 20


async def test_20_equal_requests_have_one_effect(stores: Stores) -> None:
    attempt, person = an_attempt(), await given.a_person(stores)

    async def work() -> Answer:
        before = await given.the_person(stores, person)
        await stores.persons.save(before, before, ())
        return CREATED

    given_answers = await asyncio.gather(
        *(once(stores)(attempt, work) for _ in range(20)), return_exceptions=True
    )

    assert given_answers.count(CREATED) == 1
    for answer in given_answers:
        if isinstance(answer, BaseException):
            assert isinstance(answer, RequestInProgressError)
        else:
            assert attrs.evolve(answer, replayed=False) == CREATED
    assert (await given.the_person(stores, person)).version == person.version + 1
    assert await once(stores)(attempt, work) == attrs.evolve(CREATED, replayed=True)


async def claim(stores: Stores, attempt: Attempt) -> KeptAnswer | None:
    return await stores.transactions.run(lambda: stores.answers.claim(attempt, START + MINUTE))


async def test_what_has_expired_is_forgotten_some_at_a_time(stores: Stores) -> None:
    long_ago = START - timedelta(days=900)
    old = [an_attempt() for _ in range(5)]
    for attempt in old:
        await stores.answers.keep(attempt, an_answer(attempt, expires_at=long_ago))
    young = an_attempt()
    kept = an_answer(young, expires_at=long_ago + timedelta(microseconds=1))
    await stores.answers.keep(young, kept)
    assert [await stores.answers.forget_expired(long_ago, 2) for _ in range(4)] == [2, 2, 1, 0]
    assert await stores.answers.claim(young, long_ago) == kept
