"""The one way in which a person is changed."""

from collections.abc import Callable

from attrs import frozen

from application.identity.lock_persons import locked_persons
from application.identity.ports import Persons, PersonUsage
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.transaction import Transactions
from domain.identity.persons import Person, PersonChange
from domain.shared.ids import PersonId


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
            DomainError: As the rule says.
        """

        async def work() -> Person:
            [before] = await locked_persons(self.persons, person_id)
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
