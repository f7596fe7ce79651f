"""Achievements, in memory."""

from collections.abc import Collection

import attrs
from attrs import frozen

from adapters.memory.rows import PartnerRow, TotalsRow
from adapters.memory.store import MemoryStore
from application.achievements.ports import Achiever, AwardBack, Candidate, Sight
from application.shared.outbox import OutboxEvent
from domain.achievements.awards import Award, Earned
from domain.achievements.definitions import Achievement, AchievementKey
from domain.achievements.metrics import Totals
from domain.conversations.messages import MessageRole
from domain.identity.persons import Person, PersonStatus
from domain.shared.ids import PersonId


@frozen
class MemoryAchievements:
    """What there is to earn."""

    _store: MemoryStore

    async def all(self) -> tuple[Achievement, ...]:
        """Give all, in the order in which they were published; withdrawn ones too."""
        async with self._store.access():
            found = self._store.achievements.all()
        return tuple(sorted(found, key=lambda one: (one.published_at, one.id)))

    async def held(self, key: AchievementKey) -> Achievement | None:
        """Give one; whoever touches the store has it to themself."""
        async with self._store.access():
            return self._store.achievements.get(key)

    async def add(self, achievement: Achievement) -> bool:
        """Add one; tell whether its key was free."""
        async with self._store.access():
            if achievement.key in self._store.achievements:
                return False
            self._store.achievements.insert(achievement)
            return True

    async def replace(self, achievement: Achievement) -> None:
        """Keep a changed one in place of the one with its key."""
        async with self._store.access():
            self._store.achievements.put(achievement)


@frozen
class MemoryAchievers:
    """Who earns."""

    _store: MemoryStore

    async def look(
        self,
        person_id: PersonId,
        partners: Collection[PersonId] = (),
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> Achiever | None:
        """Give a person, with those of some partners who were counted already."""
        async with self._store.access():
            person = self._store.persons.get(person_id)
            if person is None:
                return None
            row = self._store.achievement_totals.get(person_id)
            totals = attrs.evolve(
                _totals(self._store, person),
                met=frozenset(
                    partner
                    for partner in partners
                    if (person_id, partner) in self._store.achievement_partners
                ),
            )
            return Achiever(
                deleted=person.status is PersonStatus.DELETED,
                totals=totals,
                points=0 if row is None else row.points,
                held=frozenset(
                    award.key for award in self._store.achievement_awards.group("person", person_id)
                ),
            )

    async def store(
        self, before: Achiever, earned: Earned, events: Collection[OutboxEvent]
    ) -> None:
        """Keep what a locked person earned, with what goes out of it."""
        person_id, store = before.totals.person_id, self._store
        async with store.access():
            store.achievement_totals.put(
                TotalsRow(
                    person_id=person_id,
                    counted=dict(earned.totals.counted),
                    points=earned.points,
                    awards=len(before.held) + len(earned.awards),
                )
            )
            for partner_id in earned.totals.met - before.totals.met:
                store.achievement_partners.put(PartnerRow(person_id, partner_id))
            for award in earned.awards:
                store.achievement_awards.insert(award)
            store.publish(events)


@frozen
class MemoryAwards:
    """What was earned."""

    _store: MemoryStore

    async def of(self, person_id: PersonId) -> tuple[Award, ...]:
        """Give a person's awards, the first one first."""
        async with self._store.access():
            found = self._store.achievement_awards.group("person", person_id)
        return tuple(sorted(found, key=lambda award: (award.earned_at, award.key)))

    async def held(self, person_id: PersonId, key: AchievementKey) -> Award | None:
        """Give one award; whoever touches the store has it to themself."""
        async with self._store.access():
            return self._store.achievement_awards.get((person_id, key))

    async def replace(self, award: Award) -> None:
        """Keep a changed award."""
        async with self._store.access():
            self._store.achievement_awards.put(award)


@frozen
class MemorySights:
    """Who may see whom."""

    _store: MemoryStore

    async def between(self, viewer_id: PersonId, owner_id: PersonId) -> Sight | None:
        """Give what decides on it; None if there is no such owner."""
        async with self._store.access():
            owner = self._store.persons.get(owner_id)
            if owner is None:
                return None
            return Sight(
                deleted=owner.status is PersonStatus.DELETED,
                privacy_level=owner.privacy_level,
                social_sharing_enabled=owner.social_sharing_enabled,
                friends=self._friends(viewer_id, owner_id),
                blocked=self._store.blocked(viewer_id, owner_id),
            )

    def _friends(self, viewer_id: PersonId, owner_id: PersonId) -> bool:
        both = {viewer_id, owner_id}
        for talk in self._store.conversations.group("participant", viewer_id):
            if both == set(talk.participants):
                messages = self._store.messages.group("conversation", talk.id)
                return both == {one.sender_id for one in messages if one.role is MessageRole.USER}
        return False


@frozen
class MemoryAwardBacks:
    """How far achievements were awarded back."""

    _store: MemoryStore

    async def persons(self) -> int:
        """Give how many persons there are."""
        async with self._store.access():
            return len(self._store.persons)

    async def held(self, key: AchievementKey) -> AwardBack | None:
        """Give how far one is; whoever touches the store has it to themself."""
        async with self._store.access():
            return self._store.achievement_award_backs.get(key)

    async def keep(self, award_back: AwardBack) -> None:
        """Keep how far one is."""
        async with self._store.access():
            self._store.achievement_award_backs.put(award_back)

    async def candidates(
        self, key: AchievementKey, after: PersonId | None, limit: int
    ) -> tuple[Candidate, ...]:
        """Give the next persons who were not erased, in the order of their ids."""
        async with self._store.access():
            found = sorted(
                (
                    person
                    for person in self._store.persons.all()
                    if person.status is not PersonStatus.DELETED
                    and (after is None or person.id > after)
                ),
                key=lambda person: person.id,
            )[:limit]
            return tuple(
                Candidate(
                    totals=_totals(self._store, person),
                    held=(person.id, key) in self._store.achievement_awards,
                )
                for person in found
            )


def _totals(store: MemoryStore, person: Person) -> Totals:
    row = store.achievement_totals.get(person.id)
    return Totals(
        person_id=person.id,
        registered_at=person.registered_at,
        counted={} if row is None else row.counted,
    )
