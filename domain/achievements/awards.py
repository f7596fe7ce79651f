"""Awards: who earned what, when and by what."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

import attrs
from attrs import frozen

from ..shared.errors import InvalidValueError
from ..shared.events import Event
from ..shared.ids import EventId, PersonId
from .definitions import Achievement, AchievementKey
from .events import AchievementEarned, Category
from .metrics import Totals, context_of, count, related_to
from .requirements import Condition, conditions, is_met


@frozen(kw_only=True)
class Award:
    """That a person earned an achievement.

    Attributes:
        person_id: Who.
        key: What.
        category: What it is about.
        points: What it is worth.
        earned_at: When it was.
        event_id: The event that first met the requirements; None where time alone did, or
            the achievement was published later.
        inputs: The conditions as they were then.
        policy_version: The version of the policy in force.
        is_public: Others may see it.
        displayed_at: When the person was first shown it.
        celebrated_at: When it was celebrated.
        social_context: What a social one came of.
        shared_publicly: Whoever may see a social one also sees what it came of.
        related_entity_type: The kind of thing that a social one is about.
        related_entity_id: Its id.
    """

    person_id: PersonId
    key: AchievementKey
    category: Category
    points: int
    earned_at: datetime
    event_id: EventId | None
    inputs: tuple[Condition, ...]
    policy_version: str
    is_public: bool
    displayed_at: datetime | None = None
    celebrated_at: datetime | None = None
    social_context: Mapping[str, str] | None = None
    shared_publicly: bool = False
    related_entity_type: str | None = None
    related_entity_id: UUID | None = None


@frozen
class Happened:
    """An event of the person's, with its id."""

    id: EventId
    event: Event


@frozen(kw_only=True)
class Earned:
    """What a person has by now, and what came to it.

    Attributes:
        totals: What was counted.
        points: The sum of all awards.
        awards: The new ones, the first one first.
    """

    totals: Totals
    points: int
    awards: tuple[Award, ...]

    @property
    def events(self) -> tuple[AchievementEarned, ...]:
        """What goes out of the new ones."""
        points = self.points - sum(award.points for award in self.awards)
        told = []
        for award in self.awards:
            points += award.points
            told.append(
                AchievementEarned(
                    at=award.earned_at,
                    person_id=award.person_id,
                    policy_version=award.policy_version,
                    key=award.key,
                    category=award.category,
                    points=award.points,
                    points_total=points,
                )
            )
        return tuple(told)


def earn(
    totals: Totals,
    points: int,
    held: Collection[AchievementKey],
    achievements: Iterable[Achievement],
    happened: Iterable[Happened],
    policy_version: str,
    now: datetime | None = None,
) -> Earned:
    """Count events, and award what each of them is the first to meet.

    Args:
        totals: What was counted before.
        points: The sum of the awards before.
        held: The achievements that the person has.
        achievements: All that are published; withdrawn ones are passed over.
        happened: The events, in their order.
        policy_version: The version of the policy in force.
        now: Where time alone, or a new achievement, is to be looked at too: the instant.
    """
    known = frozenset(held)
    open_ones = [one for one in achievements if one.withdrawn_at is None and one.key not in known]
    new: list[Award] = []

    def look(at: datetime, cause: Happened | None) -> None:
        metrics = totals.at(at)
        for achievement in tuple(open_ones):
            if is_met(achievement.requirements, metrics):
                new.append(
                    _award(achievement, totals.person_id, metrics, at, cause, policy_version)
                )
                open_ones.remove(achievement)

    for one in happened:
        totals = count(totals, one.event)
        look(one.event.at, one)
    if now is not None:
        look(now, None)
    return Earned(
        totals=totals, points=points + sum(award.points for award in new), awards=tuple(new)
    )


def _award(
    achievement: Achievement,
    person_id: PersonId,
    metrics: Mapping[str, int],
    at: datetime,
    cause: Happened | None,
    policy_version: str,
) -> Award:
    award = Award(
        person_id=person_id,
        key=achievement.key,
        category=achievement.category,
        points=achievement.points,
        earned_at=at,
        event_id=None if cause is None else cause.id,
        inputs=conditions(achievement.requirements, metrics),
        policy_version=policy_version,
        is_public=achievement.is_public,
    )
    if achievement.category is not Category.SOCIAL:
        return award
    related = None if cause is None else related_to(cause.event)
    return attrs.evolve(
        award,
        social_context={} if cause is None else context_of(cause.event),
        related_entity_type=None if related is None else related[0],
        related_entity_id=None if related is None else related[1],
    )


def displayed(award: Award, now: datetime) -> Award:
    """Give an award as shown to the person; the first time stays."""
    return attrs.evolve(award, displayed_at=award.displayed_at or now)


def celebrated(award: Award, now: datetime) -> Award:
    """Give an award as celebrated, and so shown; the first times stay."""
    return attrs.evolve(displayed(award, now), celebrated_at=award.celebrated_at or now)


def shown_to(
    award: Award, *, is_public: bool | None = None, shared_publicly: bool | None = None
) -> Award:
    """Give an award that its owner shows, or keeps to themself; None leaves it as it is.

    Raises:
        InvalidValueError: Only a social award that is public can be shared.
    """
    public = award.is_public if is_public is None else is_public
    shared = award.shared_publicly if shared_publicly is None else shared_publicly
    if shared_publicly and award.category is not Category.SOCIAL:
        raise InvalidValueError("shared_publicly", "Only a social achievement can be shared.")
    if shared_publicly and not public:
        raise InvalidValueError("shared_publicly", "Make it public to share it.")
    return attrs.evolve(award, is_public=public, shared_publicly=shared and public)
