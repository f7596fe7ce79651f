"""How two persons stand to each other, in memory."""

from attrs import frozen

from adapters.memory.store import MemoryStore
from adapters.person_views import participant_of
from application.shared.standing import PairStanding, Participant
from domain.identity.persons import PersonStatus
from domain.shared.ids import PersonId


@frozen
class MemoryPairStandings:
    """Tells how two persons stand to each other."""

    _store: MemoryStore

    async def lock(self, one: PersonId, two: PersonId) -> PairStanding | None:
        """Give it, and let nothing of it change until the transaction ends."""
        async with self._store.access():
            lower = self._store.persons.get(min(one, two))
            higher = self._store.persons.get(max(one, two))
            if lower is None or higher is None or one == two:
                return None
            return PairStanding(
                lower=participant_of(lower),
                higher=participant_of(higher),
                blocked=self._store.blocked(one, two),
            )

    async def deleted(self, person_id: PersonId) -> bool:
        """Tell whether a person was erased."""
        async with self._store.access():
            person = self._store.persons.get(person_id)
            return person is not None and person.status is PersonStatus.DELETED


@frozen
class MemoryParticipants:
    """Tells what is to be known of one person."""

    _store: MemoryStore

    async def get(
        self,
        person_id: PersonId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> Participant | None:
        """Give a person, if there is one of this id."""
        async with self._store.access():
            person = self._store.persons.get(person_id)
            return None if person is None else participant_of(person)
