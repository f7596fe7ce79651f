"""Give an app's backend a token for one of its persons."""

from attrs import frozen

from application.identity.lock_persons import locked_persons
from application.identity.open_session import OpenedSession, SessionOpener
from application.identity.ports import Persons
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.sessions import SessionOrigin, minted_session
from domain.shared.ids import PersonId


@frozen
class MintToken:
    """Makes a token for a person whom the app itself has signed in."""

    transactions: Transactions
    persons: Persons
    open_session: SessionOpener
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, lifetime_seconds: int | None) -> OpenedSession:
        """Make a token; without a lifetime it has the policy's.

        Raises:
            NotFoundError: There is no such person.
            PersonSuspendedError: The person may not act.
            PersonDeletedError: The person was erased.
            InvalidValueError: The lifetime is too short or too long.
        """
        now = await self.clock.now()
        policy = self.rulebook.policies.identity.sign_in

        async def work() -> OpenedSession:
            [person] = await locked_persons(self.persons, person_id)
            return await self.open_session(
                person,
                SessionOrigin.MINTED,
                lambda new: minted_session(new, lifetime_seconds, policy, now),
            )

        return await self.transactions.run(work)
