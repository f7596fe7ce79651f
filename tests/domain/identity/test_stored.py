"""What is stored of sessions, codes and attempts, as a whole."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from domain.identity.code_limits import (
    Tally,
    TooManyAttemptsError,
    TooManyCodesError,
    Window,
    address_windows,
    attempt_windows,
    client_windows,
    counted_attempt,
    counted_code,
)
from domain.identity.digests import secret_digest
from domain.identity.events import SessionEnded, SignedIn
from domain.identity.google import GoogleAccount
from domain.identity.pepper import Pepper
from domain.identity.sessions import (
    LoginSession,
    NewSession,
    SessionOrigin,
    ended,
    login_session,
    minted_session,
    signed_in,
    to_drop,
    used,
)
from domain.identity.sign_in_codes import SignInCode
from domain.identity.sign_in_policy import SignInPolicy
from domain.shared.ids import LoginSessionId
from tests.domain.identity import sign_ins
from tests.domain.identity.sign_ins import EMAIL, NONCE, PEPPER, RIGHT
from tests.domain.identity.values import ANA, NOW

POLICY = SignInPolicy()
MOMENT, MINUTE, DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)
SESSION = LoginSession(
    id=LoginSessionId(UUID(int=1)),
    person_id=ANA,
    digest=hashlib.sha256(b"t1").digest(),
    origin=SessionOrigin.EMAIL_CODE,
    created_at=NOW,
    last_used_at=NOW,
    idle_ends_at=NOW + 14 * DAY,
    ends_at=NOW + 30 * DAY,
)
MINTED = attrs.evolve(
    SESSION,
    origin=SessionOrigin.MINTED,
    idle_ends_at=NOW + 60 * MINUTE,
    ends_at=NOW + 60 * MINUTE,
)
HALF = "\ud800"
"""Half of a pair: not well-formed, but what a client may send all the same."""


def new(origin: SessionOrigin) -> NewSession:
    return NewSession(id=SESSION.id, person_id=ANA, token="t1", origin=origin)


def test_a_session_is_stored_with_both_its_ends() -> None:
    assert login_session(new(SessionOrigin.EMAIL_CODE), POLICY, NOW) == SESSION
    google = login_session(new(SessionOrigin.GOOGLE), POLICY, NOW)
    assert google == attrs.evolve(SESSION, origin=SessionOrigin.GOOGLE)
    short = SignInPolicy(session_longest_seconds=60)
    assert login_session(new(SessionOrigin.EMAIL_CODE), short, NOW) == attrs.evolve(
        SESSION, idle_ends_at=NOW + MINUTE, ends_at=NOW + MINUTE
    )


def test_a_minted_session_is_stored_with_one_end() -> None:
    minted = new(SessionOrigin.MINTED)
    assert minted_session(minted, None, POLICY, NOW) == MINTED
    for seconds in (60, 86_400):
        ends_at = NOW + timedelta(seconds=seconds)
        assert minted_session(minted, seconds, POLICY, NOW) == attrs.evolve(
            MINTED, idle_ends_at=ends_at, ends_at=ends_at
        )


def test_use_is_noted_and_moves_the_end_up_to_the_last_one() -> None:
    assert used(SESSION, POLICY, NOW + DAY) == attrs.evolve(
        SESSION, last_used_at=NOW + DAY, idle_ends_at=NOW + 15 * DAY
    )
    assert used(SESSION, POLICY, NOW + 13 * DAY).idle_ends_at == NOW + 27 * DAY
    late = attrs.evolve(SESSION, last_used_at=NOW + 16 * DAY, idle_ends_at=NOW + 30 * DAY)
    assert used(late, POLICY, NOW + 20 * DAY) == attrs.evolve(late, last_used_at=NOW + 20 * DAY)
    assert used(MINTED, POLICY, NOW + 10 * MINUTE) == attrs.evolve(
        MINTED, last_used_at=NOW + 10 * MINUTE
    )


def test_room_is_made_only_where_there_is_none() -> None:
    two = (SESSION, attrs.evolve(SESSION, id=LoginSessionId(UUID(int=2))))
    for most, dropped in ((3, ()), (2, two[:1]), (1, two)):
        policy = SignInPolicy(sessions_per_person=most)
        assert to_drop(reversed(two), policy, NOW) == dropped


def test_a_session_is_told_of_as_it_begins_and_ends() -> None:
    assert signed_in(SESSION, "v") == SignedIn(
        at=NOW, person_id=ANA, policy_version="v", session_id=SESSION.id, origin="email_code"
    )
    assert ended(SESSION, "v", NOW + DAY) == SessionEnded(
        at=NOW + DAY, person_id=ANA, policy_version="v", session_id=SESSION.id
    )


def test_a_token_that_is_not_well_formed_has_a_digest_too() -> None:
    assert secret_digest("t1") == hashlib.sha256(b"t1").digest()
    assert secret_digest(HALF) == hashlib.sha256(b"\xed\xa0\x80").digest()


def test_a_code_is_stored_under_the_pepper_with_its_end() -> None:
    assert sign_ins.a_code() == SignInCode(
        address=PEPPER.address(EMAIL),
        nonce_digest=secret_digest(NONCE),
        code_digest=PEPPER.code(NONCE, EMAIL, RIGHT),
        created_at=NOW,
        expires_at=NOW + 10 * MINUTE,
        tries=0,
    )
    assert sign_ins.try_code(sign_ins.a_code(tries=4)) == sign_ins.a_code(tries=5)
    sign_ins.compare(sign_ins.a_code(tries=5), RIGHT)


def keyed(use: bytes, *texts: bytes) -> bytes:
    key = hmac.digest(b"p" * 32, b"kithkin/" + use, "sha256")
    told = b"".join(len(text).to_bytes(4, "big") + text for text in texts)
    return hmac.digest(key, told, "sha256")


@pytest.mark.parametrize(
    ("hashed", "expected"),
    [
        (
            lambda: PEPPER.address("Ana@Straße.example"),
            keyed(b"sign-in/address", b"ana@strasse.example"),
        ),
        (lambda: PEPPER.client("10.0.0.1"), keyed(b"sign-in/client", b"10.0.0.1")),
        (lambda: PEPPER.google_client("10.0.0.1"), keyed(b"google/client", b"10.0.0.1")),
        (
            lambda: PEPPER.code("n", "Ana@Straße.example", "01234567"),
            keyed(b"sign-in/code", b"n", "ana@straße.example".encode(), b"01234567"),
        ),
        (lambda: PEPPER.request(b"\x01\xff"), keyed(b"idempotency/request", b"01ff")),
        (
            lambda: PEPPER.erased_email("Ana@Straße.example"),
            keyed(b"erasure/email", b"ana@strasse.example"),
        ),
        (lambda: PEPPER.client(HALF), keyed(b"sign-in/client", b"\xed\xa0\x80")),
        (lambda: PEPPER.digest("use"), keyed(b"use")),
    ],
    ids=["address", "client", "google-client", "code", "request", "erased", "half", "no-text"],
)
def test_what_is_hashed_stays_the_same_from_one_version_to_the_next(
    hashed: Callable[[], bytes], expected: bytes
) -> None:
    assert hashed() == expected


def test_another_pepper_gives_another_hash() -> None:
    assert Pepper(b"q" * 32).client("10.0.0.1") != PEPPER.client("10.0.0.1")


@pytest.mark.parametrize(
    ("windows_of", "expected"),
    [
        (address_windows, (Window(900, 3), Window(86_400, 10))),
        (client_windows, (Window(3600, 20),)),
        (attempt_windows, (Window(3600, 60),)),
    ],
)
def test_each_has_its_windows(
    windows_of: Callable[[SignInPolicy], tuple[Window, ...]], expected: tuple[Window, ...]
) -> None:
    assert windows_of(POLICY) == expected


def test_a_client_begins_so_many_attempts_in_an_hour() -> None:
    windows = (Window(3600, 2),)
    tally = counted_attempt(Tally(b"client"), windows, NOW)
    tally = counted_attempt(tally, windows, NOW + MINUTE)
    assert tally == Tally(b"client", (NOW, NOW + MINUTE))
    with pytest.raises(TooManyAttemptsError) as refusal:
        counted_attempt(tally, windows, NOW + 60 * MINUTE - MOMENT)
    assert refusal.value.detail == "Too many attempts were begun; begin another in 1 seconds."
    assert refusal.value.retry_after_seconds == 1
    assert counted_attempt(tally, iter(windows), NOW + 60 * MINUTE) == Tally(
        b"client", (NOW + MINUTE, NOW + 60 * MINUTE)
    )


def test_what_is_counted_is_kept_for_the_longest_of_its_windows() -> None:
    windows = (Window(60, 1), Window(600, 5))
    tally = counted_code(Tally(b"ana", (NOW - 10 * MINUTE, NOW - 9 * MINUTE)), windows, NOW)
    assert tally == Tally(b"ana", (NOW - 9 * MINUTE, NOW))
    with pytest.raises(TooManyCodesError) as refusal:
        counted_code(tally, iter(windows), NOW + timedelta(seconds=15))
    assert refusal.value.detail == "Too many codes were asked for; ask again in 45 seconds."
    assert refusal.value.retry_after_seconds == 45


@pytest.mark.parametrize(
    ("email", "verified", "domain", "proven"),
    [
        ("ana@gmail.com", True, None, True),
        ("Ana@GoogleMail.com", True, None, True),
        ("ana@gmail.com", False, None, False),
        ("ana@school.example", True, "School.example", True),
        ("ana@School.example", True, "school.example", True),
        ("ana@school.example", True, "other.example", False),
        ("ana@school.example", True, None, False),
        (None, True, "school.example", False),
    ],
)
def test_google_proves_only_the_addresses_it_runs(
    email: str | None, verified: bool, domain: str | None, proven: bool
) -> None:
    account = GoogleAccount(
        issuer="https://accounts.google.com",
        subject="1",
        email=email,
        email_verified=verified,
        hosted_domain=domain,
    )
    assert account.proven_email == (email if proven else None)
