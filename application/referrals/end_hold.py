"""End the hold of a reward, whoever finds that it is over."""

from attrs import frozen

from application.referrals.change_referral import ReferralChanger
from application.referrals.ports import Parties, ReferralBook, TraceKind, Traces
from domain.referrals.commands import EndHold
from domain.referrals.referrals import Qualified, Referral


@frozen
class HoldEnder:
    """Ends holds, each by what counted when it was over, however late that is.

    The two persons are locked in the order of their ids: of all holds of a referrer's one
    ends at a time, so each sees what was rewarded before.
    """

    parties: Parties
    book: ReferralBook
    traces: Traces
    change: ReferralChanger

    async def __call__(self, referral: Qualified) -> Referral:
        """End a hold in the running transaction, and give the referral as it is then.

        Raises:
            ConcurrentUpdateError: The referral is no longer as it was read.
        """
        locked = await self.parties.lock({referral.referrer_id, referral.referee_id})
        referrer, referee = locked.get(referral.referrer_id), locked.get(referral.referee_id)
        command = EndHold(
            counted=await self.book.counted(referral.referrer_id, referral.hold_ends_at),
            referrer_active=referrer is not None and referrer.active,
            referee_known=referee is not None and not referee.deleted,
            same_payment=await self.traces.common(
                referral.referrer_id, referral.referee_id, TraceKind.PAYMENT
            ),
        )
        return await self.change(referral, command)
