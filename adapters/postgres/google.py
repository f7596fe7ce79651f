"""What signing in with Google needs of PostgreSQL."""

import asyncpg
from attrs import frozen
from sqlalchemy import bindparam, delete, insert, select

from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.tables import google_attempts, google_links
from application.shared.transaction import ConcurrentUpdateError
from domain.identity.google import GoogleAttempt, GoogleLink

_ADD_ATTEMPT = Statement(
    insert(google_attempts).values({name: bindparam(name) for name in field_names(GoogleAttempt)})
)
_TAKE_ATTEMPT = Statement(
    delete(google_attempts)
    .where(google_attempts.c.state_digest == bindparam("state_digest"))
    .returning(*columns_for(google_attempts, GoogleAttempt))
)


@frozen
class PostgresGoogleAttempts:
    """Attempts that were sent to Google."""

    executor: Executor

    async def add(self, attempt: GoogleAttempt) -> None:
        """Keep an attempt."""
        await self.executor.rows(_ADD_ATTEMPT, **to_row(attempt))

    async def take(self, state_digest: bytes) -> GoogleAttempt | None:
        """Give an attempt, once."""
        row = await self.executor.row(_TAKE_ATTEMPT, state_digest=state_digest)
        return None if row is None else from_row(GoogleAttempt, row)


_GET_LINK = Statement(
    select(*columns_for(google_links, GoogleLink)).where(
        google_links.c.issuer == bindparam("issuer"),
        google_links.c.subject == bindparam("subject"),
    )
)
_ADD_LINK = Statement(
    insert(google_links).values({name: bindparam(name) for name in field_names(GoogleLink)})
)


@frozen
class PostgresGoogleLinks:
    """The persons whom Google accounts sign in."""

    executor: Executor

    async def get(self, issuer: str, subject: str) -> GoogleLink | None:
        """Give the link of an account, if it has one."""
        row = await self.executor.row(_GET_LINK, issuer=issuer, subject=subject)
        return None if row is None else from_row(GoogleLink, row)

    async def add(self, link: GoogleLink) -> None:
        """Add a link."""
        try:
            await self.executor.rows(_ADD_LINK, **to_row(link))
        except asyncpg.UniqueViolationError as error:
            raise ConcurrentUpdateError from error
