"""Erase a person."""

from collections.abc import Sequence

from attrs import frozen

from application.identity.end_session import EndAllSessions
from application.identity.forget_codes import ForgetCodes
from application.identity.ports import (
    Erasures,
    PersonalData,
    PersonBilling,
    PersonCalls,
    Persons,
    PersonUsage,
)
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import required
from application.shared.transaction import ConcurrentUpdateError, Transactions
from domain.identity.erasure import Erasure, erase, erasure_of
from domain.identity.pepper import Pepper
from domain.identity.persons import Person
from domain.shared.ids import PersonId


@frozen
class ErasePerson:
    """Leaves nothing of a person but an id, at once and for good.

    Attributes:
        end_sessions: Ends the person's login sessions: no token of theirs is taken any longer.
        forget_codes: Makes the codes on their way to the person's address void.
        personal_data: Every part of the store that holds some.
        pepper: Gives the hash by which an email address is known again.
    """

    transactions: Transactions
    persons: Persons
    calls: PersonCalls
    end_sessions: EndAllSessions
    forget_codes: ForgetCodes
    personal_data: Sequence[PersonalData]
    erasures: Erasures
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    pepper: Pepper
    usage: PersonUsage
    billing: PersonBilling

    async def __call__(self, person_id: PersonId) -> Erasure:
        """Erase a person and give the record of it; erasing again gives the same record.

        Raises:
            NotFoundError: There is no such person.
        """

        async def work() -> Erasure:
            person = await self._lock(person_id)
            known = await self.erasures.get(person_id)
            if known is not None:
                return known
            await self.billing.left(person_id)
            # Bringing their plans up to the present may have changed the tier they hold.
            person = await self._lock(person_id)
            now = await self.clock.now()
            await self.end_sessions(person_id)
            # Before the profile, because the dates on which they count are still the person's own.
            await self.calls.end(person_id)
            await self.usage.left(person_id)
            for part in self.personal_data:
                await part.erase(person_id, now)
            change = erase(person, policy_version=self.rulebook.version, now=now)
            erasure = erasure_of(person, pepper=self.pepper, now=now)
            await self.persons.save(person, change.person, outgoing(self.new_id, change.events))
            await self.erasures.add(erasure)
            return erasure

        return await self.transactions.run(work)

    async def _lock(self, person_id: PersonId) -> Person:
        """Lock a person and all whose calls will end with theirs, in the one order of ids.

        Their codes go before: whoever signs in holds the code, and then waits for the person.
        """
        seen = await self.persons.get(person_id)
        if seen is not None and seen.email is not None:
            await self.forget_codes(seen.email)
        partners = await self.calls.partners(person_id)
        found = {person.id: person for person in await self.persons.lock(person_id, *partners)}
        person = required(found.get(person_id), person_id)
        # From here on no call of the person's starts; one may have, just before.
        if not await self.calls.partners(person_id) <= partners:
            raise ConcurrentUpdateError
        if seen is None or person.email != seen.email:
            raise ConcurrentUpdateError
        return person
