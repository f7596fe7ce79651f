"""Set the tier a person holds."""

from typing import Protocol

from attrs import frozen

from application.identity.change_person import PersonChanger
from application.identity.ports import PersonUsage, PlanChange
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.shared.standing import required
from domain.identity import persons
from domain.identity.persons import Person
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier


class GivenTiers(Protocol):
    """What gives persons their tiers."""

    async def __call__(self, person_id: PersonId, tier: Tier) -> None:
        """Set the tier that a person has whatever they pay for, in the running transaction.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        ...


@frozen
class SetTier:
    """Gives a person a tier for nothing; what they pay for may be higher, and is held then."""

    change: PersonChanger
    give: GivenTiers

    async def __call__(self, person_id: PersonId, tier: Tier) -> Person:
        """Set the tier and give the person.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """

        async def work() -> Person:
            await self.give(person_id, tier)
            return required(await self.change.persons.get(person_id), person_id)

        return await self.change.transactions.run(work)


@frozen
class HoldTier:
    """Lets a person hold a tier, and their use follow it."""

    change: PersonChanger
    usage: PersonUsage
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, tier: Tier, plan: PlanChange) -> None:
        """Hold it for a person who was not erased, in the running transaction.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        now, version = await self.clock.now(), self.rulebook.version
        await self.change(
            person_id,
            lambda person: persons.set_tier(person, tier, policy_version=version, now=now),
        )
        await self.usage.plan_changed(person_id, plan)
