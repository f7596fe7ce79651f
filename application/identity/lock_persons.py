"""Lock persons who must exist."""

from application.identity.ports import Persons
from application.shared.standing import required
from domain.identity.persons import Person
from domain.shared.ids import PersonId


async def locked_persons(persons: Persons, *person_ids: PersonId) -> tuple[Person, ...]:
    """Lock persons, in the running transaction, and give them in the order they are named in.

    Raises:
        NotFoundError: One of them does not exist.
    """
    found = {person.id: person for person in await persons.lock(*person_ids)}
    return tuple(required(found.get(person_id), person_id) for person_id in person_ids)
