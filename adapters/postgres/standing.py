"""How two persons stand to each other, on PostgreSQL."""

from attrs import frozen

from adapters.postgres.executor import Executor
from adapters.postgres.identity import PostgresBlocks, PostgresPersons
from application.shared.standing import PairStanding, Participant
from domain.identity.persons import Person, PersonStatus
from domain.shared.ids import PersonId


def _participant(person: Person) -> Participant:
    return Participant(
        id=person.id,
        active=person.status is PersonStatus.ACTIVE,
        deleted=person.status is PersonStatus.DELETED,
        timezone=person.timezone,
        counting_day=person.counting_day,
    )


@frozen
class PostgresPairStandings:
    """Locks two persons and tells how they stand to each other."""

    executor: Executor

    async def lock(self, one: PersonId, two: PersonId) -> PairStanding | None:
        """Give it, and let nothing of it change until the transaction ends."""
        found = await PostgresPersons(self.executor).lock(one, two)
        if len(found) != len({one, two}) or one == two:
            return None
        lower, higher = found
        return PairStanding(
            lower=_participant(lower),
            higher=_participant(higher),
            blocked=await PostgresBlocks(self.executor).between(one, two),
        )

    async def deleted(self, person_id: PersonId) -> bool:
        """Tell whether a person was erased."""
        person = await PostgresPersons(self.executor).get(person_id)
        return person is not None and person.status is PersonStatus.DELETED


@frozen
class PostgresParticipants:
    """Tells what is to be known of one person."""

    executor: Executor

    async def get(self, person_id: PersonId, *, lock: bool = False) -> Participant | None:
        """Give a person; with `lock` nobody else changes them until the transaction ends."""
        persons = PostgresPersons(self.executor)
        if lock:
            found = await persons.lock(person_id)
            return _participant(found[0]) if found else None
        person = await persons.get(person_id)
        return None if person is None else _participant(person)
