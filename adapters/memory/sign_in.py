"""What signing in needs of a store, in memory."""

from collections.abc import Iterable
from datetime import datetime

import attrs
from attrs import frozen

from adapters.memory.paging import paged
from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.identity.code_limits import Tally
from domain.identity.persons import Person, PersonStatus
from domain.identity.profile import email_key
from domain.identity.sessions import LoginSession
from domain.identity.sign_in_codes import SignInCode
from domain.shared.ids import LoginSessionId, PersonId


@frozen
class MemoryCodeTallies:
    """When addresses and clients were sent codes."""

    _store: MemoryStore

    async def lock(self, *subjects: bytes) -> dict[bytes, Tally]:
        """Give the tally of each subject."""
        async with self._store.access():
            return {
                subject: self._store.tallies.get(subject) or Tally(subject) for subject in subjects
            }

    async def save(self, *tallies: Tally) -> None:
        """Replace locked tallies."""
        async with self._store.access():
            for tally in tallies:
                self._store.tallies.put(tally)

    async def remove(self, subject: bytes) -> None:
        """Keep no tally of a subject any longer."""
        async with self._store.access():
            self._store.tallies.delete(subject)


@frozen
class MemorySignInCodes:
    """The code of each address, if it has one."""

    _store: MemoryStore

    async def put(self, code: SignInCode) -> None:
        """Keep a code in the place of the one that its address had before."""
        async with self._store.access():
            self._store.sign_in_codes.put(code)

    async def lock(self, nonce_digest: bytes) -> SignInCode | None:
        """Give the code of a login attempt."""
        async with self._store.access():
            return self._store.sign_in_codes.by("nonce_digest", nonce_digest)

    async def remove(self, nonce_digest: bytes) -> bool:
        """Make the code of a login attempt void; tell whether it was still there."""
        async with self._store.access():
            found = self._store.sign_in_codes.by("nonce_digest", nonce_digest)
            return found is not None and self._store.sign_in_codes.delete(found.address)

    async def remove_of(self, address: bytes) -> None:
        """Make the code of an address void, if it has one."""
        async with self._store.access():
            self._store.sign_in_codes.delete(address)


@frozen
class MemoryPersonsByEmail:
    """Finds persons by what they proved to be theirs."""

    _store: MemoryStore

    async def lock_by_email(self, email: str) -> Person | None:
        """Give the person of an address."""
        async with self._store.access():
            return self._store.persons.by("email", email_key(email))


@frozen
class MemoryLoginSessions:
    """The login sessions of persons."""

    _store: MemoryStore

    async def lock(self, person_id: PersonId) -> tuple[LoginSession, ...]:
        """Give all sessions of a person."""
        async with self._store.access():
            known = self._store.sessions.group("person", person_id)
            return tuple(sorted(known, key=lambda session: session.id))

    async def add(self, session: LoginSession, events: Iterable[OutboxEvent]) -> None:
        """Add a session."""
        async with self._store.access():
            self._store.sessions.insert(session)
            self._store.publish(events)

    async def remove(
        self, session_ids: Iterable[LoginSessionId], events: Iterable[OutboxEvent]
    ) -> None:
        """End sessions."""
        async with self._store.access():
            for session_id in session_ids:
                self._store.sessions.delete(session_id)
            self._store.publish(events)

    async def by_digest(self, digest: bytes) -> LoginSession | None:
        """Give the session of a token, unless its person may not act."""
        async with self._store.access():
            session = self._store.sessions.by("digest", digest)
            if session is None:
                return None
            active = self._store.persons[session.person_id].status is PersonStatus.ACTIVE
            return session if active else None

    async def touch(self, session: LoginSession) -> None:
        """Note when a session was used, unless it has ended meanwhile."""
        async with self._store.access():
            known = self._store.sessions.get(session.id)
            if known is not None:
                self._store.sessions.put(
                    attrs.evolve(
                        known,
                        last_used_at=session.last_used_at,
                        idle_ends_at=session.idle_ends_at,
                    )
                )

    async def page(
        self, person_id: PersonId, now: datetime, after: Position | None, limit: int
    ) -> Page[LoginSession]:
        """Give the sessions that live, the newest first."""
        async with self._store.access():
            known = self._store.sessions.group("person", person_id)
            return paged(
                [session for session in known if session.lives(now)],
                lambda session: Position(session.created_at, session.id),
                after,
                limit,
                newest_first=True,
            )
