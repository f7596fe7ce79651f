"""Referrals, as the API shows them."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from application.referrals.queries import ReferrerProgress, RewardStanding
from application.referrals.redeem_referral import Redeemed
from domain.referrals.codes import ReferralCode
from domain.referrals.kinds import Method, Source, TakenBackFor, Verdict
from domain.referrals.milestones import Claim, MilestoneReward, RewardType
from domain.referrals.redeeming import Judgement, RedeemOutcome
from domain.referrals.referrals import Referral
from domain.referrals.views import (
    ReferralState,
    RewardStatus,
    Status,
    reward_view,
    state_of,
    status_view,
)
from domain.shared.money import Money
from entrypoints.http.decisions import ReasonBody
from entrypoints.http.money import MoneyBody


class CodeBody(Struct):
    """A person's code, and the link that carries it where the app has set one up."""

    person_id: UUID
    code: Annotated[str, Meta(examples=["K7PM4WXZ"])]
    link: str | None
    created_at: datetime
    expires_at: datetime | None
    deactivated_at: datetime | None


class StatusViewBody(Struct):
    """How far a referral came; it never goes back."""

    status: Status
    reward_claimed: bool
    reward_claimed_at: datetime | None


class RewardViewBody(Struct):
    """What became of the referrer's reward."""

    reward_status: RewardStatus
    reason: Annotated[str | None, Meta(description="Why it expired, if it did")]
    first_purchase_at: datetime | None
    reward_amount: MoneyBody | None
    bonus_tier: Annotated[int, Meta(description="1 until the hold has ended")]


class ReferralBody(Struct):
    """A referral, with the time of each state that it was in."""

    id: UUID
    referrer_id: UUID
    state: ReferralState
    method: Method
    source: Source | None
    token: Annotated[str | None, Meta(description="What the invite is taken up with")]
    link: str | None
    metadata: dict[str, str]
    invited_at: datetime
    expires_at: Annotated[datetime, Meta(description="Until when it can be taken up")]
    referee_id: UUID | None
    redeemed_at: datetime | None
    signed_up_at: datetime | None
    purchase_by: Annotated[datetime | None, Meta(description="Until when a purchase counts")]
    held_at: datetime | None
    qualified_at: datetime | None
    hold_ends_at: Annotated[datetime | None, Meta(description="When the reward is decided on")]
    rewarded_at: datetime | None
    ordinal: Annotated[int | None, Meta(description="Which purchase of the referrer's it was")]
    rejected_at: datetime | None
    reasons: Annotated[list[str], Meta(description="The rules that rejected it")]
    reversed_at: datetime | None
    cause: TakenBackFor | None
    owed: Annotated[
        MoneyBody | None, Meta(description="What the referrer had used of a reward taken back")
    ]
    expired_at: datetime | None
    as_status: Annotated[StatusViewBody, Meta(description="As pending, qualified or rewarded")]
    as_reward: Annotated[
        RewardViewBody, Meta(description="As pending, earned, credited or expired")
    ]
    policy_version: str


class ReferralReviewBody(Struct):
    """What somebody decided on a referral that was held."""

    verdict: Verdict
    reviewed_by: str
    reason: str
    reviewed_at: datetime


class HeldBody(Struct):
    """A referral with the signs that it was held for."""

    referral: ReferralBody
    score: int
    signs: list[str]
    review: ReferralReviewBody | None


class RedeemedBody(Struct):
    """What came of entering a code or token, and why."""

    outcome: RedeemOutcome
    referral: Annotated[ReferralBody | None, Meta(description="Null where nothing came of it")]
    reasons: list[ReasonBody]
    policy_version: str


class JudgementBody(Struct):
    """What would come of a code or token, and why."""

    outcome: RedeemOutcome
    reasons: list[ReasonBody]
    policy_version: str


class NextTierBody(Struct):
    """The bonus tier after the present one."""

    tier: int
    percent: int
    purchases_needed: int


class ReferralProgressBody(Struct):
    """Where a person stands as a referrer."""

    person_id: UUID
    referral_count: Annotated[int, Meta(description="Rewarded, and not taken back")]
    was_referred: bool
    referred_by: UUID | None
    referral_credits_earned: list[MoneyBody]
    pending: Annotated[int, Meta(description="Awaiting a sign-up, a purchase or a review")]
    qualified: Annotated[int, Meta(description="In their hold")]
    purchases: Annotated[int, Meta(description="Not rejected or taken back")]
    tier: Annotated[int, Meta(description="The bonus tier that one more purchase is in")]
    percent: Annotated[int, Meta(description="What that makes of the base reward")]
    next_tier: NextTierBody | None
    rewards_in_window: int
    rewards_in_window_most: int
    rewards_in_all_most: int
    reasons: Annotated[
        list[ReasonBody], Meta(description="Whether one more purchase would be rewarded")
    ]
    policy_version: str


class ReferralRewardBody(Struct):
    """What is given for so many referrals."""

    id: UUID
    name: str
    description: str
    type: RewardType
    value: dict[str, int | str]
    required_referrals: int
    is_active: bool
    valid_days: int | None
    created_at: datetime


class ClaimBody(Struct):
    """A milestone's reward that a person claimed."""

    person_id: UUID
    reward_id: UUID
    type: RewardType
    value: dict[str, int | str]
    claimed_at: datetime
    applied_at: Annotated[datetime | None, Meta(description="When it reached whoever gives it")]
    expires_at: datetime | None
    policy_version: str
    payment_id: Annotated[
        UUID | None, Meta(description="The payment that has the discount, which holds once")
    ]


class RewardStandingBody(Struct):
    """A milestone's reward, and how far a person is with it."""

    reward: ReferralRewardBody
    reason: ReasonBody
    claim: ClaimBody | None


