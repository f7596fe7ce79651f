"""Awards on PostgreSQL: reading and changing them, who may see them, and awarding back."""

from uuid import UUID

from attrs import frozen
from sqlalchemy import Uuid, and_, bindparam, func, select, update
from sqlalchemy.sql import ColumnElement

from adapters.postgres import tables
from adapters.postgres.achievements import (
    AwardRow,
    award_from_row,
    totals_of,
)
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.conversation_list import has_written
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.identity import blocked_between
from adapters.postgres.puts import put_statement
from application.achievements.ports import AwardBack, Candidate, Sight
from domain.achievements.awards import Award
from domain.achievements.definitions import AchievementKey
from domain.identity.persons import PersonStatus
from domain.identity.profile import PrivacyLevel
from domain.shared.ids import PersonId

_awards, _totals = tables.achievement_awards, tables.achievement_totals
_backs, _persons = tables.achievement_award_backs, tables.persons
_conversations = tables.conversations
_person = bindparam("person_id", type_=Uuid)
_viewer = bindparam("viewer", type_=Uuid)
_owner = bindparam("owner", type_=Uuid)
_NOBODY = UUID(int=0)

_award = select(*columns_for(_awards, AwardRow))
_OF = Statement(
    _award.where(_awards.c.person_id == _person).order_by(_awards.c.earned_at, _awards.c.key)
)
_HELD = Statement(
    _award.where(
        _awards.c.person_id == _person, _awards.c.key == bindparam("key")
    ).with_for_update()
)
_CHANGEABLE = ("is_public", "displayed_at", "celebrated_at", "shared_publicly")
_REPLACE = Statement(
    update(_awards)
    .where(_awards.c.person_id == _person, _awards.c.key == bindparam("of_key"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGEABLE})
)


@frozen
class PostgresAwards:
    """What was earned."""

    executor: Executor

    async def of(self, person_id: PersonId) -> tuple[Award, ...]:
        """Give a person's awards, the first one first."""
        return tuple(map(award_from_row, await self.executor.rows(_OF, person_id=person_id)))

    async def held(self, person_id: PersonId, key: AchievementKey) -> Award | None:
        """Give one award, which nobody else changes until the transaction ends."""
        row = await self.executor.row(_HELD, person_id=person_id, key=key)
        return None if row is None else award_from_row(row)

    async def replace(self, award: Award) -> None:
        """Keep a changed award."""
        changes = {f"new_{name}": getattr(award, name) for name in _CHANGEABLE}
        await self.executor.rows(_REPLACE, person_id=award.person_id, of_key=award.key, **changes)


def _friends() -> ColumnElement[bool]:
    return (
        select(_conversations.c.id)
        .where(
            _conversations.c.participant_a == func.least(_viewer, _owner),
            _conversations.c.participant_b == func.greatest(_viewer, _owner),
            has_written(_viewer),
            has_written(_owner),
        )
        .exists()
    )


_SIGHT = Statement(
    select(
        _persons.c.status,
        _persons.c.privacy_level,
        _persons.c.social_sharing_enabled,
        _friends().label("friends"),
        blocked_between(_viewer, _owner).label("blocked"),
    ).where(_persons.c.id == _owner)
)


@frozen
class PostgresSights:
    """Who may see whom."""

    executor: Executor

    async def between(self, viewer_id: PersonId, owner_id: PersonId) -> Sight | None:
        """Give what decides on it; None if there is no such owner."""
        row = await self.executor.row(_SIGHT, viewer=viewer_id, owner=owner_id)
        if row is None:
            return None
        return Sight(
            deleted=row["status"] == PersonStatus.DELETED,
            privacy_level=PrivacyLevel(row["privacy_level"]),
            social_sharing_enabled=row["social_sharing_enabled"],
            friends=row["friends"],
            blocked=row["blocked"],
        )


_PERSONS = Statement(select(func.count().label("number")).select_from(_persons))
_HELD_BACK = Statement(
    select(*columns_for(_backs, AwardBack))
    .where(_backs.c.key == bindparam("key"))
    .with_for_update()
)
_KEEP_BACK = put_statement(_backs, field_names(AwardBack), "key")
_next = (_persons.c.id > bindparam("after", type_=Uuid), _persons.c.status != "deleted")
_LOCK_CANDIDATES = Statement(
    select(_persons.c.id)
    .where(*_next)
    .order_by(_persons.c.id)
    .limit(bindparam("take"))
    .with_for_update(key_share=True)
)
_CANDIDATES = Statement(
    select(
        _persons.c.id,
        _persons.c.registered_at,
        _totals.c.counted,
        _awards.c.key.is_not(None).label("held"),
    )
    .select_from(_persons)
    .outerjoin(_totals, _totals.c.person_id == _persons.c.id)
    .outerjoin(
        _awards, and_(_awards.c.person_id == _persons.c.id, _awards.c.key == bindparam("key"))
    )
    .where(*_next)
    .order_by(_persons.c.id)
    .limit(bindparam("take"))
)


@frozen
class PostgresAwardBacks:
    """How far achievements were awarded back."""

    executor: Executor

    async def persons(self) -> int:
        """Give how many persons there are."""
        row = await self.executor.row(_PERSONS)
        return 0 if row is None else int(row["number"])

    async def held(self, key: AchievementKey) -> AwardBack | None:
        """Give how far one is, which nobody else changes until the transaction ends."""
        row = await self.executor.row(_HELD_BACK, key=key)
        return None if row is None else from_row(AwardBack, row)

    async def keep(self, award_back: AwardBack) -> None:
        """Keep how far one is."""
        await self.executor.rows(_KEEP_BACK, **to_row(award_back))

    async def candidates(
        self, key: AchievementKey, after: PersonId | None, limit: int
    ) -> tuple[Candidate, ...]:
        """Lock the next persons who were not erased, and give them in the order of their ids."""
        place = {"after": after or _NOBODY, "take": limit}
        await self.executor.rows(_LOCK_CANDIDATES, **place)
        # A statement of its own: it sees what whoever held a lock before has kept.
        rows = await self.executor.rows(_CANDIDATES, key=key, **place)
        return tuple(Candidate(totals=totals_of(row), held=row["held"]) for row in rows)
