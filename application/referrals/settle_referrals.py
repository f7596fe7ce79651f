"""Do what time has brought to referrals: holds end, invites and windows close."""

from datetime import datetime

from attrs import frozen

from application.referrals.change_referral import ReferralChanger
from application.referrals.end_hold import HoldEnder
from application.referrals.ports import DueReferrals, Parties, Referrals
from application.shared.clock import Clock
from application.shared.failures import Failures
from application.shared.jobs import StoredJob
from application.shared.pages import Position
from application.shared.reactions import Drain
from application.shared.transaction import Transactions
from domain.referrals.commands import Expire, due_at
from domain.referrals.referrals import Joined, Qualified, Referral
from domain.shared.ids import ReferralId

_AT_ONCE = 100


@frozen
class SettleReferral:
    """Brings one referral up to the present."""

    transactions: Transactions
    parties: Parties
    referrals: Referrals
    end_hold: HoldEnder
    change: ReferralChanger
    drain: Drain
    clock: Clock

    async def __call__(self, referral_id: ReferralId) -> Referral | None:
        """Settle it, if it is due, and give it; None if there is none of this id."""
        seen = await self.referrals.get(referral_id)
        if seen is None or not await self._is_due(seen):
            return seen
        if isinstance(seen, Joined):
            # A purchase or a refund that was not taken in yet decides over what comes now.
            await self.drain(seen.referee_id)

        async def work() -> Referral | None:
            referral = await self.referrals.get(referral_id)
            if referral is None:
                return None
            both = {referral.referrer_id}
            if isinstance(referral, Joined):
                both.add(referral.referee_id)
            await self.parties.lock(both)
            # Read anew: whoever held the two before may have changed it.
            referral = await self.referrals.get(referral_id)
            if referral is None or not await self._is_due(referral):
                return referral
            if isinstance(referral, Qualified):
                return await self.end_hold(referral)
            return await self.change(referral, Expire())

        return await self.transactions.run(work)

    async def _is_due(self, referral: Referral) -> bool:
        at = due_at(referral)
        return at is not None and at <= await self.clock.now()


@frozen
class SettleDueReferrals:
    """Settles all referrals that are due, the first one first, some at a time."""

    settle: SettleReferral
    due: DueReferrals
    clock: Clock

    async def __call__(self, _: StoredJob) -> None:
        """Settle them; each is a transaction of its own.

        Where it fails for one, the others are settled first.
        """
        now = await self.clock.now()
        failures = Failures()
        last: Position | None = None
        while found := await self.due.due(now, last, _AT_ONCE):
            for _at, referral_id in found:
                with failures.kept():
                    await self.settle(referral_id)
            last = Position(*found[-1])
        failures.raise_first()

    async def ahead(self, now: datetime) -> datetime | None:
        """Give when there is next something to settle after an instant, if there is."""
        return await self.due.first_after(now)
