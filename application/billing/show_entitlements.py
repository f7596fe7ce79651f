"""Show what a person may use now, why, and until when."""

from typing import Protocol

from attrs import frozen

from application.shared.clock import Clock
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.shared.standing import Participants, not_erased
from application.shared.transaction import Transactions
from domain.billing.entitlements import Entitlement, PersonGrants, entitlements, person_grants
from domain.billing.plans import Plans
from domain.shared.ids import PersonId


class KeptGrants(Protocol):
    """What gives persons their tiers, as it was worked out last."""

    async def get(self, person_id: PersonId) -> PersonGrants | None:
        """Give a person's, if it is kept."""
        ...

    async def keep(self, grants: PersonGrants) -> None:
        """Keep a locked person's."""
        ...

    async def forget(self, person_id: PersonId) -> None:
        """Forget a person's."""
        ...

    async def kept_of(self, person_ids: frozenset[PersonId]) -> frozenset[PersonId]:
        """Give those of some persons whose is kept."""
        ...


class CurrentPlans(Protocol):
    """The plans of persons, as they are now."""

    async def brought_up(self, person_id: PersonId) -> Plans:
        """Bring a person's plans up to the present, and give them."""
        ...


@frozen(kw_only=True)
class EntitlementsView:
    """What a person may use now.

    Attributes:
        grants: What gives them a tier.
        entitlements: Each thing they may use.
    """

    grants: PersonGrants
    entitlements: tuple[Entitlement, ...]


@frozen
class ShowEntitlements:
    """Reads entitlements: what is kept of them, if nothing has happened and no time has passed.

    Attributes:
        drain: Forgets what is kept of a person to whom something has happened.
    """

    transactions: Transactions
    participants: Participants
    plans: CurrentPlans
    kept: KeptGrants
    drain: Drain
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId) -> EntitlementsView:
        """Give what a person may use at this moment.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        await self.drain(person_id)
        now, version = await self.clock.now(), self.rulebook.version
        grants = await self.kept.get(person_id)
        if grants is None or not grants.holds(now, version):
            grants = await self.transactions.run(lambda: self._worked_out(person_id))
        tiers = self.rulebook.policies.tiers
        return EntitlementsView(grants=grants, entitlements=entitlements(grants.grants, tiers))

    async def _worked_out(self, person_id: PersonId) -> PersonGrants:
        # Locked, so that nothing changes between what is read and what is kept of it.
        not_erased(await self.participants.get(person_id, lock=True), person_id)
        plans = await self.plans.brought_up(person_id)
        now = await self.clock.now()
        grants = person_grants(person_id, plans, self.rulebook.version, now)
        await self.kept.keep(grants)
        return grants
