"""Persons who prove an address: registered the first time, or claimed where they were guests."""

from datetime import datetime

from attrs import frozen

from application.identity.ports import Persons
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from domain.identity.guests import claim, is_guest
from domain.identity.persons import Person, register
from domain.identity.profile import Profile
from domain.shared.ids import PersonId


@frozen
class PersonAdmitter:
    """Registers and claims, in the running transaction."""

    persons: Persons
    new_id: NewId
    rulebook: Rulebook

    async def guest(self, person_id: PersonId | None) -> Person | None:
        """Lock a person and give them, if they are a guest."""
        if person_id is None:
            return None
        found = await self.persons.lock(person_id)
        return next((person for person in found if is_guest(person)), None)

    async def claim(self, guest: Person, email: str, now: datetime) -> Person:
        """Give a locked guest an address, and give them.

        Raises:
            EmailTakenError: Another person has it.
        """
        change = claim(
            guest,
            email,
            policy=self.rulebook.policies.identity,
            policy_version=self.rulebook.version,
            now=now,
        )
        return await self.persons.save(guest, change.person, outgoing(self.new_id, change.events))

    async def register(self, profile: Profile, now: datetime) -> Person:
        """Register a person and give them.

        Raises:
            InvalidValueError: The profile is malformed.
            EmailTakenError: Another person has the address.
        """
        change = register(
            PersonId(self.new_id()),
            profile,
            policy=self.rulebook.policies.identity,
            policy_version=self.rulebook.version,
            now=now,
        )
        await self.persons.add(change.person, outgoing(self.new_id, change.events))
        return change.person
