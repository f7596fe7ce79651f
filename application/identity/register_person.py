"""Register a person."""

from attrs import frozen

from application.identity.ports import Persons
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.persons import Person, register
from domain.identity.profile import Profile
from domain.shared.ids import PersonId


@frozen
class RegisterPerson:
    """Makes a person of a profile."""

    transactions: Transactions
    persons: Persons
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, profile: Profile) -> Person:
        """Register a person and give them.

        Raises:
            InvalidValueError: A field of the profile is malformed.
            EmailTakenError: Another person has this email address.
        """
        now = await self.clock.now()
        change = register(
            PersonId(self.new_id()),
            profile,
            policy=self.rulebook.policies.identity,
            policy_version=self.rulebook.version,
            now=now,
        )

        async def work() -> Person:
            await self.persons.add(change.person, outgoing(self.new_id, change.events))
            return change.person

        return await self.transactions.run(work)
