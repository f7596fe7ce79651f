"""What signing in left behind is deleted once nothing rests on it, and not before."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.identity.forget_sign_ins import KEPT_LONGER, ForgetSignIns
from domain.identity.code_limits import Tally, TooManyCodesError, longest_window
from domain.identity.events import SessionEnded
from domain.identity.google import GoogleAttempt
from domain.identity.sessions import LoginSession
from domain.identity.sign_in_codes import SignInCode
from tests.contracts import given, values
from tests.contracts.sign_in import Postbox, end_session, request_code, to_verify, verify_code
from tests.contracts.stores import Stores
from tests.contracts.test_races import all_at_once, events_about
from tests.contracts.values import DAY, RULEBOOK, START, an_email

MOMENT = timedelta(microseconds=1)
MANY = 1000
WINDOW = longest_window(RULEBOOK.policies.identity.sign_in)
# Long before what other tests leave, so that these rows are the first ones.
PAST = START - 1000 * DAY


def forget_sign_ins(stores: Stores) -> ForgetSignIns:
    return ForgetSignIns(
        stores.transactions, stores.past_sign_ins, stores.sessions, stores.clock, uuid7, RULEBOOK
    )


async def a_code(stores: Stores, number: int) -> Callable[[], Awaitable[bool]]:
    """Leave a code that is over some moments after PAST; give how to see whether it is there."""
    code = SignInCode(
        address=uuid7().bytes,
        nonce_digest=uuid7().bytes,
        code_digest=b"code",
        created_at=PAST - DAY,
        expires_at=PAST + number * MOMENT,
    )
    await stores.sign_in_codes.put(code)

    async def is_there() -> bool:
        return await stores.sign_in_codes.lock(code.nonce_digest) is not None

    return is_there


async def a_tally(stores: Stores, number: int) -> Callable[[], Awaitable[bool]]:
    times = (PAST - DAY, PAST + number * MOMENT)
    return await the_tally(stores, Tally(uuid7().bytes, times))


async def the_tally(stores: Stores, tally: Tally) -> Callable[[], Awaitable[bool]]:
    async def count() -> None:
        await stores.code_tallies.lock(tally.subject)
        await stores.code_tallies.save(tally)

    async def is_there() -> bool:
        return (await stores.code_tallies.lock(tally.subject))[tally.subject] == tally

    await stores.transactions.run(count)
    return is_there


async def an_attempt(stores: Stores, number: int) -> Callable[[], Awaitable[bool]]:
    attempt = GoogleAttempt(
        state_digest=uuid7().bytes,
        nonce_digest=b"nonce",
        person_id=None,
        expires_at=PAST + number * MOMENT,
    )
    await stores.google_attempts.add(attempt)

    async def is_there() -> bool:
        return await stores.google_attempts.take(attempt.state_digest) is not None

    return is_there


LEAVE = {"codes": a_code, "tallies": a_tally, "google_attempts": an_attempt}


async def room(stores: Stores, what: str) -> None:
    """Delete what other tests left, such as tallies that count nothing."""
    while await forget(stores, what):
        pass


async def forget(stores: Stores, what: str, limit: int = MANY) -> int:
    """Delete what was over at PAST."""
    some: int = await getattr(stores.past_sign_ins, f"forget_{what}")(PAST, limit)
    return some


@pytest.mark.parametrize("what", LEAVE)
async def test_what_is_over_is_deleted_and_nothing_else(stores: Stores, what: str) -> None:
    await room(stores, what)
    over, live = await LEAVE[what](stores, 0), await LEAVE[what](stores, 1)
    assert [await forget(stores, what) for _ in range(2)] == [1, 0]
    assert (await over(), await live()) == (False, True)


@pytest.mark.parametrize("what", LEAVE)
async def test_the_first_are_deleted_first_and_no_more_than_asked_for(
    stores: Stores, what: str
) -> None:
    await room(stores, what)
    rows = [await LEAVE[what](stores, -number) for number in range(5)]
    assert await forget(stores, what, 3) == 3
    assert [await is_there() for is_there in rows] == [True, True, False, False, False]


@pytest.mark.parametrize("what", LEAVE)
async def test_each_is_deleted_by_one_of_20(stores: Stores, what: str) -> None:
    await room(stores, what)
    for number in range(30):
        await LEAVE[what](stores, -number)
    assert sum(await all_at_once(lambda _: forget(stores, what, 7))) == 30


async def test_a_tally_that_counts_nothing_is_deleted(stores: Stores) -> None:
    await room(stores, "tallies")
    empty = Tally(uuid7().bytes)
    await the_tally(stores, empty)
    assert await forget(stores, "tallies") == 1


async def test_what_somebody_holds_is_left_for_later(stores: Stores) -> None:
    is_there = await a_tally(stores, 0)
    tally = Tally(uuid7().bytes, (PAST,))
    await the_tally(stores, tally)
    held, looked = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        await stores.code_tallies.lock(tally.subject)
        held.set()
        await asyncio.wait({asyncio.create_task(looked.wait())}, timeout=0.2)
        await stores.code_tallies.save(Tally(tally.subject, (PAST, START)))

    async def look() -> None:
        await held.wait()
        await forget(stores, "tallies")
        looked.set()

    await asyncio.gather(stores.transactions.run(hold), look())
    assert not await is_there()
    kept = await stores.code_tallies.lock(tally.subject)
    assert kept[tally.subject].times == (PAST, START)


async def a_session(stores: Stores, number: int) -> LoginSession:
    person = await given.a_person(stores)
    session = attrs.evolve(
        values.a_session(person), idle_ends_at=PAST + number * MOMENT, ends_at=PAST + DAY
    )
    await stores.sessions.add(session, ())
    return session


async def test_sessions_that_are_over_are_found_the_first_one_first(stores: Stores) -> None:
    sessions = [await a_session(stores, -number) for number in (1, 2, 0)]
    live = await a_session(stores, 1)

    async def work() -> tuple[LoginSession, ...]:
        found = await stores.past_sign_ins.lock_sessions(PAST, 2)
        await stores.sessions.remove([session.id for session in found], ())
        return found

    assert await stores.transactions.run(work) == (sessions[1], sessions[0])
    assert await stores.transactions.run(work) == (sessions[2],)
    assert await stores.sessions.lock(live.person_id) == (live,)


async def test_a_session_that_is_forgotten_tells_of_its_end_once(stores: Stores) -> None:
    session = await a_session(stores, 0)
    forgetting = forget_sign_ins(stores)
    assert await all_at_once(lambda _: forgetting()) == [None] * 20
    assert await stores.sessions.lock(session.person_id) == ()
    (event,) = await events_about(stores, session.person_id)
    assert isinstance(event, SessionEnded)
    assert event.session_id == session.id


async def test_a_session_that_lives_is_kept(stores: Stores) -> None:
    person = await given.a_person(stores)
    now = await stores.clock.now()
    session = attrs.evolve(
        values.a_session(person), idle_ends_at=now - KEPT_LONGER + MOMENT, ends_at=now + DAY
    )
    await stores.sessions.add(session, ())
    await forget_sign_ins(stores)()
    assert await stores.sessions.lock(person.id) == (session,)
    await end_session(stores)(person.id, session.id)


async def test_more_than_a_batch_is_deleted(stores: Stores) -> None:
    rows = [await a_code(stores, number) for number in range(501)]
    await forget_sign_ins(stores)()
    assert not any([await is_there() for is_there in rows])


async def test_no_limit_is_forgotten_with_what_it_counts(stores: Stores) -> None:
    """A client that asked for as many codes as it gets is refused, however often we forget."""
    post, client, ask = Postbox(), uuid7().hex, request_code(stores, Postbox())
    for _ in range(20):
        await ask(an_email(), client)
    await forget_sign_ins(stores)()
    with pytest.raises(TooManyCodesError):
        await request_code(stores, post)(an_email(), client)
    assert post.mails == []


async def test_a_tally_is_kept_for_the_longest_window(stores: Stores) -> None:
    now = await stores.clock.now()
    last = now - KEPT_LONGER - WINDOW
    over = await the_tally(stores, Tally(uuid7().bytes, (last,)))
    counts = await the_tally(stores, Tally(uuid7().bytes, (last, last + MOMENT)))
    await forget_sign_ins(stores)()
    assert (await over(), await counts()) == (False, True)


async def test_a_code_on_its_way_is_kept(stores: Stores) -> None:
    post, email = Postbox(), an_email()
    nonce = (await request_code(stores, post)(email, uuid7().hex)).nonce
    await forget_sign_ins(stores)()
    verified = await verify_code(stores)(to_verify(email, nonce, post.code(email)))
    assert verified.created
