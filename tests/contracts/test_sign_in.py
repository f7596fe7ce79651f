"""Signing in, on every store."""

from datetime import timedelta
from typing import Any

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.identity.open_session import OpenedSession, SignInResult
from application.shared.mail import MailUnavailableError
from domain.identity.code_limits import Tally, TooManyCodesError
from domain.identity.digests import secret_digest
from domain.identity.events import GuestClaimed, PersonRegistered, SessionEnded, SignedIn
from domain.identity.guests import EmailAlikeError, GuestNotMergedError
from domain.identity.persons import Person, PersonStatus
from domain.identity.sessions import SessionOrigin
from domain.identity.sign_in_codes import SignInCodeSpentError, SignInCodeWrongError
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import LoginSessionId, PersonId
from domain.shared.standing import PersonSuspendedError
from tests.contracts import given
from tests.contracts.sign_in import (
    Postbox,
    authenticate,
    end_all_sessions,
    end_session,
    mint_token,
    request_code,
    suspend_person,
    to_verify,
    verify_code,
)
from tests.contracts.stores import Stores
from tests.contracts.values import PEPPER, an_email


def a_client() -> str:
    return uuid7().hex


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08}"


async def asked(stores: Stores, post: Postbox, email: str) -> str:
    return (await request_code(stores, post)(email, a_client())).nonce


async def signed_in(
    stores: Stores, email: str, signed_in_as: PersonId | None = None
) -> SignInResult:
    post = Postbox()
    nonce = await asked(stores, post, email)
    return await verify_code(stores)(to_verify(email, nonce, post.code(email), signed_in_as))


async def minted(stores: Stores, person: Person) -> OpenedSession:
    return await mint_token(stores)(person.id, None)


async def events_about(stores: Stores, person_id: PersonId) -> list[type]:
    return [type(out.event) for out in await stores.outbox() if out.event.person_id == person_id]


async def test_the_first_success_creates_the_person(stores: Stores) -> None:
    email = an_email()
    first = await signed_in(stores, email)
    person = first.opened.person
    assert (first.created, first.claimed, person.email) == (True, False, email)
    assert await stores.persons.get(person.id) == person
    assert await events_about(stores, person.id) == [PersonRegistered, SignedIn]
    again = await signed_in(stores, email.upper())
    assert (again.created, again.opened.person.id) == (False, person.id)
    assert first.opened.token != again.opened.token


async def test_a_code_works_once(stores: Stores) -> None:
    email, post = an_email(), Postbox()
    request = to_verify(email, await asked(stores, post, email), post.code(email))
    await verify_code(stores)(request)
    with pytest.raises(SignInCodeSpentError):
        await verify_code(stores)(request)


async def test_a_new_code_kills_the_old_one(stores: Stores) -> None:
    email, post = an_email(), Postbox()
    nonce = await asked(stores, post, email)
    old = to_verify(email, nonce, post.code(email))
    newer = await asked(stores, post, email)
    with pytest.raises(SignInCodeSpentError):
        await verify_code(stores)(old)
    await verify_code(stores)(to_verify(email, newer, post.code(email)))


async def test_five_wrong_tries_kill_a_code(stores: Stores) -> None:
    email, post = an_email(), Postbox()
    nonce = await asked(stores, post, email)
    right = post.code(email)
    for _ in range(5):
        with pytest.raises(SignInCodeWrongError):
            await verify_code(stores)(to_verify(email, nonce, another(right)))
    with pytest.raises(SignInCodeSpentError):
        await verify_code(stores)(to_verify(email, nonce, right))


async def test_a_code_is_bound_to_its_address_and_attempt(stores: Stores) -> None:
    email, other, post = an_email(), an_email(), Postbox()
    nonce = await asked(stores, post, email)
    others = await asked(stores, post, other)
    code = post.code(email)
    with pytest.raises(SignInCodeWrongError):
        await verify_code(stores)(to_verify(other, nonce, code))
    with pytest.raises(SignInCodeWrongError):
        await verify_code(stores)(to_verify(email, others, code))
    with pytest.raises(SignInCodeSpentError):
        await verify_code(stores)(to_verify(email, "unknown", code))
    await verify_code(stores)(to_verify(email, nonce, code))


