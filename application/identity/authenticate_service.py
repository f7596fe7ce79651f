"""Find out which service a request comes from."""

from datetime import timedelta

from attrs import frozen

from application.identity.ports import ServiceKeys
from application.shared.clock import Clock
from domain.identity.digests import secret_digest
from domain.identity.service_keys import PREFIX, ServiceKey

_LAST_USED_PRECISION = timedelta(minutes=1)
_LONGEST_KEY_CHARACTERS = 200


@frozen
class AuthenticateService:
    """Takes a service key that was not revoked."""

    keys: ServiceKeys
    clock: Clock

    async def __call__(self, secret: str) -> ServiceKey | None:
        """Give the key of this secret, or None where it is not to be taken.

        The secret is looked up by its digest, so how long that takes tells nothing of
        how much of a guess was right.
        """
        if not secret.startswith(PREFIX) or len(secret) > _LONGEST_KEY_CHARACTERS:
            return None
        key = await self.keys.by_digest(secret_digest(secret))
        if key is None or key.revoked_at is not None:
            return None
        now = await self.clock.now()
        if key.last_used_at is None or now - key.last_used_at >= _LAST_USED_PRECISION:
            await self.keys.mark(key.id, used_at=now)
        return key
