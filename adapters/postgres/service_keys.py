"""Service keys on PostgreSQL."""

from datetime import datetime

from attrs import frozen
from sqlalchemy import bindparam, func, insert, select, update

from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.tables import Instant, service_keys
from domain.identity.service_keys import ServiceKey
from domain.shared.ids import ServiceKeyId

_key = select(*columns_for(service_keys, ServiceKey))
_BY_DIGEST = Statement(_key.where(service_keys.c.digest == bindparam("digest")))
_ALL = Statement(_key.order_by(service_keys.c.created_at, service_keys.c.id))
_ADD = Statement(
    insert(service_keys).values({name: bindparam(name) for name in field_names(ServiceKey)})
)
_MARK = Statement(
    update(service_keys)
    .where(service_keys.c.id == bindparam("id"))
    .values(
        last_used_at=func.coalesce(
            bindparam("used_at", type_=Instant), service_keys.c.last_used_at
        ),
        revoked_at=func.coalesce(service_keys.c.revoked_at, bindparam("revoked_at", type_=Instant)),
    )
    .returning(service_keys.c.id)
)

CHANNEL = "kithkin_service_keys"
"""Where every process is told, as it commits, that a key changed."""

_TELL = Statement(select(func.pg_notify(CHANNEL, "")))


@frozen
class PostgresServiceKeys:
    """The service keys, by digest."""

    executor: Executor

    async def add(self, key: ServiceKey) -> None:
        """Add a key."""
        await self.executor.rows(_ADD, **to_row(key))

    async def by_digest(self, digest: bytes) -> ServiceKey | None:
        """Give the key of this digest, if there is one."""
        row = await self.executor.row(_BY_DIGEST, digest=digest)
        return None if row is None else from_row(ServiceKey, row)

    async def all(self) -> tuple[ServiceKey, ...]:
        """Give all keys, the oldest first."""
        return tuple(from_row(ServiceKey, row) for row in await self.executor.rows(_ALL))

    async def mark(
        self,
        key_id: ServiceKeyId,
        *,
        used_at: datetime | None = None,
        revoked_at: datetime | None = None,
    ) -> bool:
        """Set when a key was last used or was first revoked."""
        async with self.executor.transaction():
            marked = await self.executor.row(
                _MARK, id=key_id, used_at=used_at, revoked_at=revoked_at
            )
            if revoked_at is not None:
                await self.executor.rows(_TELL)
        return marked is not None
