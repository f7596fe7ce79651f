"""What may be done to a referral, and what comes of it."""

from datetime import datetime, timedelta
from typing import Any, assert_never

from attrs import frozen

from ..shared.errors import ConflictError
from ..shared.ids import PaymentId, PersonId
from ..shared.money import Money
from .events import (
    ReferralChange,
    ReferralExpired,
    ReferralPurchased,
    ReferralRejected,
    ReferralReversed,
    ReferralReviewed,
    ReferralRewarded,
    ReferralSignedUp,
)
from .kinds import Counted, Purchase, TakenBackFor, Verdict
from .policy import ReferralPolicy
from .redeeming import Judgement, RedeemOutcome, quick_reason, score_of
from .referrals import Held, Invited, Qualified, Referral, Reversed, Rewarded, SignedUp
from .tiers import rewards, standing_of, tier_at

# Why a referral expires.
INVITE_ENDED = "invite_not_taken_up"
NO_PURCHASE = "no_purchase_in_time"

# Why one is rejected after it was redeemed; the last three are the ids of rules on redeeming.
REFUNDED = "refunded_in_hold"
CHARGED_BACK = "charged_back_in_hold"
PAID_BEFORE = "not_a_payer"
SAME_PAYMENT = "another_means_of_payment"
REFERRER_NOT_ACTIVE = "referrer_is_active"


class InviteTakenUpError(ConflictError):
    """The invite was taken up or has ended."""

    code = "invite_taken_up"


class ReferralNotHeldError(ConflictError):
    """The referral is not held for review."""

    code = "referral_not_held"


@frozen(kw_only=True)
class Redeem:
    """Somebody enters the code or token, and the judgement on that keeps it.

    Attributes:
        referee_id: Who.
        signed_up_at: When they signed up.
        judgement: What the rules say.
    """

    referee_id: PersonId
    signed_up_at: datetime
    judgement: Judgement


@frozen(kw_only=True)
class Buy:
    """A purchase of the referee's has settled.

    Attributes:
        purchase: Which.
        same_payment: The means of payment is that of the referrer, or of another referee.
        referrer_active: The referrer is neither suspended nor erased.
    """

    purchase: Purchase
    same_payment: bool = False
    referrer_active: bool = True


@frozen(kw_only=True)
class TakeBack:
    """A payment was refunded or charged back.

    Attributes:
        payment_id: Which.
        at: When, by whoever gave it back; it may be heard of later.
        cause: How.
        left_minor: What was not given back of it; the rest may be enough of a purchase.
        referrer_owed_minor: What the referrer had used of a reward that is taken back.
        referee_owed_minor: The same of the referee.
    """

    payment_id: PaymentId
    at: datetime
    cause: TakenBackFor
    left_minor: int = 0
    referrer_owed_minor: int = 0
    referee_owed_minor: int = 0


@frozen(kw_only=True)
class EndHold:
    """The hold of the reward may be over.

    Attributes:
        counted: The purchases that counted for the referrer when the hold was over.
        referrer_active: The referrer is neither suspended nor erased.
        referee_known: The referee was not erased.
        same_payment: The two have come to pay by the same means.
    """

    counted: tuple[Counted, ...]
    referrer_active: bool = True
    referee_known: bool = True
    same_payment: bool = False


@frozen(kw_only=True)
class Decide:
    """Somebody has looked at a referral that is held.

    Attributes:
        verdict: What they decide.
        by: Who.
        why: In their words.
    """

    verdict: Verdict
    by: str
    why: str


@frozen(kw_only=True)
class Expire:
    """The time to take up the invite, or to buy something, may be over."""


ReferralCommand = Redeem | Buy | TakeBack | EndHold | Decide | Expire


