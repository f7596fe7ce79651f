"""Make, list and revoke service keys."""

import secrets
from uuid import UUID

from attrs import frozen

from application.identity.ports import ServiceKeys
from application.shared.clock import Clock
from application.shared.ids import NewId
from domain.identity.digests import secret_digest
from domain.identity.service_keys import PREFIX, Scope, ServiceKey
from domain.shared.errors import NotFoundError
from domain.shared.ids import ServiceKeyId

_RANDOM_BYTES = 32


@frozen
class NewServiceKey:
    """A key at the one moment at which it can be seen."""

    stored: ServiceKey
    secret: str


@frozen
class CreateKey:
    """Makes a service key."""

    keys: ServiceKeys
    clock: Clock
    new_id: NewId

    async def __call__(self, scope: Scope) -> NewServiceKey:
        """Make a key; only its digest is kept."""
        secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        key = ServiceKey(
            id=ServiceKeyId(self.new_id()),
            digest=secret_digest(secret),
            scope=scope,
            created_at=await self.clock.now(),
        )
        await self.keys.add(key)
        return NewServiceKey(key, secret)


@frozen
class RevokeKey:
    """Revokes a service key."""

    keys: ServiceKeys
    clock: Clock

    async def __call__(self, key_id: UUID) -> None:
        """Revoke a key: no request is taken with it from now on.

        Raises:
            NotFoundError: There is no such key.
        """
        now = await self.clock.now()
        if not await self.keys.mark(ServiceKeyId(key_id), revoked_at=now):
            raise NotFoundError(
                f"There is no service key {key_id}; list the keys to see their ids."
            )
