"""What gives persons their tiers, as it was worked out last, on PostgreSQL."""

from datetime import datetime

import msgspec
from attrs import frozen
from sqlalchemy import Uuid, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.codec import field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.puts import put_statement
from adapters.postgres.shop_tables import kept_grants
from domain.billing.entitlements import PersonGrants
from domain.billing.subscriptions import TierGrant
from domain.shared.ids import PersonId


@frozen(kw_only=True)
class KeptGrantsRow:
    """What is kept of a person, as its row holds it: the grants are JSON."""

    person_id: PersonId
    grants: str
    changes_at: datetime | None
    policy_version: str


def grants_to_row(grants: PersonGrants) -> KeptGrantsRow:
    """Give grants as their row holds them."""
    return KeptGrantsRow(
        person_id=grants.person_id,
        grants=msgspec.json.encode(grants.grants).decode(),
        changes_at=grants.changes_at,
        policy_version=grants.policy_version,
    )


def grants_from_row(row: Row) -> PersonGrants:
    """Make grants of their row."""
    stored = from_row(KeptGrantsRow, row)
    return PersonGrants(
        person_id=stored.person_id,
        grants=msgspec.json.decode(stored.grants, type=tuple[TierGrant, ...]),
        changes_at=stored.changes_at,
        policy_version=stored.policy_version,
    )


_person = bindparam("person_id", type_=Uuid)
_GET = Statement(select(kept_grants).where(kept_grants.c.person_id == _person))
_KEEP = put_statement(kept_grants, field_names(KeptGrantsRow), "person_id")
_FORGET = Statement(delete(kept_grants).where(kept_grants.c.person_id == _person))
_KEPT_OF = Statement(
    select(kept_grants.c.person_id).where(
        kept_grants.c.person_id == any_(bindparam("person_ids", type_=ARRAY(Uuid)))
    )
)


@frozen
class PostgresKeptGrants:
    """What gives persons their tiers, as it was worked out last."""

    executor: Executor

    async def get(self, person_id: PersonId) -> PersonGrants | None:
        """Give a person's, if it is kept."""
        row = await self.executor.row(_GET, person_id=person_id)
        return None if row is None else grants_from_row(row)

    async def keep(self, grants: PersonGrants) -> None:
        """Keep a locked person's."""
        await self.executor.rows(_KEEP, **to_row(grants_to_row(grants)))

    async def forget(self, person_id: PersonId) -> None:
        """Forget a person's."""
        await self.executor.rows(_FORGET, person_id=person_id)

    async def kept_of(self, person_ids: frozenset[PersonId]) -> frozenset[PersonId]:
        """Give those of some persons whose is kept."""
        rows = await self.executor.rows(_KEPT_OF, person_ids=list(person_ids))
        return frozenset(row["person_id"] for row in rows)
