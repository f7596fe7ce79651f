"""How two persons stand to each other, on PostgreSQL."""

from attrs import frozen

from adapters.person_views import participant_of
from adapters.postgres.executor import Executor
from adapters.postgres.identity import PostgresBlocks, PostgresPersons
from application.shared.standing import PairStanding, Participant
from domain.identity.persons import PersonStatus
from domain.shared.ids import PersonId


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
            lower=participant_of(lower),
            higher=participant_of(higher),
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
        person = await PostgresPersons(self.executor).read(person_id, lock=lock)
        return None if person is None else participant_of(person)
