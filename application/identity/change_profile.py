"""Change a person's profile."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from attrs import frozen

from application.identity.change_person import PersonChanger
from application.identity.ports import DatesAhead
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity import persons
from domain.identity.persons import Person
from domain.shared.ids import PersonId


@frozen
class ChangeProfile:
    """Gives some fields of a person's profile new values.

    Attributes:
        settle: Takes in what has happened to a person so far: what is counted by days is
            counted in the zone in which they did it.
        dates_ahead: What waits for a date of theirs, which comes at another time now.
    """

    transactions: Transactions
    change: PersonChanger
    settle: Callable[[PersonId], Awaitable[None]]
    dates_ahead: DatesAhead
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, changes: Mapping[str, Any]) -> Person:
        """Change the named fields and give the person.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            InvalidValueError: A new value is malformed.
            EmailTakenError: Another person has this email address.
        """

        async def work() -> Person:
            moves = "timezone" in changes
            if moves:
                await self.change.hold(person_id)
                await self.settle(person_id)
            now = await self.clock.now()
            changed = await self.change(
                person_id,
                lambda person: persons.change_profile(
                    person,
                    changes,
                    policy=self.rulebook.policies.identity,
                    policy_version=self.rulebook.version,
                    now=now,
                ),
            )
            if moves:
                await self.dates_ahead.look_anew(person_id, now)
            return changed

        return await self.transactions.run(work)