def decide(
    referral: Referral,
    command: ReferralCommand,
    policy: ReferralPolicy,
    policy_version: str,
    now: datetime,
) -> tuple[ReferralChange, ...]:
    """Decide what a command does to a referral; nothing where it comes too late or again.

    Args:
        referral: As it is.
        command: What is to be done.
        policy: The numbers.
        policy_version: Theirs.
        now: The present instant.

    Raises:
        InviteTakenUpError: The invite was taken up or has ended.
        ReferralNotHeldError: There is nothing to review.
    """
    deciding = _Deciding(referral, policy, policy_version, now)
    match command:
        case Redeem():
            return deciding.redeem(command)
        case Buy():
            return deciding.buy(command)
        case TakeBack():
            return deciding.take_back(command)
        case EndHold():
            return deciding.end_hold(command)
        case Decide():
            return deciding.review(command)
        case Expire():
            return deciding.expire()
        case _:
            assert_never(command)


def due_at(referral: Referral) -> datetime | None:
    """Give when time alone has something to do with a referral; None if it never has."""
    match referral:
        case Rewarded():
            return None
        case Qualified():
            return referral.hold_ends_at
        case Invited():
            return referral.expires_at
        case SignedUp():
            return referral.purchase_by
        case Held(purchase=None):
            return referral.purchase_by
        case _:
            return None


@frozen
class _Deciding:
    referral: Referral
    policy: ReferralPolicy
    policy_version: str
    now: datetime

    def redeem(self, command: Redeem) -> tuple[ReferralChange, ...]:
        if not isinstance(self.referral, Invited) or self.now >= self.referral.expires_at:
            raise InviteTakenUpError(
                "The invite was taken up already, or its time is over; ask for a new one."
            )
        judgement = command.judgement
        held = judgement.outcome is RedeemOutcome.HELD
        came = ReferralSignedUp(
            **self._common(),
            referee_id=command.referee_id,
            signed_up_at=command.signed_up_at,
            purchase_by=command.signed_up_at + timedelta(seconds=self.policy.purchase_seconds),
            score=judgement.score,
            signs=judgement.signs,
            held=held,
        )
        if judgement.outcome is not RedeemOutcome.REJECTED:
            return (came,)
        return came, self._rejected(command.referee_id, *judgement.signs)

    def buy(self, command: Buy) -> tuple[ReferralChange, ...]:
        known = self.referral
        if isinstance(known, Rewarded) or not isinstance(known, SignedUp | Held | Qualified):
            return ()
        purchase = command.purchase
        # Providers tell times in whole seconds.
        came_at = known.redeemed_at.replace(microsecond=0)
        if purchase.paid.amount_minor > 0 and purchase.settled_at < came_at:
            return (self._rejected(known.referee_id, PAID_BEFORE),)
        if command.same_payment:
            return (self._rejected(known.referee_id, SAME_PAYMENT),)
        if not qualifies(purchase, known.purchase_by, self.policy):
            return ()
        earlier = None if isinstance(known, SignedUp) else known.purchase
        if earlier is not None and earlier.place <= purchase.place:
            return ()
        if not command.referrer_active:
            return (self._rejected(known.referee_id, REFERRER_NOT_ACTIVE),)
        return self._bought(known, purchase)

    def _bought(
        self, known: SignedUp | Held | Qualified, purchase: Purchase
    ) -> tuple[ReferralChange, ...]:
        scores = self.policy.scores
        quick = quick_reason(known.signed_up_at, purchase.settled_at, scores)
        # An earlier purchase than a quick one is quick as well, and weighs no more than it.
        newly = not quick.satisfied and quick.rule not in known.signs
        score = known.score + (score_of([quick]) if newly else 0)
        signs = (*known.signs, quick.rule) if newly else known.signs
        looked_at = known.review is not None
        if score >= scores.rejected_from and not looked_at:
            return (self._rejected(known.referee_id, *signs),)
        hold = timedelta(seconds=max(self.policy.hold_seconds, purchase.plan_seconds))
        bought = ReferralPurchased(
            **self._common(),
            referee_id=known.referee_id,
            purchase=purchase,
            hold_ends_at=purchase.settled_at + hold,
            score=score,
            signs=signs,
            held=score >= scores.held_from and not looked_at,
        )
        return (bought,)

    def take_back(self, command: TakeBack) -> tuple[ReferralChange, ...]:
        known = self.referral
        if not taken_back(known, command, self.policy):
            return ()
        if not isinstance(known, Rewarded):
            assert isinstance(known, Held | Qualified)  # noqa: S101 - what can be taken back
            refunded = command.cause is TakenBackFor.REFUND
            return (self._rejected(known.referee_id, REFUNDED if refunded else CHARGED_BACK),)
        reverted = ReferralReversed(
            **self._common(),
            referee_id=known.referee_id,
            cause=command.cause,
            referrer_owed_minor=command.referrer_owed_minor,
            referee_owed_minor=command.referee_owed_minor,
        )
        return (reverted,)

    def end_hold(self, command: EndHold) -> tuple[ReferralChange, ...]:
        known = self.referral
        if isinstance(known, Rewarded) or not isinstance(known, Qualified):
            return ()
        if self.now < known.hold_ends_at:
            return ()
        if not command.referrer_active:
            return (self._rejected(known.referee_id, REFERRER_NOT_ACTIVE),)
        if command.same_payment:
            return (self._rejected(known.referee_id, SAME_PAYMENT),)
        standing = standing_of(known.purchase, command.counted, self.policy)
        broken = standing.refused_by(self.policy)
        if broken:
            return (self._rejected(known.referee_id, *broken),)
        tier = tier_at(standing.ordinal, self.policy)
        referrer, referee = rewards(known.purchase, tier, self.policy)
        rewarded = ReferralRewarded(
            **self._common(),
            referee_id=known.referee_id,
            ordinal=standing.ordinal,
            bonus_tier=tier,
            referrer_reward=referrer,
            referee_reward=referee if command.referee_known else Money(0, referee.currency),
        )
        return (rewarded,)

    def review(self, command: Decide) -> tuple[ReferralChange, ...]:
        if not isinstance(self.referral, Held):
            raise ReferralNotHeldError("The referral is not held; there is nothing to review.")
        decided = ReferralReviewed(
            **self._common(), verdict=command.verdict, reviewed_by=command.by, why=command.why
        )
        return (decided,)

    def expire(self) -> tuple[ReferralChange, ...]:
        at = due_at(self.referral)
        if isinstance(self.referral, Qualified) or at is None or self.now < at:
            return ()
        reason = INVITE_ENDED if isinstance(self.referral, Invited) else NO_PURCHASE
        return (ReferralExpired(**self._common(), reason=reason),)

    def _rejected(self, referee_id: PersonId, *reasons: str) -> ReferralRejected:
        return ReferralRejected(**self._common(), referee_id=referee_id, reasons=reasons)

    def _common(self) -> dict[str, Any]:
        return {
            "at": self.now,
            "person_id": self.referral.referrer_id,
            "policy_version": self.policy_version,
            "referral_id": self.referral.id,
        }


