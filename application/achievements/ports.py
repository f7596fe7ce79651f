"""What the use cases of achievements need of a store."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

import attrs
from attrs import frozen

from application.shared.outbox import OutboxEvent
from domain.achievements.awards import Award, Earned
from domain.achievements.definitions import Achievement, AchievementKey
from domain.achievements.metrics import Totals
from domain.identity.profile import PrivacyLevel
from domain.shared.ids import PersonId


@frozen(kw_only=True)
class Achiever:
    """A person, as far as achievements need to know them.

    Attributes:
        deleted: They were erased.
        totals: What was counted of them.
        points: The sum of their awards.
        held: What they were awarded.
    """

    deleted: bool
    totals: Totals
    points: int
    held: frozenset[AchievementKey]


@frozen(kw_only=True)
class Candidate:
    """A person who may be awarded something back.

    Attributes:
        totals: What was counted of them.
        held: They have it.
    """

    totals: Totals
    held: bool


@frozen(kw_only=True)
class Sight:
    """What decides whether one person may see the awards of another.

    Attributes:
        deleted: The owner was erased.
        privacy_level: Whom the owner lets see.
        social_sharing_enabled: The owner shows anything at all.
        friends: Both have written in their open conversation.
        blocked: One of the two has blocked the other.
    """

    deleted: bool
    privacy_level: PrivacyLevel
    social_sharing_enabled: bool
    friends: bool
    blocked: bool


@frozen(kw_only=True)
class AwardBack:
    """How far an achievement was awarded to those who had earned it before it was published.

    Attributes:
        key: The achievement.
        started_at: When it began.
        persons: How many persons there were then.
        seen: How many of them were looked at.
        awarded: How many were awarded it.
        upto: The last who was looked at; persons are looked at in the order of their ids.
        finished_at: When all were.
    """

    key: AchievementKey
    started_at: datetime
    persons: int
    seen: int = 0
    awarded: int = 0
    upto: PersonId | None = None
    finished_at: datetime | None = None

    def after(self, persons: Collection[PersonId], awarded: int) -> "AwardBack":
        """Give how far it is after some more persons."""
        return attrs.evolve(
            self,
            seen=self.seen + len(persons),
            awarded=self.awarded + awarded,
            upto=max(persons, default=self.upto),
        )


class Achievements(Protocol):
    """What there is to earn."""

    async def all(self) -> tuple[Achievement, ...]:
        """Give all, in the order in which they were published; withdrawn ones too."""
        ...

    async def held(self, key: AchievementKey) -> Achievement | None:
        """Give one, which nobody else changes until the transaction ends."""
        ...

    async def add(self, achievement: Achievement) -> bool:
        """Add one; tell whether its key was free."""
        ...

    async def replace(self, achievement: Achievement) -> None:
        """Keep a changed one in place of the one with its key."""
        ...


class Achievers(Protocol):
    """Who earns."""

    async def look(
        self, person_id: PersonId, partners: Collection[PersonId] = (), *, lock: bool = False
    ) -> Achiever | None:
        """Give a person, with those of some partners who were counted already.

        With `lock` nobody else changes them until the transaction ends. None if there is
        no such person.
        """
        ...

    async def store(
        self, before: Achiever, earned: Earned, events: Collection[OutboxEvent]
    ) -> None:
        """Keep what a locked person earned, with what goes out of it."""
        ...


class Awards(Protocol):
    """What was earned."""

    async def of(self, person_id: PersonId) -> tuple[Award, ...]:
        """Give a person's awards, the first one first."""
        ...

    async def held(self, person_id: PersonId, key: AchievementKey) -> Award | None:
        """Give one award, which nobody else changes until the transaction ends."""
        ...

    async def replace(self, award: Award) -> None:
        """Keep a changed award."""
        ...


class Sights(Protocol):
    """Who may see whom."""

    async def between(self, viewer_id: PersonId, owner_id: PersonId) -> Sight | None:
        """Give what decides on it; None if there is no such owner."""
        ...


class AwardBacks(Protocol):
    """How far achievements were awarded back."""

    async def persons(self) -> int:
        """Give how many persons there are."""
        ...

    async def held(self, key: AchievementKey) -> AwardBack | None:
        """Give how far one is, which nobody else changes until the transaction ends."""
        ...

    async def keep(self, award_back: AwardBack) -> None:
        """Keep how far one is."""
        ...

    async def candidates(
        self, key: AchievementKey, after: PersonId | None, limit: int
    ) -> tuple[Candidate, ...]:
        """Give the next persons who were not erased, in the order of their ids.

        Nobody else changes them until the transaction ends: what was about to be counted
        of them is, and whatever is counted later knows what is published by now.
        """
        ...
