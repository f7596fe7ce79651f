"""What happens to a usage account when its person changes, in the same transaction."""

from attrs import frozen

from application.usage.keep_account import AccountKeeper
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from domain.usage.commands import ChangeTier, ChangeZone, EndAccount


@frozen
class FollowPerson:
    """Keeps accounts in step with the tier and zone of their persons, who are locked.

    What came before a change is counted by what held before it: the account is brought up
    to the present first.
    """

    keep: AccountKeeper

    async def tier_changed(self, person_id: PersonId, tier: Tier) -> None:
        """Take in that a person holds another tier; from now on their use is counted."""
        if await self.keep(person_id, ChangeTier(tier=tier)) is None:
            await self.keep.opened(await self.keep.subscriber(person_id))

    async def moved(self, person_id: PersonId, timezone: str) -> None:
        """Take in that a person is in another zone; it decides when later months end."""
        await self.keep(person_id, ChangeZone(timezone=timezone))

    async def left(self, person_id: PersonId) -> None:
        """Settle the sessions of a person who is erased, and count nothing any more."""
        await self.keep(person_id, EndAccount())