def link_of(base: str | None, **query: str) -> str | None:
    """Give the app's own link with a code or token in it; None where it has set up none."""
    if base is None:
        return None
    return f"{base}{'&' if '?' in base else '?'}{urlencode(query)}"


def code_body(code: ReferralCode, base: str | None) -> CodeBody:
    """Give a code as the API shows it."""
    return CodeBody(
        person_id=code.person_id,
        code=code.code,
        link=link_of(base, code=code.code),
        created_at=code.created_at,
        expires_at=code.expires_at,
        deactivated_at=code.deactivated_at,
    )


_SHOWN = (
    "referee_id",
    "redeemed_at",
    "signed_up_at",
    "purchase_by",
    "held_at",
    "qualified_at",
    "hold_ends_at",
    "rewarded_at",
    "ordinal",
    "rejected_at",
    "reversed_at",
    "cause",
    "expired_at",
)
"""What a referral does not have in every state."""


def referral_body(referral: Referral, base: str | None) -> ReferralBody:
    """Give a referral as the API shows it."""
    later: dict[str, Any] = {name: getattr(referral, name, None) for name in _SHOWN}
    token = referral.token
    return ReferralBody(
        id=referral.id,
        referrer_id=referral.referrer_id,
        state=state_of(referral),
        method=referral.method,
        source=referral.source,
        token=token,
        link=None if token is None else link_of(base, invite=token),
        metadata=dict(referral.metadata),
        invited_at=referral.invited_at,
        expires_at=referral.expires_at,
        reasons=list(getattr(referral, "reasons", ())),
        owed=_owed(referral),
        as_status=msgspec.convert(status_view(referral), StatusViewBody, from_attributes=True),
        as_reward=_reward_view(referral),
        policy_version=referral.policy_version,
        **later,
    )


def _reward_view(referral: Referral) -> RewardViewBody:
    view = reward_view(referral)
    return RewardViewBody(
        reward_status=view.reward_status,
        reason=view.reason,
        first_purchase_at=view.first_purchase_at,
        reward_amount=None if view.reward is None else _money(view.reward),
        bonus_tier=view.bonus_tier,
    )


def _owed(referral: Referral) -> MoneyBody | None:
    owed: int | None = getattr(referral, "referrer_owed_minor", None)
    reward = reward_view(referral).reward
    return None if owed is None or reward is None else MoneyBody(owed, reward.currency)


def _money(money: Money) -> MoneyBody:
    return MoneyBody(money.amount_minor, money.currency)


def held_body(referral: Referral, base: str | None) -> HeldBody:
    """Give a referral with the signs that it was held for, for whoever reviews it."""
    review = getattr(referral, "review", None)
    return HeldBody(
        referral=referral_body(referral, base),
        score=getattr(referral, "score", 0),
        signs=list(getattr(referral, "signs", ())),
        review=None
        if review is None
        else ReferralReviewBody(
            verdict=review.verdict,
            reviewed_by=review.by,
            reason=review.why,
            reviewed_at=review.at,
        ),
    )


def redeemed_body(redeemed: Redeemed, base: str | None, policy_version: str) -> RedeemedBody:
    """Give what came of entering a code as the API shows it.

    The referee sees neither the token nor the notes of the referrer's invite.
    """
    referral = redeemed.referral
    body = None if referral is None else referral_body(referral, base)
    if body is not None:
        body.token, body.link, body.metadata = None, None, {}
    return RedeemedBody(
        outcome=redeemed.judgement.outcome,
        referral=body,
        reasons=msgspec.convert(redeemed.judgement.reasons, list[ReasonBody], from_attributes=True),
        policy_version=policy_version,
    )


def judgement_body(judgement: Judgement, policy_version: str) -> JudgementBody:
    """Give what would come of a code as the API shows it."""
    return JudgementBody(
        outcome=judgement.outcome,
        reasons=msgspec.convert(judgement.reasons, list[ReasonBody], from_attributes=True),
        policy_version=policy_version,
    )


def progress_body(person_id: UUID, found: ReferrerProgress) -> ReferralProgressBody:
    """Give where a person stands as a referrer as the API shows it."""
    progress, totals = found.progress, found.totals
    return ReferralProgressBody(
        person_id=person_id,
        referral_count=totals.referral_count,
        was_referred=totals.referred_by is not None,
        referred_by=totals.referred_by,
        referral_credits_earned=[_money(money) for money in totals.credits_earned],
        pending=totals.pending,
        qualified=totals.qualified,
        purchases=progress.counted,
        tier=progress.tier,
        percent=progress.percent,
        next_tier=msgspec.convert(progress.next_tier, NextTierBody | None, from_attributes=True),
        rewards_in_window=progress.in_window,
        rewards_in_window_most=progress.window_rewards,
        rewards_in_all_most=progress.rewards_in_all,
        reasons=msgspec.convert(progress.reasons, list[ReasonBody], from_attributes=True),
        policy_version=progress.policy_version,
    )


def reward_body(reward: MilestoneReward) -> ReferralRewardBody:
    """Give a milestone's reward as the API shows it."""
    return msgspec.convert(reward, ReferralRewardBody, from_attributes=True)


def claim_body(claim: Claim) -> ClaimBody:
    """Give a claim as the API shows it."""
    return msgspec.convert(claim, ClaimBody, from_attributes=True)


def standing_body(standing: RewardStanding) -> RewardStandingBody:
    """Give how far a person is with a milestone's reward as the API shows it."""
    return RewardStandingBody(
        reward=reward_body(standing.reward),
        reason=msgspec.convert(standing.reason, ReasonBody, from_attributes=True),
        claim=None if standing.claim is None else claim_body(standing.claim),
    )
