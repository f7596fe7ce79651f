"""Change a person's profile."""

from collections.abc import Mapping
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
    """Gives some fields of a person's profile new values."""

    transactions: Transactions
    change: PersonChanger
    dates_ahead: DatesAhead
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, changes: Mapping[str, Any]) -> Person:
        """Change the named fields and give the person.

        Raises:
            NotFoundError: There is no such person.
            InvalidValueError: A new value is malformed.
            EmailTakenError: Another person has this email address.
        """
        now = await self.clock.now()

        async def work() -> Person:
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
            if "timezone" in changes:
                await self.dates_ahead.look_anew(person_id, now)
            return changed

        return await self.transactions.run(work)
