"""Set what a person prefers as a learner."""

from attrs import frozen

from application.identity.lock_persons import locked_persons
from application.identity.ports import Persons, Preferences
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.events import LearningPreferencesChanged
from domain.identity.learning import LearningPreferences, checked_preferences, differing_fields


@frozen
class SetPreferences:
    """Replaces a person's preferences as a learner."""

    transactions: Transactions
    persons: Persons
    preferences: Preferences
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, wanted: LearningPreferences) -> LearningPreferences:
        """Set the preferences and give them; setting the same again changes nothing.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
            InvalidValueError: A field is malformed.
        """
        after = checked_preferences(wanted, self.rulebook.policies.identity)
        now = await self.clock.now()

        async def work() -> LearningPreferences:
            [person] = await locked_persons(self.persons, after.person_id)
            person.require_not_deleted()
            differing = differing_fields(await self.preferences.get(after.person_id), after)
            if differing:
                event = LearningPreferencesChanged(
                    at=now,
                    person_id=after.person_id,
                    policy_version=self.rulebook.version,
                    fields=differing,
                )
                await self.preferences.save(after, outgoing(self.new_id, (event,)))
            return after

        return await self.transactions.run(work)
