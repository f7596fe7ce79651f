"""Suspend a person, or let them act again."""

from attrs import frozen

from application.identity.change_person import PersonChanger
from application.identity.end_session import EndAllSessions
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity import persons
from domain.identity.persons import Person
from domain.shared.ids import PersonId
from domain.shared.text import clean_text


@frozen
class SuspendPerson:
    """Keeps a person from acting, and ends their sessions."""

    transactions: Transactions
    change: PersonChanger
    end_sessions: EndAllSessions
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, reason: str) -> Person:
        """Suspend a person and give them.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            InvalidValueError: The reason is malformed.
        """
        longest = self.rulebook.policies.identity.report_max_characters
        reason = clean_text("reason", reason, max_characters=longest)
        now = await self.clock.now()

        async def work() -> Person:
            suspended = await self.change(
                person_id,
                lambda person: persons.suspend(
                    person, reason, policy_version=self.rulebook.version, now=now
                ),
            )
            await self.end_sessions(person_id)
            return suspended

        return await self.transactions.run(work)


@frozen
class ReinstatePerson:
    """Lets a suspended person act again."""

    change: PersonChanger
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId) -> Person:
        """Reinstate a person and give them.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        now = await self.clock.now()
        return await self.change(
            person_id,
            lambda person: persons.reinstate(person, policy_version=self.rulebook.version, now=now),
        )
