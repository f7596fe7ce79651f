"""Give a person all that is stored of them."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Protocol

from attrs import frozen

from application.identity.ports import Persons, Preferences
from application.shared.clock import Clock
from application.shared.standing import required
from domain.identity.learning import LearningPreferences
from domain.identity.persons import Person
from domain.shared.ids import PersonId


class Records(Protocol):
    """One kind of what is stored of persons."""

    def pages(self, person_id: PersonId) -> AsyncIterator[tuple[object, ...]]:
        """Give what is stored of a person, always in the same order, some at a time.

        Nothing is held between two pages, neither a connection nor a lock.
        """
        ...


@frozen(kw_only=True)
class PersonExport:
    """All that is stored of a person, most of it yet to be read.

    Attributes:
        exported_at: When it was asked for.
        person: Who they are.
        learning_preferences: What they prefer as a learner, once they said so.
        records: Everything else, by its name in the export.
    """

    exported_at: datetime
    person: Person
    learning_preferences: LearningPreferences | None
    records: Mapping[str, AsyncIterator[tuple[object, ...]]]


@frozen
class ExportPerson:
    """Reads what is stored of a person, a page at a time, however much it is."""

    persons: Persons
    preferences: Preferences
    records: Mapping[str, Records]
    clock: Clock

    async def __call__(self, person_id: PersonId) -> PersonExport:
        """Begin an export; its records are read as they are asked for.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """
        person = required(await self.persons.get(person_id), person_id)
        person.require_not_deleted()
        return PersonExport(
            exported_at=await self.clock.now(),
            person=person,
            learning_preferences=await self.preferences.get(person_id),
            records={name: records.pages(person_id) for name, records in self.records.items()},
        )
