"""Login sessions: how a person's own client proves who it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import attrs
from attrs import frozen

from ..shared.errors import InvalidValueError, NotFoundError
from ..shared.ids import LoginSessionId, PersonId
from .digests import secret_digest
from .events import SessionEnded, SignedIn
from .sign_in_policy import SignInPolicy

PREFIX = "kk_user_"
"""What every token of a person begins with, so that it is told from a service key."""

_USE_PRECISION = timedelta(minutes=10)
_SHORTEST_TOKEN_SECONDS = 60


class SessionOrigin(StrEnum):
    """How a session began."""

    EMAIL_CODE = "email_code"
    GOOGLE = "google"
    MINTED = "minted"


@frozen(kw_only=True)
class LoginSession:
    """A session as it is stored: the digest of its token, never the token.

    Attributes:
        id: Its name, safe to show.
        person_id: Whose it is.
        digest: SHA-256 of the token; it has 256 random bits, so no salt is needed.
        origin: How it began.
        created_at: When it began.
        last_used_at: When its token was last taken, to about ten minutes.
        idle_ends_at: When it ends if it is not used until then; never after `ends_at`.
        ends_at: When it ends in any case.
    """

    id: LoginSessionId
    person_id: PersonId
    digest: bytes
    origin: SessionOrigin
    created_at: datetime
    last_used_at: datetime
    idle_ends_at: datetime
    ends_at: datetime

    def lives(self, now: datetime) -> bool:
        """Tell whether the session's token is taken at an instant."""
        return now < min(self.idle_ends_at, self.ends_at)


def no_such_session() -> NotFoundError:
    """Give the error for a session that is absent or another person's."""
    return NotFoundError("There is no such session; list the sessions to see their ids.")


@frozen(kw_only=True)
class NewSession:
    """What a session is begun with: whose it is, under which names, and how it came about."""

    id: LoginSessionId
    person_id: PersonId
    token: str = attrs.field(repr=False)
    origin: SessionOrigin


def login_session(new: NewSession, policy: SignInPolicy, now: datetime) -> LoginSession:
    """Begin a session of somebody who signed in."""
    ends_at = now + timedelta(seconds=policy.session_longest_seconds)
    idle_ends_at = now + timedelta(seconds=policy.session_idle_seconds)
    return _session(new, now, min(idle_ends_at, ends_at), ends_at)


def minted_session(
    new: NewSession, lifetime_seconds: int | None, policy: SignInPolicy, now: datetime
) -> LoginSession:
    """Begin a session that a service vouches for; only its lifetime ends it.

    Raises:
        InvalidValueError: The lifetime is too short or too long.
    """
    longest = policy.minted_token_longest_seconds
    seconds = lifetime_seconds
    if seconds is None:
        seconds = min(policy.minted_token_seconds, longest)
    if not _SHORTEST_TOKEN_SECONDS <= seconds <= longest:
        raise InvalidValueError(
            "lifetime_seconds", f"Give from {_SHORTEST_TOKEN_SECONDS} to {longest} seconds."
        )
    ends_at = now + timedelta(seconds=seconds)
    return _session(new, now, ends_at, ends_at)


def used(session: LoginSession, policy: SignInPolicy, now: datetime) -> LoginSession:
    """Give a session after its token was taken; the same one if that was noted just before."""
    if now - session.last_used_at < _USE_PRECISION:
        return session
    if session.origin is SessionOrigin.MINTED:
        return attrs.evolve(session, last_used_at=now)
    idle_ends_at = now + timedelta(seconds=policy.session_idle_seconds)
    return attrs.evolve(session, last_used_at=now, idle_ends_at=min(idle_ends_at, session.ends_at))


def to_drop(
    sessions: Iterable[LoginSession], policy: SignInPolicy, now: datetime
) -> tuple[LoginSession, ...]:
    """Give those of a person's sessions that make room for one more: the dead, then the oldest."""
    known = sorted(sessions, key=lambda session: (session.created_at, session.id))
    living = [session for session in known if session.lives(now)]
    surplus = living[: max(0, len(living) - policy.sessions_per_person + 1)]
    return tuple(session for session in known if session not in living or session in surplus)


def signed_in(session: LoginSession, policy_version: str) -> SignedIn:
    """Give the event of a session that began."""
    return SignedIn(
        at=session.created_at,
        person_id=session.person_id,
        policy_version=policy_version,
        session_id=session.id,
        origin=session.origin.value,
    )


def ended(session: LoginSession, policy_version: str, now: datetime) -> SessionEnded:
    """Give the event of a session that ended before its time, or is no longer kept."""
    return SessionEnded(
        at=now, person_id=session.person_id, policy_version=policy_version, session_id=session.id
    )


def _session(
    new: NewSession, now: datetime, idle_ends_at: datetime, ends_at: datetime
) -> LoginSession:
    return LoginSession(
        id=new.id,
        person_id=new.person_id,
        digest=secret_digest(new.token),
        origin=new.origin,
        created_at=now,
        last_used_at=now,
        idle_ends_at=idle_ends_at,
        ends_at=ends_at,
    )
