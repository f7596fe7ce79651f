"""A referral in each of its states, and what each event makes of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

import attrs
from attrs import field, frozen

from ..shared.ids import PersonId, ReferralId
from ..shared.money import Money
from .events import (
    ReferralChange,
    ReferralExpired,
    ReferralInvited,
    ReferralPurchased,
    ReferralRejected,
    ReferralReversed,
    ReferralReviewed,
    ReferralRewarded,
    ReferralSignedUp,
)
from .kinds import Method, Purchase, Review, Source, TakenBackFor, Verdict

REVIEW_REJECTED = "rejected_by_review"


@frozen(kw_only=True)
class Invitation:
    """What every referral has.

    Attributes:
        id: Its own.
        referrer_id: Who brings somebody.
        method: By what.
        source: Where, if that is known.
        token: What the invite is taken up with; None where a code was entered.
        metadata: What the app notes of its campaign.
        invited_at: When the invite was made or the code entered.
        expires_at: Until when the invite can be taken up.
        policy_version: The version that was last decided under.
        version: Rises by one at every change.
    """

    id: ReferralId
    referrer_id: PersonId
    method: Method
    source: Source | None
    token: str | None
    metadata: Mapping[str, str] = field(factory=dict, hash=False)
    invited_at: datetime
    expires_at: datetime
    policy_version: str
    version: int = 1


@frozen(kw_only=True)
class Invited(Invitation):
    """Nobody took the invite up yet."""


@frozen(kw_only=True)
class Joined(Invitation):
    """What a referral has once somebody came.

    Attributes:
        referee_id: Who.
        redeemed_at: When they entered the code or token.
        signed_up_at: When they signed up.
        purchase_by: Until when their purchase counts.
        score: What signs of fraud weigh.
        signs: The signs.
        held_at: When it was held for review, if it was.
        review: What the review came to.
    """

    referee_id: PersonId
    redeemed_at: datetime
    signed_up_at: datetime
    purchase_by: datetime
    score: int = 0
    signs: tuple[str, ...] = ()
    held_at: datetime | None = None
    review: Review | None = None


@frozen(kw_only=True)
class SignedUp(Joined):
    """The referee's purchase is awaited."""


@frozen(kw_only=True)
class Held(Joined):
    """Somebody is to look at it; a purchase may be known already.

    Attributes:
        purchase: The first one that qualifies.
        qualified_at: When it was taken in.
        hold_ends_at: Until when the reward is held, once there is one.
    """

    purchase: Purchase | None = None
    qualified_at: datetime | None = None
    hold_ends_at: datetime | None = None


@frozen(kw_only=True)
class Qualified(Joined):
    """The referee has bought something, and the reward is held for a while.

    Attributes:
        purchase: The first one that qualifies.
        qualified_at: When it was taken in.
        hold_ends_at: Until when the reward is held.
    """

    purchase: Purchase
    qualified_at: datetime
    hold_ends_at: datetime


@frozen(kw_only=True)
class Rewarded(Qualified):
    """Both sides have their reward.

    Attributes:
        rewarded_at: Since when.
        ordinal: Which purchase for the referrer it was when the hold ended.
        bonus_tier: The tier that this gave.
        referrer_reward: What the referrer got.
        referee_reward: What the referee got.
    """

    rewarded_at: datetime
    ordinal: int
    bonus_tier: int
    referrer_reward: Money
    referee_reward: Money


@frozen(kw_only=True)
class Reversed(Rewarded):
    """The purchase was taken back after that, and the rewards with it.

    Attributes:
        reversed_at: When.
        cause: How.
        referrer_owed_minor: What the referrer had used of the reward, and owes.
        referee_owed_minor: The same of the referee.
    """

    reversed_at: datetime
    cause: TakenBackFor
    referrer_owed_minor: int
    referee_owed_minor: int


@frozen(kw_only=True)
class Rejected(Joined):
    """It comes to nothing, for a rule refused it.

    Attributes:
        purchase: The purchase, if there was one.
        qualified_at: When that was taken in.
        hold_ends_at: Until when the reward was held.
        rejected_at: When it was rejected.
        reasons: The rules that refused.
    """

    purchase: Purchase | None = None
    qualified_at: datetime | None = None
    hold_ends_at: datetime | None = None
    rejected_at: datetime
    reasons: tuple[str, ...]


