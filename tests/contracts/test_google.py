"""Signing in with Google, on every store, against a real provider on this machine."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import attrs
import pytest
from joserfc.jwk import RSAKey
from uuid_utils.compat import uuid7

from adapters.google.openid import OpenIdProvider
from application.identity.admit_person import PersonAdmitter
from application.identity.finish_google import FinishGoogle, FinishGoogleRequest
from application.identity.open_session import SignInResult
from application.identity.start_google import StartedGoogle, StartGoogle
from application.shared.transaction import ConcurrentUpdateError
from domain.identity.code_limits import TooManyAttemptsError
from domain.identity.digests import secret_digest
from domain.identity.google import (
    ATTEMPT_SECONDS,
    GoogleAccount,
    GoogleAttempt,
    GoogleAttemptSpentError,
    GoogleLink,
    GoogleNotLinkedError,
    GoogleNotSetUpError,
    GoogleRefusedError,
    GoogleUnavailableError,
)
from domain.identity.guests import GuestNotMergedError
from domain.identity.persons import PersonStatus
from domain.identity.sessions import LoginSession, SessionOrigin
from domain.shared.standing import PersonSuspendedError
from tests.adapters.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    REDIRECT_URI,
    Provider,
    go_there,
    openid_provider,
)
from tests.contracts import given
from tests.contracts.sign_in import authenticate, mint_token, opener
from tests.contracts.stores import Stores
from tests.contracts.test_races import WORKERS, all_at_once, kinds
from tests.contracts.test_sign_in import signed_in as signed_in_by_code
from tests.contracts.use_cases import erase_person
from tests.contracts.values import PEPPER, RULEBOOK, START, an_email


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    with openid_provider() as provider:
        yield provider


@pytest.fixture
def google(served: Provider) -> Provider:
    served.account, served.changes = an_account(), {}
    served.signs_with, served.away = None, False
    return served


def a_gmail() -> str:
    return f"ana.{uuid4().hex}@gmail.com"


def an_account(**claims: Any) -> dict[str, Any]:
    return {
        "sub": uuid4().hex,
        "email": a_gmail(),
        "email_verified": True,
        "name": "Ana Lima",
        **claims,
    }


def of(google: Provider, **changes: str) -> OpenIdProvider:
    settings = {
        "issuer": google.url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": REDIRECT_URI,
    }
    return OpenIdProvider(**{**settings, **changes})


def start(stores: Stores, provider: OpenIdProvider | None) -> StartGoogle:
    return StartGoogle(
        stores.transactions,
        provider,
        stores.code_tallies,
        stores.google_attempts,
        stores.persons,
        stores.clock,
        PEPPER,
        RULEBOOK,
    )


def a_client() -> str:
    return uuid4().hex


def finish(stores: Stores, provider: OpenIdProvider | None) -> FinishGoogle:
    return FinishGoogle(
        stores.transactions,
        provider,
        stores.google_attempts,
        stores.google_links,
        stores.persons,
        stores.persons_by_email,
        PersonAdmitter(stores.persons, uuid7, RULEBOOK),
        opener(stores),
        stores.clock,
        PEPPER,
        RULEBOOK,
    )


async def test_an_erased_persons_account_signs_in_somebody_new(
    stores: Stores, google: Provider
) -> None:
    finish_it = finish(stores, of(google))
    first = await finish_it(await came_back(stores, google))
    late = await came_back(stores, google, first.opened.session)
    await erase_person(stores)(first.opened.person.id)
    assert await authenticate(stores)(first.opened.token) is None
    again = await finish_it(await came_back(stores, google))
    assert (again.created, again.opened.person.id == first.opened.person.id) == (True, False)
    assert again.opened.person.email == first.opened.person.email
    assert (await finish_it(late)).opened.person.id == again.opened.person.id


async def came_back(
    stores: Stores, google: Provider, session: LoginSession | None = None
) -> FinishGoogleRequest:
    """What comes back when the person has signed in at the provider."""
    started = await start(stores, of(google))(session, a_client())
    back = await go_there(started.url)
    return FinishGoogleRequest(state=back["state"], code=back["code"], nonce=started.nonce)


async def signed_in(
    stores: Stores, google: Provider, session: LoginSession | None = None
) -> SignInResult:
    return await finish(stores, of(google))(await came_back(stores, google, session))


async def test_an_account_that_is_new_registers_its_person(
    stores: Stores, google: Provider
) -> None:
    first = await signed_in(stores, google)
    person = first.opened.person
    assert (first.created, first.claimed) == (True, False)
    assert (person.name, person.email) == ("Ana Lima", google.account["email"])
    assert first.opened.session.origin is SessionOrigin.GOOGLE
    again = await signed_in(stores, google)
    assert (again.created, again.opened.person.id) == (False, person.id)


async def test_the_key_is_the_account_and_never_its_address(
    stores: Stores, google: Provider
) -> None:
    person = (await signed_in(stores, google)).opened.person
    google.account["email"] = a_gmail()
    assert (await signed_in(stores, google)).opened.person == person
    other = an_account(email=google.account["email"])
    google.account = other
    assert (await signed_in(stores, google)).opened.person.id != person.id


@pytest.mark.parametrize(
    ("domain", "hosted", "linked"),
    [
        ("gmail.com", None, True),
        ("googlemail.com", None, True),
        ("example.org", "example.org", True),
        ("example.org", None, False),
        ("example.org", "other.example.org", False),
    ],
)
async def test_a_person_is_linked_where_google_runs_the_address(
    stores: Stores, google: Provider, domain: str, hosted: str | None, linked: bool
) -> None:
    email = f"{uuid4().hex}@{domain}"
    person = await given.a_person(stores, email=email)
    google.account = an_account(email=email, hd=hosted)
    if linked:
        assert (await signed_in(stores, google)).opened.person.id == person.id
    else:
        with pytest.raises(GoogleNotLinkedError):
            await signed_in(stores, google)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_that_is_not_verified_links_nobody(
    stores: Stores, google: Provider, verified: object
) -> None:
    google.account["email_verified"] = verified
    await given.a_person(stores, email=google.account["email"])
    with pytest.raises(GoogleNotLinkedError):
        await signed_in(stores, google)


async def test_an_account_of_an_address_that_only_counts_as_the_same_links_nobody(
    stores: Stores, google: Provider
) -> None:
    tag = uuid4().hex
    await given.a_person(stores, email=f"ana.{tag}@strasse.example")
    email = f"ana.{tag}@stra\xdfe.example"
    google.account = an_account(email=email, hd=email.partition("@")[2])
    with pytest.raises(GoogleNotLinkedError):
        await signed_in(stores, google)


@pytest.mark.parametrize("verified", [False, None])
async def test_not_even_a_code_links_an_account_whose_address_is_not_verified(
    stores: Stores, google: Provider, verified: bool | None
) -> None:
    opened = (await signed_in_by_code(stores, an_email())).opened
    google.account["email_verified"] = verified
    with pytest.raises(GoogleNotLinkedError, match="not verified"):
        await signed_in(stores, google, opened.session)


async def test_an_address_that_google_does_not_run_stays_unset(
    stores: Stores, google: Provider
) -> None:
    google.account["email"] = an_email()
    verified = await signed_in(stores, google)
    assert (verified.created, verified.opened.person.email) == (True, None)


async def test_who_signed_in_by_a_code_is_linked_whatever_the_address(
    stores: Stores, google: Provider
) -> None:
    opened = (await signed_in_by_code(stores, an_email())).opened
    google.account["email"] = opened.person.email
    linked = await signed_in(stores, google, opened.session)
    assert linked.opened.person.id == opened.person.id
    assert (await signed_in(stores, google)).opened.person.id == opened.person.id
    other = (await signed_in_by_code(stores, an_email())).opened
    with pytest.raises(GoogleNotLinkedError):
        await signed_in(stores, google, other.session)


async def test_another_persons_account_is_not_linked(stores: Stores, google: Provider) -> None:
    await given.a_person(stores, email=google.account["email"])
    opened = (await signed_in_by_code(stores, an_email())).opened
    with pytest.raises(GoogleNotLinkedError):
        await signed_in(stores, google, opened.session)


async def test_a_minted_token_proves_no_address(stores: Stores, google: Provider) -> None:
    person = await given.a_person(stores, email=an_email())
    session = (await mint_token(stores)(person.id, None)).session
    assert (await signed_in(stores, google, session)).opened.person.id != person.id


async def test_a_guest_is_claimed_and_never_merged(stores: Stores, google: Provider) -> None:
    guest, second = await given.a_person(stores), await given.a_person(stores)
    session = (await mint_token(stores)(guest.id, None)).session
    claimed = await signed_in(stores, google, session)
    assert (claimed.claimed, claimed.created) == (True, False)
    assert claimed.opened.person == attrs.evolve(guest, email=google.account["email"], version=2)
    google.account["sub"] = uuid4().hex
    other = (await mint_token(stores)(second.id, None)).session
    with pytest.raises(GuestNotMergedError):
        await signed_in(stores, google, other)


async def test_what_came_back_is_taken_once(stores: Stores, google: Provider) -> None:
    back = await came_back(stores, google)
    outcomes = await all_at_once(lambda _: finish(stores, of(google))(back))
    assert kinds(outcomes) == {SignInResult: 1, GoogleAttemptSpentError: WORKERS - 1}


async def test_two_attempts_of_one_new_account_make_one_person(
    stores: Stores, google: Provider
) -> None:
    backs = [await came_back(stores, google) for _ in range(5)]
    outcomes = await all_at_once(lambda number: finish(stores, of(google))(backs[number % 5]))
    verified = [outcome for outcome in outcomes if isinstance(outcome, SignInResult)]
    assert len(verified) == 5
    assert len({one.opened.person.id for one in verified}) == 1
    assert [one.created for one in verified].count(True) == 1


@pytest.mark.parametrize("wrong", [{"nonce": "another"}, {"state": "another"}])
async def test_what_another_client_began_is_refused(
    stores: Stores, google: Provider, wrong: dict[str, str]
) -> None:
    back = await came_back(stores, google)
    with pytest.raises(GoogleAttemptSpentError):
        await finish(stores, of(google))(attrs.evolve(back, **wrong))


async def test_a_client_begins_sixty_attempts_in_an_hour(stores: Stores, google: Provider) -> None:
    begin, client = start(stores, of(google)), a_client()
    for refused in (0, 0, 0, WORKERS):
        outcomes = await all_at_once(lambda _: begin(None, client))
        assert kinds(outcomes)[TooManyAttemptsError] == refused
        assert kinds(outcomes)[StartedGoogle] == WORKERS - refused
    with pytest.raises(TooManyAttemptsError) as refusal:
        await begin(None, client)
    assert 0 < refusal.value.retry_after_seconds <= 3600
    await begin(None, a_client())


async def test_an_attempt_is_good_for_ten_minutes(stores: Stores, google: Provider) -> None:
    attempt = GoogleAttempt(
        state_digest=secret_digest(uuid7().hex),
        nonce_digest=secret_digest("n"),
        person_id=None,
        expires_at=START,
    )
    started = await start(stores, of(google))(None, a_client())
    assert started.expires_at == await stores.clock.now() + timedelta(seconds=ATTEMPT_SECONDS)
    state = uuid7().hex
    await stores.google_attempts.add(
        attrs.evolve(attempt, state_digest=secret_digest(state), expires_at=START)
    )
    with pytest.raises(GoogleAttemptSpentError):
        await finish(stores, of(google))(FinishGoogleRequest(state=state, code="c", nonce="n"))


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": None},
        {"iss": "https://accounts.example.org"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"azp": "another client"},
    ],
    ids=str,
)
async def test_a_token_that_says_something_else_is_refused(
    stores: Stores, google: Provider, changes: dict[str, Any]
) -> None:
    google.changes = changes
    with pytest.raises(GoogleRefusedError):
        await signed_in(stores, google)


async def test_a_token_that_another_signed_is_refused(stores: Stores, google: Provider) -> None:
    google.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    with pytest.raises(GoogleRefusedError):
        await signed_in(stores, google)


@pytest.mark.parametrize("code", ["", "nonsense"])
async def test_a_code_that_google_does_not_know_is_refused(
    stores: Stores, google: Provider, code: str
) -> None:
    back = await came_back(stores, google)
    with pytest.raises(GoogleRefusedError):
        await finish(stores, of(google))(attrs.evolve(back, code=code))


async def test_google_away_is_told(stores: Stores, google: Provider) -> None:
    back = await came_back(stores, google)
    google.away = True
    with pytest.raises(GoogleUnavailableError):
        await start(stores, of(google))(None, a_client())
    with pytest.raises(GoogleUnavailableError):
        await finish(stores, of(google))(back)
    nowhere = of(google, issuer="http://127.0.0.1:1")
    with pytest.raises(GoogleUnavailableError):
        await start(stores, nowhere)(None, a_client())


async def test_another_issuers_description_is_not_taken(stores: Stores, google: Provider) -> None:
    with pytest.raises(GoogleUnavailableError):
        await start(stores, of(google, issuer=f"{google.url}/other"))(None, a_client())


async def test_it_is_off_without_a_client(stores: Stores) -> None:
    with pytest.raises(GoogleNotSetUpError):
        await start(stores, None)(None, a_client())
    with pytest.raises(GoogleNotSetUpError):
        await finish(stores, None)(FinishGoogleRequest(state="s", code="c", nonce="n"))


async def test_a_suspended_person_does_not_sign_in(stores: Stores, google: Provider) -> None:
    await given.a_person(stores, email=google.account["email"], status=PersonStatus.SUSPENDED)
    with pytest.raises(PersonSuspendedError):
        await signed_in(stores, google)


async def test_a_link_is_added_once(stores: Stores) -> None:
    person = await given.a_person(stores)
    link = GoogleLink(issuer="i", subject=uuid4().hex, person_id=person.id, linked_at=START)
    await stores.google_links.add(link)
    assert await stores.google_links.get("i", link.subject) == link
    assert await stores.google_links.get("j", link.subject) is None
    with pytest.raises(ConcurrentUpdateError):
        await stores.google_links.add(link)


def test_neither_an_address_nor_a_secret_shows_in_a_repr(google: Provider) -> None:
    assert CLIENT_SECRET not in repr(of(google))
    account = GoogleAccount(issuer="i", subject="s", email="ana@gmail.com", name="Ana")
    assert "ana" not in repr(account).lower()
