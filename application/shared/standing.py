"""What the use cases need to know of persons before they act, alone or towards each other."""

from typing import Protocol, TypeVar

from attrs import frozen

from domain.shared.calendar import CountingDay
from domain.shared.decisions import Reason
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId
from domain.shared.standing import require_not_deleted, standing_reasons


@frozen(kw_only=True)
class Participant:
    """One of two persons.

    Attributes:
        id: Theirs.
        active: They are neither suspended nor deleted.
        deleted: They were erased.
        timezone: Their zone.
        counting_day: Their latest counting date.
    """

    id: PersonId
    active: bool
    deleted: bool
    timezone: str
    counting_day: CountingDay | None


@frozen(kw_only=True)
class PairStanding:
    """Two persons as they stand to each other.

    Attributes:
        lower: The one with the lower id.
        higher: The other.
        blocked: One of the two has blocked the other.
    """

    lower: Participant
    higher: Participant
    blocked: bool

    def reasons(self, actor_id: PersonId) -> tuple[Reason, ...]:
        """Give the reasons for which one of the two may or may not act towards the other."""
        actor, partner = self._seen_by(actor_id)
        return standing_reasons(
            active=actor.active,
            blocked=self.blocked,
            deleted=actor.deleted,
            partner_deleted=partner.deleted,
        )

    def require_not_deleted(self, actor_id: PersonId) -> None:
        """Refuse what one of the two does, if they were erased.

        Raises:
            PersonDeletedError: They were.
        """
        require_not_deleted(deleted=self._seen_by(actor_id)[0].deleted)

    def _seen_by(self, actor_id: PersonId) -> tuple[Participant, Participant]:
        if actor_id == self.lower.id:
            return (self.lower, self.higher)
        return (self.higher, self.lower)


class PairStandings(Protocol):
    """How two persons stand to each other."""

    async def lock(self, one: PersonId, two: PersonId) -> PairStanding | None:
        """Give it, and let nothing of it change until the transaction ends.

        Gives None unless both persons exist.
        """
        ...

    async def deleted(self, person_id: PersonId) -> bool:
        """Tell whether a person was erased; False if there is no such person."""
        ...


class _Erasable(Protocol):
    @property
    def deleted(self) -> bool: ...


Found = TypeVar("Found")
FoundErasable = TypeVar("FoundErasable", bound=_Erasable)


def no_such_person(person_id: PersonId) -> NotFoundError:
    """Give the error for a person who is absent, or not the asker's to know."""
    return NotFoundError(f"There is no person {person_id}; check the id.")


def required(person: Found | None, person_id: PersonId) -> Found:
    """Give a person who must exist, as whatever a context knows them.

    Raises:
        NotFoundError: They do not.
    """
    if person is None:
        raise no_such_person(person_id)
    return person


def not_erased(person: FoundErasable | None, person_id: PersonId) -> FoundErasable:
    """Give a person who must exist and not be erased.

    Raises:
        NotFoundError: They do not exist.
        PersonDeletedError: They were erased.
    """
    found = required(person, person_id)
    require_not_deleted(deleted=found.deleted)
    return found


async def locked_pair(standings: PairStandings, one: PersonId, two: PersonId) -> PairStanding:
    """Lock two persons who must exist.

    Raises:
        NotFoundError: One of them does not.
    """
    standing = await standings.lock(one, two)
    if standing is None:
        raise NotFoundError(f"Person {one} or person {two} does not exist; check both ids.")
    return standing


class CountingDays(Protocol):
    """Until when persons have been counted."""

    async def count_on(self, person_id: PersonId, day: CountingDay, /) -> None:
        """Keep a locked person's latest counting date; an earlier one changes nothing."""
        ...


class Participants(Protocol):
    """What the use cases need to know of one person."""

    async def get(self, person_id: PersonId, *, lock: bool = False) -> Participant | None:
        """Give a person; with `lock` nobody else changes them until the transaction ends."""
        ...
