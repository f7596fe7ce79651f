"""Service keys: how an app's own backend proves who it is."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from ..shared.ids import ServiceKeyId

PREFIX = "kk_service_"
"""What every service key begins with, so that it is told from a person's token."""


class Scope(StrEnum):
    """What a key may do; each includes those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def covers(self, needed: "Scope") -> bool:
        """Tell whether a key of this scope may do what needs `needed`."""
        return _RANKS[self] >= _RANKS[needed]


_RANKS = {scope: rank for rank, scope in enumerate(Scope)}


@frozen(kw_only=True)
class ServiceKey:
    """A service key as it is stored: its digest, never itself.

    Attributes:
        id: The key's name, safe to show.
        digest: SHA-256 of the key; it has 256 random bits, so no salt is needed.
        scope: What it may do.
        created_at: When it was made.
        revoked_at: Since when it is no longer taken.
        last_used_at: When it was last taken, to about a minute.
    """

    id: ServiceKeyId
    digest: bytes
    scope: Scope
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
