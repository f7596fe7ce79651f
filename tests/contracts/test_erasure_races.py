"""Whatever happens while a person is erased, nothing of theirs is left, and nothing follows it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any

import attrs
import pytest
from attrs import define
from uuid_utils.compat import uuid7

from adapters.memory.transaction import MemoryTransactions
from application.conversations.send_message import SendMessageRequest, SentMessage
from application.identity.file_report import FileReportRequest
from application.identity.open_session import OpenedSession, SignInResult
from application.identity.request_code import RequestedCode
from application.shared.idempotency import Answer
from application.video.end_call import EndPersonCalls
from application.video.start_call import StartCallRequest
from domain.identity.code_limits import TooManyCodesError
from domain.identity.erasure import Erasure
from domain.identity.events import PersonErased
from domain.identity.learning import LearningPreferences
from domain.identity.persons import Person, PersonChange, PersonStatus, change_profile
from domain.identity.sign_in_codes import SignInCodeSpentError
from domain.shared.ids import PersonId
from domain.shared.standing import PartnerDeletedError, PersonDeletedError
from domain.video.call_commands import CallInProgressError
from domain.video.calls import Ringing
from domain.video.unlock import DailyMessageLimitReachedError
from tests.contracts import given, values
from tests.contracts.given import Pair
from tests.contracts.sign_in import (
    Postbox,
    authenticate,
    mint_token,
    request_code,
    to_verify,
    verify_code,
)
from tests.contracts.stores import Stores
from tests.contracts.test_erasure import a_secret
from tests.contracts.test_races import WORKERS, all_at_once, events_about, kinds, to_send
from tests.contracts.use_cases import (
    block_person,
    change_person,
    close_call,
    erase_person,
    file_report,
    open_conversation,
    send_message,
    set_preferences,
    start_call,
)
from tests.contracts.values import RULEBOOK, START, an_attempt, an_email

_LIMIT = (DailyMessageLimitReachedError,)
ROUNDS = range(3)
"""Each race is run a few times, with the erasure at another place of the queue."""


def is_turn(number: int, round_: int) -> bool:
    return number == (round_ + 1) * WORKERS // 4


def renamed(person: Person, name: str) -> PersonChange:
    return change_profile(
        person,
        {"name": name},
        policy=RULEBOOK.policies.identity,
        policy_version=RULEBOOK.version,
        now=START,
    )


async def ends_with_the_erasure(stores: Stores, person: Person) -> None:
    events = await events_about(stores, person.id)
    assert isinstance(events[-1], PersonErased)
    assert kinds(events)[PersonErased] == 1


@pytest.mark.parametrize("round_", ROUNDS)
async def test_no_text_is_left_of_one_who_sends_meanwhile(stores: Stores, round_: int) -> None:
    pair, secret = await given.a_pair(stores), a_secret()
    send, erase = send_message(stores), erase_person(stores)

    def render(sent: SentMessage) -> Answer:
        return Answer(status=201, body=sent.message.text.encode(), person_id=pair.a.id)

    def act(number: int) -> Awaitable[object]:
        if is_turn(number, round_):
            return erase(pair.a.id)
        request = SendMessageRequest(
            conversation_id=pair.conversation.id,
            sender_id=pair.a.id,
            text=f"{secret} {number}",
            client_message_id=f"{secret}-{number}",
            attempt=an_attempt(),
            render=render,
        )
        return send(request)

    outcomes = kinds(await all_at_once(act))

    assert outcomes.keys() <= {SentMessage, PersonDeletedError, Erasure, *_LIMIT}
    assert await stores.mentions(secret) == []
    page = await stores.messages.page(pair.conversation.id, None, 50, newest_first=False)
    assert {message.text for message in page.items} <= {""}
    assert len(page.items) == outcomes[SentMessage]
    await ends_with_the_erasure(stores, pair.a)


@pytest.mark.parametrize("round_", ROUNDS)
async def test_nothing_reaches_one_who_is_erased(stores: Stores, round_: int) -> None:
    pair = await given.a_pair(stores)
    send, erase = send_message(stores), erase_person(stores)

    outcomes = await all_at_once(
        lambda number: erase(pair.a.id) if is_turn(number, round_) else send(to_send(pair, pair.b))
    )

    assert kinds(outcomes).keys() <= {SentMessage, PartnerDeletedError, Erasure, *_LIMIT}
    happened = await events_about(stores, pair.a.id, pair.b.id)
    assert isinstance(happened[-1], PersonErased)
    assert len(happened) - 1 == kinds(outcomes)[SentMessage]


@pytest.mark.parametrize("round_", ROUNDS)
async def test_no_block_is_left_of_one_who_blocks_meanwhile(stores: Stores, round_: int) -> None:
    pair = await given.a_pair(stores)
    await given.a_call(stores, pair.conversation)
    block, erase = block_person(stores), erase_person(stores)

    def act(number: int) -> Awaitable[object]:
        if is_turn(number, round_):
            return erase(pair.a.id)
        ids = (pair.a.id, pair.b.id)
        return block(*(ids if number % 2 else ids[::-1]))

    outcomes = kinds(await all_at_once(act))

    assert outcomes.keys() <= {type(None), PersonDeletedError, Erasure}
    assert outcomes[type(None)] >= WORKERS // 2 - 1
    assert await stores.calls.open_in(pair.conversation.id) == ()
    # The other's block is theirs, and stays.
    assert await stores.blocks.between(pair.a.id, pair.b.id)
    assert await stores.blocks.remove(pair.b.id, pair.a.id, ())
    assert not await stores.blocks.between(pair.a.id, pair.b.id)
    await ends_with_the_erasure(stores, pair.a)


@pytest.mark.parametrize("round_", ROUNDS)
async def test_no_call_is_left_open_of_one_who_calls_meanwhile(stores: Stores, round_: int) -> None:
    pair = await given.a_pair(stores)
    call, erase = start_call(stores), erase_person(stores)

    def act(number: int) -> Awaitable[object]:
        if is_turn(number, round_):
            return erase(pair.a.id)
        caller = (pair.a, pair.b)[number % 2]
        return call(StartCallRequest(conversation_id=pair.conversation.id, initiator_id=caller.id))

    outcomes = kinds(await all_at_once(act))

    assert outcomes[Ringing] <= 1
    assert outcomes.keys() <= {
        Ringing,
        CallInProgressError,
        PersonDeletedError,
        PartnerDeletedError,
        Erasure,
    }
    assert await stores.calls.open_of(pair.a.id) == ()
    assert await stores.calls.open_of(pair.b.id) == ()
    await ends_with_the_erasure(stores, pair.a)


@pytest.mark.parametrize("round_", ROUNDS)
async def test_nothing_is_left_of_what_is_written_meanwhile(stores: Stores, round_: int) -> None:
    pair, secret = await given.a_pair(stores), a_secret()
    stranger = await given.a_person(stores)
    erase, prefer, report = erase_person(stores), set_preferences(stores), file_report(stores)
    change, open_one = change_person(stores), open_conversation(stores)

    def act(number: int) -> Awaitable[object]:
        if is_turn(number, round_):
            return erase(pair.a.id)
        acts = (
            lambda: prefer(
                LearningPreferences(
                    person_id=pair.a.id, target_language="ja", specific_goals=(secret,)
                )
            ),
            lambda: report(
                FileReportRequest(
                    reporter_id=pair.a.id, reported_id=pair.b.id, reason=f"{secret} {number}"
                )
            ),
            lambda: change(pair.a.id, lambda person: renamed(person, f"{secret} {number}")),
            lambda: open_one(pair.a.id, stranger.id),
        )
        return acts[number % len(acts)]()

    outcomes = await all_at_once(act)

    errors = {type(outcome) for outcome in outcomes if isinstance(outcome, Exception)}
    assert errors <= {PersonDeletedError}
    assert await stores.mentions(secret) == []
    await ends_with_the_erasure(stores, pair.a)


@pytest.mark.parametrize("round_", ROUNDS)
async def test_no_session_is_left_of_one_who_signs_in_meanwhile(
    stores: Stores, round_: int
) -> None:
    email, post = an_email(), Postbox()
    owner = await given.a_person(stores, email=email)
    ask, verify, mint = request_code(stores, post), verify_code(stores), mint_token(stores)
    erase, nonce = erase_person(stores), (await ask(email, uuid7().hex)).nonce
    request = to_verify(email, nonce, post.code(email))

    def act(number: int) -> Awaitable[object]:
        if is_turn(number, round_):
            return erase(owner.id)
        acts = (
            lambda: verify(request),
            lambda: mint(owner.id, None),
            lambda: ask(email, uuid7().hex),
        )
        return acts[number % len(acts)]()

    outcomes = await all_at_once(act)

    assert kinds(outcomes).keys() <= {
        SignInResult,
        OpenedSession,
        RequestedCode,
        SignInCodeSpentError,
        TooManyCodesError,
        PersonDeletedError,
        Erasure,
    }
    assert await stores.sessions.lock(owner.id) == ()
    for outcome in outcomes:
        opened = outcome.opened if isinstance(outcome, SignInResult) else outcome
        if isinstance(opened, OpenedSession):
            session = await authenticate(stores)(opened.token)
            # Whoever signed in after it is somebody else.
            assert (session is None) == (opened.person.id == owner.id)
    await ends_with_the_erasure(stores, owner)


@pytest.mark.parametrize("round_", ROUNDS)
async def test_a_guest_is_claimed_or_erased_first(stores: Stores, round_: int) -> None:
    guest, post = await given.a_person(stores), Postbox()
    ask, verify, erase = request_code(stores, post), verify_code(stores), erase_person(stores)
    emails = [an_email() for _ in range(WORKERS)]
    nonces = [(await ask(email, uuid7().hex)).nonce for email in emails]

    def act(number: int) -> Awaitable[object]:
        if is_turn(number, round_):
            return erase(guest.id)
        email = emails[number]
        return verify(to_verify(email, nonces[number], post.code(email), guest.id))

    outcomes = await all_at_once(act)

    assert kinds(outcomes).keys() <= {SignInResult, PersonDeletedError, Erasure}
    erased = await given.the_person(stores, guest)
    assert (erased.status, erased.email) == (PersonStatus.DELETED, None)
    assert await stores.sessions.lock(guest.id) == ()
    await ends_with_the_erasure(stores, guest)


async def test_an_erasure_happens_once(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await given.an_answered_call(stores, pair.conversation)
    erase = erase_person(stores)
    erased = await all_at_once(lambda _: erase(pair.a.id))
    assert kinds(erased) == {Erasure: WORKERS}
    assert erased.count(erased[0]) == WORKERS
    await ends_with_the_erasure(stores, pair.a)


async def test_all_of_a_circle_can_leave_at_once(stores: Stores) -> None:
    persons = [await given.a_person(stores) for _ in range(5)]
    for number, one in enumerate(persons):
        for two in persons[:number]:
            conversation = values.a_conversation(one, two)
            await stores.conversations.add(conversation, ())
            await given.an_answered_call(stores, conversation)
    erase = erase_person(stores)

    erased = await all_at_once(lambda number: erase(persons[number % len(persons)].id))

    assert kinds(erased) == {Erasure: WORKERS}
    for person in persons:
        assert await stores.calls.open_of(person.id) == ()
        await ends_with_the_erasure(stores, person)


async def test_an_address_passes_on_while_its_owner_leaves(stores: Stores) -> None:
    email = values.an_email()
    owner = await given.a_person(stores, email=email)
    erase = erase_person(stores)

    async def register(number: int) -> object:
        if number == 0:
            return await erase(owner.id)
        person = values.a_person(email=email)

        async def work() -> Person:
            await stores.persons.add(person, ())
            return person

        return await stores.transactions.run(work)

    outcomes = kinds(await all_at_once(register))
    assert outcomes[Person] <= 1
    assert outcomes[Erasure] == 1
    found = (await stores.directory.page(email, None, 5)).items
    assert len(found) == outcomes[Person]


@define
class Amid:
    """Begins something once all is blanked, and lets the erasure end when that waits for it."""

    stores: Stores
    act: Callable[[], Coroutine[Any, Any, object]]
    begun: "asyncio.Task[object] | None" = None

    async def erase(self, *_: object) -> None:
        # In a context of its own, so that it is no part of the erasure's transaction.
        self.begun = asyncio.create_task(self.act(), context=Context())
        await self.stores.somebody_waits()


Act = Callable[[Stores, Pair, str], Coroutine[Any, Any, object]]
AMID: dict[str, tuple[Act, type[Exception]]] = {
    "send": (
        lambda stores, pair, secret: send_message(stores)(to_send(pair, pair.a, text=secret)),
        PersonDeletedError,
    ),
    "be sent to": (
        lambda stores, pair, _: send_message(stores)(to_send(pair, pair.b)),
        PartnerDeletedError,
    ),
    "report": (
        lambda stores, pair, secret: file_report(stores)(
            FileReportRequest(reporter_id=pair.a.id, reported_id=pair.b.id, reason=secret)
        ),
        PersonDeletedError,
    ),
    "prefer": (
        lambda stores, pair, secret: set_preferences(stores)(
            LearningPreferences(person_id=pair.a.id, target_language="ja", specific_goals=(secret,))
        ),
        PersonDeletedError,
    ),
    "change": (
        lambda stores, pair, secret: change_person(stores)(
            pair.a.id, lambda person: renamed(person, secret)
        ),
        PersonDeletedError,
    ),
    "block": (
        lambda stores, pair, _: block_person(stores)(pair.a.id, pair.b.id),
        PersonDeletedError,
    ),
    "call": (
        lambda stores, pair, _: start_call(stores)(
            StartCallRequest(conversation_id=pair.conversation.id, initiator_id=pair.a.id)
        ),
        PersonDeletedError,
    ),
    "be given a token": (
        lambda stores, pair, _: mint_token(stores)(pair.a.id, None),
        PersonDeletedError,
    ),
    "be called": (
        lambda stores, pair, _: start_call(stores)(
            StartCallRequest(conversation_id=pair.conversation.id, initiator_id=pair.b.id)
        ),
        PartnerDeletedError,
    ),
}


@pytest.mark.parametrize("name", AMID)
async def test_what_begins_amid_an_erasure_waits_and_is_refused(stores: Stores, name: str) -> None:
    pair, secret = await given.a_pair(stores), a_secret()
    act, error = AMID[name]
    amid = Amid(stores, lambda: act(stores, pair, secret))
    erase = attrs.evolve(erase_person(stores), personal_data=(stores.personal_data, amid))

    await erase(pair.a.id)

    assert amid.begun is not None
    with pytest.raises(error):
        await amid.begun
    assert await stores.mentions(secret) == []
    assert await stores.calls.open_of(pair.a.id) == ()
    await ends_with_the_erasure(stores, pair.a)


async def test_a_call_that_just_began_ends_with_the_erasure(stores: Stores) -> None:
    if isinstance(stores.transactions, MemoryTransactions):
        pytest.skip("in memory nothing begins amid a transaction of another's")
    pair = await given.a_pair(stores)

    @define
    class Late:
        """Tells of the calls as they were before one more began."""

        calls: EndPersonCalls
        looks: int = 0

        async def partners(self, person_id: PersonId) -> frozenset[PersonId]:
            self.looks += 1
            if self.looks == 1:
                call = start_call(stores)(
                    StartCallRequest(conversation_id=pair.conversation.id, initiator_id=pair.b.id)
                )
                await asyncio.create_task(call, context=Context())
                return frozenset()
            return await self.calls.partners(person_id)

        async def end(self, person_id: PersonId) -> None:
            await self.calls.end(person_id)

    late = Late(EndPersonCalls(stores.calls, close_call(stores)))
    await attrs.evolve(erase_person(stores), calls=late)(pair.a.id)

    assert late.looks > 2
    assert await stores.calls.open_of(pair.b.id) == ()
    await ends_with_the_erasure(stores, pair.a)
