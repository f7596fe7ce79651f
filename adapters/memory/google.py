"""What signing in with Google needs of a store, in memory."""

from attrs import frozen

from adapters.memory.store import MemoryStore
from adapters.memory.table import ConstraintError
from application.shared.transaction import ConcurrentUpdateError
from domain.identity.google import GoogleAttempt, GoogleLink


@frozen
class MemoryGoogleAttempts:
    """Attempts that were sent to Google."""

    _store: MemoryStore

    async def add(self, attempt: GoogleAttempt) -> None:
        """Keep an attempt."""
        async with self._store.access():
            self._store.google_attempts.insert(attempt)

    async def take(self, state_digest: bytes) -> GoogleAttempt | None:
        """Give an attempt, once."""
        async with self._store.access():
            attempt = self._store.google_attempts.get(state_digest)
            self._store.google_attempts.delete(state_digest)
            return attempt


@frozen
class MemoryGoogleLinks:
    """The persons whom Google accounts sign in."""

    _store: MemoryStore

    async def get(self, issuer: str, subject: str) -> GoogleLink | None:
        """Give the link of an account, if it has one."""
        async with self._store.access():
            return self._store.google_links.get((issuer, subject))

    async def add(self, link: GoogleLink) -> None:
        """Add a link."""
        async with self._store.access():
            try:
                self._store.google_links.insert(link)
            except ConstraintError as error:
                if error.constraint != "primary key":
                    raise
                raise ConcurrentUpdateError from error
