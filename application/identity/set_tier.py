"""Set the tier a person holds."""

from attrs import frozen

from application.identity.change_person import PersonChanger
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from domain.identity import persons
from domain.identity.persons import Person
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier


@frozen
class SetTier:
    """Gives a person another tier."""

    change: PersonChanger
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, tier: Tier) -> Person:
        """Set the tier and give the person.

        Raises:
            NotFoundError: There is no such person.
        """
        now = await self.clock.now()
        return await self.change(
            person_id,
            lambda person: persons.set_tier(
                person, tier, policy_version=self.rulebook.version, now=now
            ),
        )
