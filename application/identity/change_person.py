"""The one way in which a person is changed."""

from collections.abc import Callable

from attrs import frozen

from application.identity.ports import Persons, PersonUsage
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.transaction import Transactions
from domain.identity.persons import Person, PersonChange
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId


def no_such_person(person_id: PersonId) -> NotFoundError:
    """Give the error for a person who is absent, or not the asker's to know."""
    return NotFoundError(f"There is no person {person_id}; check the id.")


@frozen
class PersonChanger:
    """Locks a person, changes them by a rule, and keeps what came of it."""

    transactions: Transactions
    persons: Persons
    new_id: NewId
    usage: PersonUsage

    async def hold(self, person_id: PersonId) -> None:
        """Let nobody else change a person until the transaction ends."""
        await self.persons.lock(person_id)

    async def __call__(self, person_id: PersonId, rule: Callable[[Person], PersonChange]) -> Person:
        """Change a person and give them.

        Raises:
            NotFoundError: There is no such person.
            EmailTakenError: Another person has the new email address.
        """

        async def work() -> Person:
            found = await self.persons.lock(person_id)
            if not found:
                raise no_such_person(person_id)
            before = found[0]
            change = rule(before)
            if change.person == before:
                return before
            after = await self.persons.save(
                before, change.person, outgoing(self.new_id, change.events)
            )
            if after.timezone != before.timezone:
                await self.usage.moved(person_id, after.timezone)
            return after

        return await self.transactions.run(work)