@pytest.mark.parametrize(
    ("known", "alike"),
    [
        ("ana@{}.strasse.example", "ana@{}.straße.example"),
        ("sam.{}@example.org", "\u017fam.{}@example.org"),
        ("weiß.{}@example.org", "weiss.{}@example.org"),
    ],
    ids=ascii,
)
async def test_a_mailbox_that_only_counts_as_the_same_signs_nobody_in(
    stores: Stores, known: str, alike: str
) -> None:
    """The two differ by more than case, so they may be two owners' mailboxes."""
    tag, post = uuid7().hex, Postbox()
    known, alike = known.format(tag), alike.format(tag)
    await given.a_person(stores, email=known)
    nonce = await asked(stores, post, alike)
    with pytest.raises(SignInCodeWrongError):
        await verify_code(stores)(to_verify(known, nonce, post.code(alike)))
    for guest in (None, (await given.a_person(stores)).id):
        with pytest.raises(EmailAlikeError if guest is None else GuestNotMergedError):
            await verify_code(stores)(to_verify(alike, nonce, post.code(alike), guest))
    assert (await signed_in(stores, known)).created is False


@pytest.mark.parametrize("written", [("Zo\xeb", "ZOE\u0308"), ("\u212aim", "kim")], ids=ascii)
async def test_an_address_is_one_however_it_is_encoded(
    stores: Stores, written: tuple[str, str]
) -> None:
    tag = uuid7().hex
    emails = [f"{name}.{tag}@example.org" for name in written]
    first, *others = [await signed_in(stores, email) for email in (*emails, *emails[:1])]
    assert {one.opened.person.id for one in others} == {first.opened.person.id}
    with pytest.raises(TooManyCodesError):
        await asked(stores, Postbox(), emails[1])


async def test_an_address_gets_three_codes_and_a_refusal_changes_nothing(stores: Stores) -> None:
    email, post = an_email(), Postbox()
    nonce, *_ = [await asked(stores, post, email) for _ in range(3)][::-1]
    with pytest.raises(TooManyCodesError) as refusal:
        await asked(stores, post, email)
    assert refusal.value.retry_after_seconds == 900
    assert len(post.mails) == 3
    await verify_code(stores)(to_verify(email, nonce, post.code(email)))


async def test_a_code_that_cannot_be_sent_is_void_and_does_not_count(stores: Stores) -> None:
    email, client = an_email(), a_client()
    ask = request_code(stores, Postbox(away=True))
    for _ in range(5):
        with pytest.raises(MailUnavailableError):
            await ask(email, client)
    subjects = PEPPER.address(email), PEPPER.client(client)

    async def tallies() -> dict[bytes, Tally]:
        return await stores.code_tallies.lock(*subjects)

    held = await stores.transactions.run(tallies)
    assert held == {subject: Tally(subject) for subject in subjects}
    post = Postbox()
    for _ in range(3):
        await asked(stores, post, email)


async def test_a_refusal_for_the_client_does_not_count_for_the_address(stores: Stores) -> None:
    client, post = a_client(), Postbox()
    ask = request_code(stores, post)
    for _ in range(20):
        await ask(an_email(), client)
    email = an_email()
    with pytest.raises(TooManyCodesError) as refusal:
        await ask(email, client)
    assert refusal.value.retry_after_seconds == 3600
    for _ in range(3):
        await asked(stores, post, email)


async def test_a_token_is_whose_it_is(stores: Stores) -> None:
    person = await given.a_person(stores)
    opened = await minted(stores, person)
    found = await authenticate(stores)(opened.token)
    assert found == opened.session
    assert found.person_id == person.id
    assert found.digest == secret_digest(opened.token)
    for wrong in (opened.token[:-1], f"{opened.token}x", "", "kk_user_", "x" * 500):
        assert await authenticate(stores)(wrong) is None


async def test_a_session_that_was_ended_is_over(stores: Stores) -> None:
    person = await given.a_person(stores)
    kept, ended = await minted(stores, person), await minted(stores, person)
    await end_session(stores)(person.id, ended.session.id)
    assert await authenticate(stores)(ended.token) is None
    assert await authenticate(stores)(kept.token) == kept.session
    stranger = await given.a_person(stores)
    with pytest.raises(NotFoundError):
        await end_session(stores)(stranger.id, kept.session.id)
    with pytest.raises(NotFoundError):
        await end_session(stores)(person.id, LoginSessionId(uuid7()))
    await end_all_sessions(stores)(person.id)
    assert await authenticate(stores)(kept.token) is None
    assert await events_about(stores, person.id) == [SignedIn] * 2 + [SessionEnded] * 2


