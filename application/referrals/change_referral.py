"""The one way in which a referral that somebody took up changes, and its rewards are paid."""

import attrs
from attrs import frozen

from application.referrals.ports import AccountCredits, Referrals
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from domain.referrals.commands import ReferralCommand, TakeBack, decide, taken_back
from domain.referrals.events import ReferralRewarded
from domain.referrals.referrals import Referral, Reversed, Rewarded
from domain.shared.ids import PersonId
from domain.shared.money import Money

REWARD = "referral_reward"
TAKEN_BACK = "referral_reward_reversed"


@frozen
class ReferralChanger:
    """Puts commands to referrals, in the running transaction, and pays what comes of it."""

    referrals: Referrals
    credits: AccountCredits
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, referral: Referral, command: ReferralCommand) -> Referral:
        """Put a command to a referral and give it as it is then.

        Raises:
            DomainError: The referral does not admit the command.
            ConcurrentUpdateError: The referral is no longer as it was read.
        """
        events = decide(
            referral,
            command,
            self.rulebook.policies.referrals,
            self.rulebook.version,
            await self.clock.now(),
        )
        if not events:
            return referral
        after = await self.referrals.record(referral, outgoing(self.new_id, events))
        for event in events:
            if isinstance(event, ReferralRewarded):
                for person_id, side, amount in _sides(event):
                    await self.credits.grant(person_id, amount, _key(after, side), REWARD)
        return after

    async def take_back(self, referral: Referral, command: TakeBack) -> Referral:
        """Take in a refund or chargeback; what had been paid for the purchase is taken back.

        Where the hold was over before, it was ended.

        Raises:
            ConcurrentUpdateError: The referral is no longer as it was read.
        """
        policy = self.rulebook.policies.referrals
        if isinstance(referral, Rewarded) and taken_back(referral, command, policy):
            command = attrs.evolve(
                command,
                referrer_owed_minor=await self._back(
                    referral, "referrer", referral.referrer_id, referral.referrer_reward
                ),
                referee_owed_minor=await self._back(
                    referral, "referee", referral.referee_id, referral.referee_reward
                ),
            )
        return await self(referral, command)

    async def _back(self, referral: Referral, side: str, person_id: PersonId, paid: Money) -> int:
        if paid.amount_minor == 0 or isinstance(referral, Reversed):
            return 0
        return await self.credits.take_back(person_id, paid, _key(referral, side), TAKEN_BACK)


def _sides(event: ReferralRewarded) -> tuple[tuple[PersonId, str, Money], ...]:
    sides = (
        (event.person_id, "referrer", event.referrer_reward),
        (event.referee_id, "referee", event.referee_reward),
    )
    # In the order of ids, as everyone locks their accounts.
    return tuple(sorted((side for side in sides if side[2].amount_minor), key=lambda one: one[0]))


def _key(referral: Referral, side: str) -> str:
    return f"referral:{referral.id}:{side}"
