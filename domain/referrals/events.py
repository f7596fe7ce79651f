"""What happens with referrals. Those of a referral concern the referrer."""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import PersonId, ReferralId, ReferralRewardId
from ..shared.money import Money
from .kinds import Method, Purchase, Source, TakenBackFor, Verdict


@frozen(kw_only=True)
class ReferralCodeMade(Event):
    """The person has a code to give on."""

    code: str
    expires_at: datetime | None


@frozen(kw_only=True)
class ReferralCodeDeactivated(Event):
    """The person's code is not taken any more."""

    code: str


@frozen(kw_only=True)
class _ReferralEvent(Event):
    """Something that happened to a referral of the person's."""

    referral_id: ReferralId


@frozen(kw_only=True)
class ReferralInvited(_ReferralEvent):
    """The person invites somebody; entering a code without an invite makes one, too."""

    method: Method
    source: Source | None
    expires_at: datetime


@frozen(kw_only=True)
class ReferralSignedUp(_ReferralEvent):
    """Somebody came by an invite or a code.

    Attributes:
        referee_id: Who.
        signed_up_at: When they signed up.
        purchase_by: Until when their purchase counts.
        score: What signs of fraud weigh.
        signs: The signs.
        held: They hold the referral for review.
    """

    referee_id: PersonId
    signed_up_at: datetime
    purchase_by: datetime
    score: int
    signs: tuple[str, ...]
    held: bool


@frozen(kw_only=True)
class ReferralPurchased(_ReferralEvent):
    """The first purchase of the referee that qualifies is known, or an earlier one.

    Attributes:
        referee_id: Whose.
        purchase: Which.
        hold_ends_at: Until when the reward is held.
        score: What signs of fraud weigh now.
        signs: The signs.
        held: They hold the referral for review.
    """

    referee_id: PersonId
    purchase: Purchase
    hold_ends_at: datetime
    score: int
    signs: tuple[str, ...]
    held: bool


@frozen(kw_only=True)
class ReferralReviewed(_ReferralEvent):
    """Somebody decided on a referral that was held; a reject ends it.

    Attributes:
        verdict: What they decided.
        reviewed_by: Who.
        why: In their words; erased with the referee.
    """

    verdict: Verdict
    reviewed_by: str
    why: str


@frozen(kw_only=True)
class ReferralRewarded(_ReferralEvent):
    """The hold ended, and both sides have their reward as account credit.

    Attributes:
        referee_id: The other side.
        ordinal: Which purchase for the referrer it was.
        bonus_tier: The tier that this gives.
        referrer_reward: What the referrer gets.
        referee_reward: What the referee gets.
    """

    referee_id: PersonId
    ordinal: int
    bonus_tier: int
    referrer_reward: Money
    referee_reward: Money


@frozen(kw_only=True)
class ReferralRejected(_ReferralEvent):
    """The referral comes to nothing.

    Attributes:
        referee_id: The other side.
        reasons: The rules that refuse.
    """

    referee_id: PersonId
    reasons: tuple[str, ...]


@frozen(kw_only=True)
class ReferralReversed(_ReferralEvent):
    """The purchase was taken back after both sides had their reward.

    Attributes:
        referee_id: The other side.
        cause: How.
        referrer_owed_minor: What the referrer had used of the reward, and owes.
        referee_owed_minor: The same of the referee.
    """

    referee_id: PersonId
    cause: TakenBackFor
    referrer_owed_minor: int
    referee_owed_minor: int


@frozen(kw_only=True)
class ReferralExpired(_ReferralEvent):
    """Nobody took the invite up in time, or no purchase came in time.

    Attributes:
        reason: Which of the two.
    """

    reason: str


@frozen(kw_only=True)
class ReferralRewardClaimed(Event):
    """The person claims a milestone's reward; the context whose it is applies it.

    Attributes:
        reward_id: The milestone's.
        reward_type: What is given.
        value: How much of it.
        expires_at: Until when it can be used, if that ends.
    """

    reward_id: ReferralRewardId
    reward_type: str
    value: Mapping[str, int | str]
    expires_at: datetime | None


@frozen(kw_only=True)
class ReferralRewardApplied(Event):
    """A claimed reward has reached whoever gives it."""

    reward_id: ReferralRewardId


CodeEvent = ReferralCodeMade | ReferralCodeDeactivated
ReferralChange = (
    ReferralInvited
    | ReferralSignedUp
    | ReferralPurchased
    | ReferralReviewed
    | ReferralRewarded
    | ReferralRejected
    | ReferralReversed
    | ReferralExpired
)
"""All that changes a referral."""

ReferralEvent = CodeEvent | ReferralChange | ReferralRewardClaimed | ReferralRewardApplied
