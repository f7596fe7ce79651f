"""Do what time has brought to referrals: holds end, invites and windows close."""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from application.referrals.change_referral import ReferralChanger
from application.referrals.ports import (
    DueReferrals,
    Parties,
    Party,
    ReferralBook,
    Referrals,
    TraceKind,
    Traces,
)
from application.shared.clock import Clock
from application.shared.failures import Failures
from application.shared.jobs import StoredJob
from application.shared.pages import Position
from application.shared.reactions import Drain
from application.shared.transaction import Transactions
from domain.referrals.commands import EndHold, Expire, due_at
from domain.referrals.referrals import Joined, Qualified, Referral
from domain.shared.ids import PersonId, ReferralId

_AT_ONCE = 100


@frozen
class SettleReferral:
    """Brings one referral up to the present.

    Its two persons are locked in the order of their ids: of all holds of a referrer's one
    ends at a time, so each sees what was rewarded before.
    """

    transactions: Transactions
    parties: Parties
    referrals: Referrals
    book: ReferralBook
    traces: Traces
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
            locked = await self.parties.lock(both)
            # Read anew: whoever held the two before may have changed it.
            referral = await self.referrals.get(referral_id)
            if referral is None or not await self._is_due(referral):
                return referral
            if isinstance(referral, Qualified):
                return await self._end_hold(referral, locked)
            return await self.change(referral, Expire())

        return await self.transactions.run(work)

    async def _is_due(self, referral: Referral) -> bool:
        at = due_at(referral)
        return at is not None and at <= await self.clock.now()

    async def _end_hold(self, referral: Qualified, locked: Mapping[PersonId, Party]) -> Referral:
        referrer, referee = locked.get(referral.referrer_id), locked.get(referral.referee_id)
        command = EndHold(
            counted=await self.book.counted(referral.referrer_id),
            referrer_active=referrer is not None and referrer.active,
            referee_known=referee is not None and not referee.deleted,
            same_payment=await self.traces.common(
                referral.referrer_id, referral.referee_id, TraceKind.PAYMENT
            ),
        )
        return await self.change(referral, command)


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
