"""Register a person."""

from attrs import frozen

from application.identity.admit_person import PersonAdmitter
from application.shared.clock import Clock
from application.shared.transaction import Transactions
from domain.identity.persons import Person
from domain.identity.profile import Profile


@frozen
class RegisterPerson:
    """Makes a person of a profile."""

    transactions: Transactions
    admit: PersonAdmitter
    clock: Clock

    async def __call__(self, profile: Profile) -> Person:
        """Register a person and give them.

        Raises:
            InvalidValueError: A field of the profile is malformed.
            EmailTakenError: Another person has this email address.
        """
        now = await self.clock.now()
        return await self.transactions.run(lambda: self.admit.register(profile, now))