@frozen(kw_only=True)
class Expired(Invitation):
    """Nobody took the invite up in time, or no purchase came in time.

    Attributes:
        referee_id: Who came, if somebody did.
        redeemed_at: When they entered the code or token.
        signed_up_at: When they signed up.
        expired_at: When it expired.
        reason: Which of the two.
    """

    referee_id: PersonId | None = None
    redeemed_at: datetime | None = None
    signed_up_at: datetime | None = None
    expired_at: datetime
    reason: str


Referral = Invited | SignedUp | Held | Qualified | Rewarded | Reversed | Rejected | Expired
"""`Rewarded` is a `Qualified` and `Reversed` a `Rewarded`: match the later state first."""


def invited(
    event: ReferralInvited, token: str | None, metadata: Mapping[str, str] | None = None
) -> Invited:
    """Give the referral that an invite begins."""
    return Invited(
        id=event.referral_id,
        referrer_id=event.person_id,
        method=event.method,
        source=event.source,
        token=token,
        metadata=metadata or {},
        invited_at=event.at,
        expires_at=event.expires_at,
        policy_version=event.policy_version,
    )


def evolve(referral: Referral, event: ReferralChange) -> Referral:
    """Give the referral after an event."""
    after = _after(referral, event)
    return attrs.evolve(after, policy_version=event.policy_version)


def _after(referral: Referral, event: ReferralChange) -> Referral:
    match event:
        case ReferralInvited():
            return referral
        case ReferralSignedUp():
            return _signed_up(referral, event)
        case ReferralPurchased():
            return _purchased(referral, event)
        case ReferralReviewed():
            return _reviewed(referral, event)
        case ReferralRewarded():
            return _become(
                Rewarded,
                referral,
                rewarded_at=event.at,
                ordinal=event.ordinal,
                bonus_tier=event.bonus_tier,
                referrer_reward=event.referrer_reward,
                referee_reward=event.referee_reward,
            )
        case ReferralRejected():
            return _become(Rejected, referral, rejected_at=event.at, reasons=event.reasons)
        case ReferralReversed():
            return _become(
                Reversed,
                referral,
                reversed_at=event.at,
                cause=event.cause,
                referrer_owed_minor=event.referrer_owed_minor,
                referee_owed_minor=event.referee_owed_minor,
            )
        case ReferralExpired():
            return _become(Expired, referral, expired_at=event.at, reason=event.reason)
        case _:
            assert_never(event)


def _signed_up(referral: Referral, event: ReferralSignedUp) -> Referral:
    return _become(
        Held if event.held else SignedUp,
        referral,
        referee_id=event.referee_id,
        redeemed_at=event.at,
        signed_up_at=event.signed_up_at,
        purchase_by=event.purchase_by,
        score=event.score,
        signs=event.signs,
        held_at=event.at if event.held else None,
    )


def _purchased(referral: Referral, event: ReferralPurchased) -> Referral:
    held_at = getattr(referral, "held_at", None) or (event.at if event.held else None)
    return _become(
        Held if event.held else Qualified,
        referral,
        purchase=event.purchase,
        qualified_at=event.at,
        hold_ends_at=event.hold_ends_at,
        score=event.score,
        signs=event.signs,
        held_at=held_at,
    )


def _reviewed(referral: Referral, event: ReferralReviewed) -> Referral:
    review = Review(verdict=event.verdict, by=event.reviewed_by, why=event.why, at=event.at)
    if event.verdict is Verdict.REJECT:
        reasons = (REVIEW_REJECTED,)
        return _become(Rejected, referral, rejected_at=event.at, reasons=reasons, review=review)
    bought = isinstance(referral, Held) and referral.purchase is not None
    return _become(Qualified if bought else SignedUp, referral, review=review)


def _become(cls: type[Any], referral: Referral, **more: object) -> Referral:
    """Give another state with all that the two have in common."""
    known = attrs.fields_dict(type(referral))
    names = (known_field.name for known_field in attrs.fields(cls))
    kept = {name: getattr(referral, name) for name in names if name in known and name not in more}
    state: Referral = cls(**kept, **more)
    return state
