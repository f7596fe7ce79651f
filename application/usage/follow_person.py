"""What happens to a usage account when its person changes, in the same transaction."""

from typing import Protocol

import attrs
from attrs import frozen

from application.usage.keep_account import AccountKeeper
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from domain.usage.commands import ChangeZone, EndAccount
from domain.usage.plan_changes import ChangeTier


class Plan(Protocol):
    """What plans give: see `ChangeTier`."""

    @property
    def tier(self) -> Tier:
        """The tier held but for passes."""
        ...

    @property
    def pass_tier(self) -> Tier | None:
        """That of a pass that runs."""
        ...

    @property
    def bank_frozen(self) -> bool:
        """Whether the bank waits."""
        ...

    @property
    def bank_lost(self) -> bool:
        """Whether what is free of the bank is gone."""
        ...


@frozen
class FollowPerson:
    """Keeps accounts in step with the tier and zone of their persons, who are locked.

    What came before a change is counted by what held before it: the account is brought up
    to the present first.
    """

    keep: AccountKeeper

    async def plan_changed(self, person_id: PersonId, plan: Plan) -> None:
        """Take in what a person's plans give them.

        From the first that gives something on their use is counted.
        """
        change = ChangeTier(
            tier=plan.tier,
            pass_tier=plan.pass_tier,
            bank_frozen=plan.bank_frozen,
            bank_lost=plan.bank_lost,
        )
        nothing = plan.tier is Tier.FREE and plan.pass_tier is None
        if await self.keep(person_id, change) is None and not nothing:
            subscriber = await self.keep.subscriber(person_id)
            await self.keep.opened(attrs.evolve(subscriber, tier=plan.tier))
            await self.keep(person_id, change)

    async def moved(self, person_id: PersonId, timezone: str) -> None:
        """Take in that a person is in another zone; it decides when later months end."""
        await self.keep(person_id, ChangeZone(timezone=timezone))

    async def left(self, person_id: PersonId) -> None:
        """Settle the sessions of a person who is erased, and count nothing any more."""
        await self.keep(person_id, EndAccount())
