"""Achievements on PostgreSQL."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import msgspec
from attrs import frozen
from sqlalchemy import Uuid, any_, bindparam, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.outbox import write_events
from application.achievements.ports import Achiever
from application.shared.outbox import OutboxEvent
from domain.achievements.awards import Award, Earned
from domain.achievements.definitions import Achievement, AchievementId, AchievementKey
from domain.achievements.events import Category
from domain.achievements.metrics import Totals
from domain.achievements.requirements import Condition, as_data, requirement_of
from domain.identity.persons import PersonStatus
from domain.shared.ids import EventId, PersonId

_achievements, _awards = tables.achievements, tables.achievement_awards
_totals, _partners = tables.achievement_totals, tables.achievement_partners
_persons = tables.persons
_person = bindparam("person_id", type_=Uuid)
_ids = bindparam("partner_ids", type_=ARRAY(Uuid))


@frozen(kw_only=True)
class AchievementRow:
    """An achievement as its row holds it: what it asks for and gives is JSON."""

    id: AchievementId
    key: AchievementKey
    name: str
    description: str
    category: Category
    icon_url: str | None
    points: int
    requirements: str
    is_public: bool
    achievement_type: str | None
    badge: str | None
    special_reward: str | None
    published_at: datetime
    withdrawn_at: datetime | None


@frozen(kw_only=True)
class AwardRow:
    """An award as its row holds it: what it came of is JSON."""

    person_id: PersonId
    key: AchievementKey
    category: Category
    points: int
    earned_at: datetime
    event_id: EventId | None
    inputs: str
    policy_version: str
    is_public: bool
    displayed_at: datetime | None
    celebrated_at: datetime | None
    social_context: str | None
    shared_publicly: bool
    related_entity_type: str | None
    related_entity_id: UUID | None


def _json(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _read(text: str | None) -> Any:  # noqa: ANN401 - what JSON holds
    return None if text is None else msgspec.json.decode(text)


def achievement_to_row(achievement: Achievement) -> dict[str, Any]:
    """Give the columns of an achievement."""
    values = attrs.asdict(achievement, recurse=False)
    values |= {
        "requirements": _json(as_data(achievement.requirements)),
        "special_reward": _json(achievement.special_reward),
    }
    return to_row(AchievementRow(**values))


def achievement_from_row(row: Row) -> Achievement:
    """Give the achievement of a row."""
    values = attrs.asdict(from_row(AchievementRow, row), recurse=False)
    values |= {
        "requirements": requirement_of(_read(row["requirements"])),
        "special_reward": _read(row["special_reward"]),
    }
    return Achievement(**values)


def award_to_row(award: Award) -> dict[str, Any]:
    """Give the columns of an award."""
    values = attrs.asdict(award, recurse=False)
    values |= {
        "inputs": _json([attrs.asdict(one) for one in award.inputs]),
        "social_context": _json(award.social_context),
    }
    return to_row(AwardRow(**values))


def award_from_row(row: Row) -> Award:
    """Give the award of a row."""
    values = attrs.asdict(from_row(AwardRow, row), recurse=False)
    values |= {
        "inputs": tuple(Condition(**one) for one in _read(row["inputs"])),
        "social_context": _read(row["social_context"]),
    }
    return Award(**values)


_one = select(*columns_for(_achievements, AchievementRow))
_ALL = Statement(_one.order_by(_achievements.c.published_at, _achievements.c.id))
# Not against awards of it, which refer to its key: who earns holds the person meanwhile, whom
# who holds this one may go on to.
_HELD = Statement(
    _one.where(_achievements.c.key == bindparam("key")).with_for_update(key_share=True)
)
_ADD = Statement(
    upsert(_achievements)
    .values({name: bindparam(name) for name in field_names(AchievementRow)})
    .on_conflict_do_nothing(index_elements=["key"])
    .returning(_achievements.c.id)
)
_CHANGEABLE = ("name", "description", "icon_url", "is_public", "withdrawn_at")
_REPLACE = Statement(
    update(_achievements)
    .where(_achievements.c.key == bindparam("of_key"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGEABLE})
)


@frozen
class PostgresAchievements:
    """What there is to earn."""

    executor: Executor

    async def all(self) -> tuple[Achievement, ...]:
        """Give all, in the order in which they were published; withdrawn ones too."""
        return tuple(map(achievement_from_row, await self.executor.rows(_ALL)))

    async def held(self, key: AchievementKey) -> Achievement | None:
        """Give one, which nobody else changes until the transaction ends."""
        row = await self.executor.row(_HELD, key=key)
        return None if row is None else achievement_from_row(row)

    async def add(self, achievement: Achievement) -> bool:
        """Add one; tell whether its key was free."""
        return await self.executor.row(_ADD, **achievement_to_row(achievement)) is not None

    async def replace(self, achievement: Achievement) -> None:
        """Keep a changed one in place of the one with its key."""
        changes = {f"new_{name}": getattr(achievement, name) for name in _CHANGEABLE}
        await self.executor.rows(_REPLACE, of_key=achievement.key, **changes)


_LOCK = Statement(
    select(_persons.c.id).where(_persons.c.id == _person).with_for_update(key_share=True)
)
_LOOK = Statement(
    select(
        _persons.c.id,
        _persons.c.status,
        _persons.c.registered_at,
        _totals.c.counted,
        func.coalesce(_totals.c.points, literal_column("0")).label("points"),
        func.array(
            select(_awards.c.key).where(_awards.c.person_id == _person).scalar_subquery()
        ).label("held"),
        func.array(
            select(_partners.c.partner_id)
            .where(_partners.c.person_id == _person, _partners.c.partner_id == any_(_ids))
            .scalar_subquery()
        ).label("met"),
    )
    .select_from(_persons)
    .outerjoin(_totals, _totals.c.person_id == _persons.c.id)
    .where(_persons.c.id == _person)
)
_total = upsert(_totals).values(
    person_id=_person,
    counted=bindparam("counted"),
    points=bindparam("points"),
    awards=bindparam("awards"),
)
_KEEP_TOTALS = Statement(
    _total.on_conflict_do_update(
        index_elements=["person_id"],
        set_={name: _total.excluded[name] for name in ("counted", "points", "awards")},
    )
)
_MEET = Statement(
    upsert(_partners)
    .from_select(["person_id", "partner_id"], select(_person, func.unnest(_ids)))
    .on_conflict_do_nothing()
)
_AWARD = Statement(
    insert(_awards).values({name: bindparam(name) for name in field_names(AwardRow)})
)


def totals_of(row: Row, met: Collection[PersonId] = ()) -> Totals:
    """Give the totals of a row with a person and what was counted of them."""
    return Totals(
        person_id=row["id"],
        registered_at=row["registered_at"],
        counted=_read(row["counted"]) or {},
        met=frozenset(met),
    )


@frozen
class PostgresAchievers:
    """Who earns."""

    executor: Executor

    async def look(
        self, person_id: PersonId, partners: Collection[PersonId] = (), *, lock: bool = False
    ) -> Achiever | None:
        """Give a person, with those of some partners who were counted already."""
        if lock:
            # A statement of its own: the next one sees what whoever held the lock has kept.
            await self.executor.rows(_LOCK, person_id=person_id)
        row = await self.executor.row(_LOOK, person_id=person_id, partner_ids=list(partners))
        if row is None:
            return None
        return Achiever(
            deleted=row["status"] == PersonStatus.DELETED,
            totals=totals_of(row, row["met"]),
            points=row["points"],
            held=frozenset(row["held"]),
        )

    async def store(
        self, before: Achiever, earned: Earned, events: Collection[OutboxEvent]
    ) -> None:
        """Keep what a locked person earned, with what goes out of it."""
        person_id = before.totals.person_id
        await self.executor.rows(
            _KEEP_TOTALS,
            person_id=person_id,
            counted=_json(earned.totals.counted),
            points=earned.points,
            awards=len(before.held) + len(earned.awards),
        )
        new = earned.totals.met - before.totals.met
        if new:
            await self.executor.rows(_MEET, person_id=person_id, partner_ids=sorted(new))
        for award in earned.awards:
            await self.executor.rows(_AWARD, **award_to_row(award))
        await write_events(self.executor, events)
