"""What referrals make of payments, and of milestone rewards that were claimed."""

from collections.abc import Sequence

from attrs import frozen

from application.referrals.change_referral import ReferralChanger
from application.referrals.claim_reward import ApplyClaim
from application.referrals.end_hold import HoldEnder
from application.referrals.ports import Parties, Payers, Referrals, Traces
from application.referrals.weigh_signals import SignalWeigher
from application.shared.outbox import OutboxEvent
from application.shared.reactions import Reacting
from domain.billing.events import PaymentChargedBack, PaymentRefunded, PaymentSettled
from domain.referrals.commands import Buy, TakeBack, ends_before
from domain.referrals.events import ReferralRewardClaimed
from domain.referrals.kinds import Purchase, TakenBackFor
from domain.referrals.referrals import Qualified
from domain.shared.events import Event
from domain.shared.ids import PersonId
from domain.shared.money import Money

REACTING = Reacting("referrals", (PaymentSettled, PaymentRefunded, PaymentChargedBack))
APPLYING = Reacting("referral_rewards", (ReferralRewardClaimed,))


@frozen
class FollowPayments:
    """Qualifies referrals by purchases, and takes back what refunds and chargebacks undo."""

    parties: Parties
    referrals: Referrals
    payers: Payers
    traces: Traces
    weigh: SignalWeigher
    change: ReferralChanger
    end_hold: HoldEnder

    @property
    def reacting(self) -> Reacting:
        """Referrals, and the events they look at."""
        return REACTING

    async def moot(self, events: Sequence[OutboxEvent]) -> frozenset[PersonId]:  # noqa: ARG002
        """Give nobody: each payment may be the first one."""
        return frozenset()

    async def __call__(self, person_id: PersonId, events: Sequence[OutboxEvent]) -> None:
        """Take in the payments of a locked person.

        Raises:
            ConcurrentUpdateError: Somebody else changed the referral.
        """
        payer = await self.parties.get(person_id)
        if payer is None:
            return
        for out in events:
            await self._take(person_id, out.event, erased=payer.deleted)

    async def _take(self, person_id: PersonId, event: Event, *, erased: bool) -> None:
        match event:
            case PaymentSettled():
                await self._settled(person_id, event, erased=erased)
            case PaymentRefunded():
                left = 0 if event.in_full else event.amount_minor - event.refunded_minor
                refund = TakeBack(
                    payment_id=event.payment_id,
                    at=event.refunded_at or event.at,
                    cause=TakenBackFor.REFUND,
                    left_minor=left,
                )
                await self._back(refund, person_id)
            case PaymentChargedBack():
                chargeback = TakeBack(
                    payment_id=event.payment_id,
                    at=event.charged_back_at,
                    cause=TakenBackFor.CHARGEBACK,
                )
                await self._back(chargeback, person_id)
            case _:
                raise TypeError(f"referrals do not look at {type(event).__name__}")

    async def _settled(self, person_id: PersonId, event: PaymentSettled, *, erased: bool) -> None:
        if event.amount_minor > 0 and not erased:
            await self.payers.note(person_id, event.settled_at)
        referral = await self.referrals.of_referee(person_id)
        referrers = () if referral is None else (referral.referrer_id,)
        # Locked: of two who pay by one means at the same moment, the second finds the first's.
        locked = await self.parties.lock(referrers)
        means = None if event.fingerprint is None else self.weigh.payment_trace(event.fingerprint)
        if means is not None and not erased:
            await self.traces.note(person_id, (means,))
        if referral is None:
            return
        referrer = locked.get(referral.referrer_id)
        same = means is not None and await self.weigh.same_payment(
            referral.referrer_id, person_id, means
        )
        command = Buy(
            purchase=_purchase(event),
            same_payment=same,
            referrer_active=referrer is not None and referrer.active,
        )
        await self.change(referral, command)

    async def _back(self, command: TakeBack, person_id: PersonId) -> None:
        referral = await self.referrals.of_referee(person_id)
        if referral is None:
            return
        policy, now = self.change.rulebook.policies.referrals, await self.change.clock.now()
        if isinstance(referral, Qualified) and ends_before(referral, command, policy, now):
            referral = await self.end_hold(referral)
        await self.change.take_back(referral, command)


def _purchase(event: PaymentSettled) -> Purchase:
    lasts = 0
    if event.plan_ends_at is not None:
        lasts = max(0, int((event.plan_ends_at - event.settled_at).total_seconds()))
    return Purchase(
        payment_id=event.payment_id,
        settled_at=event.settled_at,
        paid=Money(event.amount_minor, event.currency),
        plan_seconds=lasts,
    )


@frozen
class ApplyClaims:
    """Passes milestone rewards that were claimed on to whoever gives them."""

    apply: ApplyClaim

    @property
    def reacting(self) -> Reacting:
        """Milestone rewards, and the events they look at."""
        return APPLYING

    async def moot(self, events: Sequence[OutboxEvent]) -> frozenset[PersonId]:  # noqa: ARG002
        """Give nobody: each claim is to be applied."""
        return frozenset()

    async def __call__(self, person_id: PersonId, events: Sequence[OutboxEvent]) -> None:
        """Apply the claims of a locked person."""
        for out in events:
            if isinstance(out.event, ReferralRewardClaimed):
                await self.apply(person_id, out.event.reward_id)
