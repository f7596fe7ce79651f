"""Login sessions and guests."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from domain.identity.digests import secret_digest
from domain.identity.events import GuestClaimed
from domain.identity.guests import (
    EmailNotProvenError,
    claim,
    is_guest,
    require_no_address,
)
from domain.identity.sessions import (
    LoginSession,
    NewSession,
    SessionOrigin,
    login_session,
    minted_session,
    to_drop,
    used,
)
from domain.identity.sign_in_policy import SignInPolicy
from domain.shared.errors import InvalidValueError
from domain.shared.ids import LoginSessionId
from tests.domain.identity import values
from tests.domain.identity.values import ANA, NOW, VERSION

POLICY = SignInPolicy()
MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def new(number: int = 1, origin: SessionOrigin = SessionOrigin.EMAIL_CODE) -> NewSession:
    return NewSession(
        id=LoginSessionId(UUID(int=number)), person_id=ANA, token=f"t{number}", origin=origin
    )


def a_session(number: int = 1) -> LoginSession:
    return login_session(new(number), POLICY, NOW + number * MOMENT)


def test_it_ends_when_it_is_not_used_for_fourteen_days() -> None:
    session = login_session(new(), POLICY, NOW)
    assert session.lives(NOW + 14 * DAY - MOMENT)
    assert not session.lives(NOW + 14 * DAY)


def test_use_prolongs_it_up_to_thirty_days() -> None:
    session = login_session(new(), POLICY, NOW)
    for day in (13, 26):
        session = used(session, POLICY, NOW + day * DAY)
        assert session.last_used_at == NOW + day * DAY
    assert session.lives(NOW + 30 * DAY - MOMENT)
    assert not session.lives(NOW + 30 * DAY)


def test_its_use_is_noted_to_ten_minutes() -> None:
    session = login_session(new(), POLICY, NOW)
    assert used(session, POLICY, NOW + timedelta(minutes=10) - MOMENT) is session
    assert used(session, POLICY, NOW + timedelta(minutes=10)) != session


def test_a_minted_token_lives_as_long_as_was_asked_and_no_use_prolongs_it() -> None:
    minted = new(origin=SessionOrigin.MINTED)
    assert minted_session(minted, None, POLICY, NOW).ends_at == NOW + timedelta(hours=1)
    session = minted_session(minted, 900, POLICY, NOW)
    later = used(session, POLICY, NOW + timedelta(minutes=14))
    assert later.last_used_at == NOW + timedelta(minutes=14)
    assert not later.lives(NOW + timedelta(minutes=15))


@pytest.mark.parametrize("seconds", [-1, 0, 59, 86_401])
def test_a_minted_token_lives_neither_too_short_nor_too_long(seconds: int) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        minted_session(new(origin=SessionOrigin.MINTED), seconds, POLICY, NOW)
    assert refusal.value.field == "lifetime_seconds"


def test_the_default_never_exceeds_the_most() -> None:
    policy = SignInPolicy(minted_token_longest_seconds=60)
    session = minted_session(new(origin=SessionOrigin.MINTED), None, policy, NOW)
    assert session.ends_at == NOW + timedelta(seconds=60)


def test_only_the_digest_of_the_token_is_kept() -> None:
    session = a_session()
    assert session.digest == secret_digest("t1")
    assert "t1" not in {str(value) for value in attrs.asdict(session).values()}
    assert "token" not in repr(new())


def test_one_session_too_many_drops_the_oldest_and_all_that_are_dead() -> None:
    policy = SignInPolicy(sessions_per_person=3)
    dead = attrs.evolve(a_session(9), ends_at=NOW)
    known = [a_session(3), a_session(1), dead, a_session(2)]
    assert to_drop(known[:1], policy, NOW) == ()
    assert to_drop(known, policy, NOW) == (a_session(1), dead)


def test_a_guest_is_claimed_once() -> None:
    guest = values.a_person()
    assert is_guest(guest)
    claimed = claim(
        guest, " Ana@example.org ", policy=values.POLICY, policy_version=VERSION, now=NOW
    )
    assert claimed.person == attrs.evolve(guest, email="Ana@example.org")
    assert not is_guest(claimed.person)
    assert claimed.events == (GuestClaimed(at=NOW, person_id=ANA, policy_version=VERSION),)


@pytest.mark.parametrize("email", ["ana@example.org", None])
def test_nobody_sets_their_own_address(email: str | None) -> None:
    require_no_address({"name": "Ana"})
    with pytest.raises(EmailNotProvenError):
        require_no_address({"email": email})
