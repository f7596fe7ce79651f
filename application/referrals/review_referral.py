"""Decide on a referral that is held."""

from attrs import frozen

from application.referrals.change_referral import ReferralChanger
from application.referrals.ports import Referrals, no_such_referral
from application.referrals.settle_referrals import SettleReferral
from application.shared.transaction import Transactions
from domain.referrals.commands import Decide
from domain.referrals.kinds import Verdict
from domain.referrals.referrals import Referral
from domain.shared.ids import ReferralId
from domain.shared.text import clean_line, clean_text

REVIEWER_MAX_CHARACTERS = 200
WHY_MAX_CHARACTERS = 2000


@frozen
class ReviewReferral:
    """Takes in what somebody decided, with who and why."""

    transactions: Transactions
    referrals: Referrals
    change: ReferralChanger
    settle: SettleReferral

    async def __call__(
        self, referral_id: ReferralId, verdict: Verdict, by: str, why: str
    ) -> Referral:
        """Decide, and give the referral; a reward whose hold is over is paid at once.

        Raises:
            NotFoundError: There is no such referral.
            InvalidValueError: Who or why is malformed.
            ReferralNotHeldError: It is not held.
        """
        command = Decide(
            verdict=verdict,
            by=clean_line("reviewed_by", by, max_characters=REVIEWER_MAX_CHARACTERS),
            why=clean_text("reason", why, max_characters=WHY_MAX_CHARACTERS),
        )

        async def work() -> Referral:
            referral = await self.referrals.get(referral_id)
            if referral is None:
                raise no_such_referral()
            return await self.change(referral, command)

        decided = await self.transactions.run(work)
        return await self.settle(referral_id) or decided