def qualifies(purchase: Purchase, purchase_by: datetime, policy: ReferralPolicy) -> bool:
    """Tell whether a purchase is one that a referral is rewarded for."""
    terms = policy.terms(purchase.paid.currency)
    return (
        terms is not None
        and purchase.paid.amount_minor >= terms.minimum_purchase_minor
        and purchase.settled_at <= purchase_by
    )


def ends_before(
    referral: Referral, command: TakeBack, policy: ReferralPolicy, now: datetime
) -> bool:
    """Tell whether the hold was over when the purchase was taken back.

    Then it is to be ended first, however late that is: what was earned by then is paid, and
    taken back after it.
    """
    if isinstance(referral, Rewarded) or not isinstance(referral, Qualified):
        return False
    over = referral.hold_ends_at <= min(command.at, now)
    return over and taken_back(referral, command, policy)


def taken_back(referral: Referral, command: TakeBack, policy: ReferralPolicy) -> bool:
    """Tell whether a refund or chargeback takes away what a referral is rewarded for."""
    if isinstance(referral, Reversed) or not isinstance(referral, Held | Qualified):
        return False
    if referral.purchase is None or referral.purchase.payment_id != command.payment_id:
        return False
    terms = policy.terms(referral.purchase.paid.currency)
    return (
        command.cause is TakenBackFor.CHARGEBACK
        or terms is None
        or command.left_minor < terms.minimum_purchase_minor
    )