async def test_a_suspension_ends_all_sessions_for_good(stores: Stores) -> None:
    email = an_email()
    opened = (await signed_in(stores, email)).opened
    person_id = opened.person.id
    await suspend_person(stores)(person_id, "Spam")
    assert await authenticate(stores)(opened.token) is None
    with pytest.raises(PersonSuspendedError):
        await mint_token(stores)(person_id, None)
    with pytest.raises(PersonSuspendedError):
        await signed_in(stores, email)
    [suspended] = await stores.persons.lock(person_id)
    again = attrs.evolve(suspended, status=PersonStatus.ACTIVE)
    await stores.persons.save(suspended, again, ())
    assert await authenticate(stores)(opened.token) is None


async def test_a_token_of_one_who_may_not_act_is_not_taken(stores: Stores) -> None:
    person = await given.a_person(stores)
    token = (await minted(stores, person)).token
    for status in (PersonStatus.DELETED, PersonStatus.SUSPENDED):
        [known] = await stores.persons.lock(person.id)
        await stores.persons.save(known, attrs.evolve(known, status=status), ())
        assert await authenticate(stores)(token) is None


async def test_a_guest_is_claimed_once(stores: Stores) -> None:
    guest, email = await given.a_person(stores), an_email()
    claimed = await signed_in(stores, email, guest.id)
    assert (claimed.created, claimed.claimed) == (False, True)
    assert claimed.opened.person == attrs.evolve(guest, email=email, version=2)
    assert GuestClaimed in await events_about(stores, guest.id)
    other = await signed_in(stores, an_email(), guest.id)
    assert (other.created, other.claimed) == (True, False)
    assert other.opened.person.id != guest.id


async def test_a_guest_is_not_merged_and_the_code_stays(stores: Stores) -> None:
    guest, email = await given.a_person(stores), an_email()
    known = (await signed_in(stores, email)).opened.person
    post = Postbox()
    nonce = await asked(stores, post, email)
    code = post.code(email)
    with pytest.raises(GuestNotMergedError):
        await verify_code(stores)(to_verify(email, nonce, code, guest.id))
    assert await stores.persons.get(guest.id) == guest
    verified = await verify_code(stores)(to_verify(email, nonce, code))
    assert verified.opened.person.id == known.id


async def test_sessions_are_listed_newest_first(stores: Stores) -> None:
    person = await given.a_person(stores)
    opened = [(await minted(stores, person)).session for _ in range(3)]
    now = await stores.clock.now()
    page = await stores.session_directory.page(person.id, now, None, 2)
    assert page.items == (opened[2], opened[1])
    rest = await stores.session_directory.page(person.id, now, page.last, 2)
    assert (rest.items, rest.last) == ((opened[0],), None)
    over = await stores.session_directory.page(person.id, now + timedelta(hours=1), None, 2)
    assert over.items == ()


async def test_the_use_of_a_session_is_noted_unless_it_ended(stores: Stores) -> None:
    person = await given.a_person(stores)
    session = (await minted(stores, person)).session
    later = session.last_used_at + timedelta(minutes=10)
    await stores.session_tokens.touch(attrs.evolve(session, last_used_at=later))
    [known] = await stores.sessions.lock(person.id)
    assert known == attrs.evolve(session, last_used_at=later)
    await end_all_sessions(stores)(person.id)
    await stores.session_tokens.touch(session)
    assert await stores.sessions.lock(person.id) == ()


async def test_a_minted_token_says_where_it_comes_from(stores: Stores) -> None:
    opened = await minted(stores, await given.a_person(stores))
    assert opened.session.origin is SessionOrigin.MINTED
    with pytest.raises(NotFoundError):
        await mint_token(stores)(PersonId(uuid7()), None)
    with pytest.raises(InvalidValueError):
        await mint_token(stores)(opened.person.id, 10**6)


async def test_a_session_needs_a_person_and_a_digest_of_its_own(stores: Stores) -> None:
    session = (await minted(stores, await given.a_person(stores))).session
    changes: list[dict[str, Any]] = [{}, {"person_id": PersonId(uuid7()), "digest": uuid7().bytes}]
    for change in changes:
        copy = attrs.evolve(session, id=LoginSessionId(uuid7()), **change)
        with pytest.raises(stores.constraint_error):
            await stores.sessions.add(copy, ())


async def test_one_nonce_stands_for_one_code(stores: Stores) -> None:
    post, email, other = Postbox(), an_email(), an_email()
    nonce = await asked(stores, post, email)
    await asked(stores, post, other)
    code = await stores.sign_in_codes.lock(secret_digest(nonce))
    assert code is not None
    with pytest.raises(stores.constraint_error):
        await stores.sign_in_codes.put(attrs.evolve(code, address=PEPPER.address(other)))
    assert await stores.sign_in_codes.remove(secret_digest(nonce))
    assert not await stores.sign_in_codes.remove(secret_digest(nonce))
