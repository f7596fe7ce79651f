"""Twenty at once guess, use and ask for codes, and no limit is exceeded by one."""

from uuid_utils.compat import uuid7

from application.identity.open_session import SignInResult
from application.identity.request_code import RequestedCode
from domain.identity.code_limits import TooManyCodesError
from domain.identity.digests import secret_digest
from domain.identity.events import PersonRegistered, SignedIn
from domain.identity.guests import is_guest
from domain.identity.sign_in_codes import SignInCodeSpentError, SignInCodeWrongError
from domain.shared.standing import PersonSuspendedError
from tests.contracts import given
from tests.contracts.sign_in import (
    Postbox,
    authenticate,
    mint_token,
    request_code,
    suspend_person,
    to_verify,
    verify_code,
)
from tests.contracts.stores import Stores
from tests.contracts.test_races import WORKERS, all_at_once, events_about, kinds
from tests.contracts.values import an_email

TRIES = 5


async def test_parallel_uses_of_one_code_give_one_sign_in(stores: Stores) -> None:
    email, post = an_email(), Postbox()
    nonce = (await request_code(stores, post)(email, uuid7().hex)).nonce
    request, verify = to_verify(email, nonce, post.code(email)), verify_code(stores)

    outcomes = await all_at_once(lambda _: verify(request))

    assert kinds(outcomes) == {SignInResult: 1, SignInCodeSpentError: WORKERS - 1}
    [verified] = [outcome for outcome in outcomes if isinstance(outcome, SignInResult)]
    person = verified.opened.person
    assert kinds(await events_about(stores, person.id)) == {PersonRegistered: 1, SignedIn: 1}
    assert await stores.sessions.lock(person.id) == (verified.opened.session,)


async def test_parallel_guesses_are_compared_five_times_at_most(stores: Stores) -> None:
    email, post = an_email(), Postbox()
    nonce = (await request_code(stores, post)(email, uuid7().hex)).nonce
    right, verify = int(post.code(email)), verify_code(stores)

    async def guess(number: int) -> SignInResult:
        wrong = f"{(right + 1 + number) % 10**8:08}"
        return await verify(to_verify(email, nonce, wrong))

    outcomes = await all_at_once(guess)

    assert kinds(outcomes) == {
        SignInCodeWrongError: TRIES,
        SignInCodeSpentError: WORKERS - TRIES,
    }
    code = await stores.sign_in_codes.lock(secret_digest(nonce))
    assert code is not None
    assert code.tries == TRIES


async def test_parallel_requests_never_exceed_an_addresss_limit(stores: Stores) -> None:
    email, post = an_email(), Postbox()
    ask = request_code(stores, post)
    outcomes = await all_at_once(lambda _: ask(email, uuid7().hex))
    assert kinds(outcomes) == {RequestedCode: 3, TooManyCodesError: WORKERS - 3}
    assert len(post.mails) == 3


async def test_parallel_requests_never_exceed_a_clients_limit(stores: Stores) -> None:
    client, post = uuid7().hex, Postbox()
    ask = request_code(stores, post)

    async def twice(_: int) -> list[object]:
        return [await ask(an_email(), client), await ask(an_email(), client)]

    await all_at_once(twice)
    assert len(post.mails) == 20


async def test_addresses_and_clients_that_cross_do_not_lock_each_other_out(
    stores: Stores,
) -> None:
    emails, clients = [an_email() for _ in range(4)], [uuid7().hex for _ in range(4)]
    ask = request_code(stores, Postbox())
    outcomes = await all_at_once(lambda number: ask(emails[number % 4], clients[-(number % 3)]))
    assert kinds(outcomes) == {RequestedCode: 12, TooManyCodesError: 8}


async def test_a_guest_is_claimed_by_one_address(stores: Stores) -> None:
    guest = await given.a_person(stores)
    post, verify = Postbox(), verify_code(stores)
    emails = [an_email() for _ in range(WORKERS)]
    ask = request_code(stores, post)
    nonces = [(await ask(email, uuid7().hex)).nonce for email in emails]

    async def claim(number: int) -> SignInResult:
        email = emails[number]
        return await verify(to_verify(email, nonces[number], post.code(email), guest.id))

    outcomes = await all_at_once(claim)

    assert kinds(outcomes) == {SignInResult: WORKERS}
    claims = [outcome for outcome in outcomes if outcome.claimed]
    assert [one.opened.person.id for one in claims] == [guest.id]
    assert not is_guest(await given.the_person(stores, guest))


async def test_no_session_survives_a_suspension(stores: Stores) -> None:
    person = await given.a_person(stores)
    mint, suspend = mint_token(stores), suspend_person(stores)

    async def mint_or_suspend(number: int) -> object:
        if number == WORKERS // 2:
            return await suspend(person.id, "Spam")
        return (await mint(person.id, None)).token

    outcomes = await all_at_once(mint_or_suspend)

    assert kinds(outcomes).keys() <= {str, type(person), PersonSuspendedError}
    assert await stores.sessions.lock(person.id) == ()
    for token in (outcome for outcome in outcomes if isinstance(outcome, str)):
        assert await authenticate(stores)(token) is None
