"""What an export holds of referrals: the person's own part of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import frozen


@frozen(kw_only=True)
class OwnReferralCode:
    """A code of the person's."""

    code: str
    created_at: datetime
    expires_at: datetime | None
    deactivated_at: datetime | None


@frozen(kw_only=True)
class OwnReferral:
    """A referral that the person made; what is known of the other is the other's."""

    id: UUID
    state: str
    method: str
    source: str | None
    token: str | None
    metadata: Any
    invited_at: datetime
    expires_at: datetime
    referee_id: UUID | None
    qualified_at: datetime | None
    hold_ends_at: datetime | None
    rewarded_at: datetime | None
    ordinal: int | None
    bonus_tier: int | None
    currency: str | None
    referrer_reward_minor: int | None
    rejected_at: datetime | None
    reversed_at: datetime | None
    referrer_owed_minor: int | None
    expired_at: datetime | None
    policy_version: str


@frozen(kw_only=True)
class OwnWelcome:
    """The referral by which the person came."""

    id: UUID
    state: str
    referrer_id: UUID
    redeemed_at: datetime
    signed_up_at: datetime
    purchase_by: datetime | None
    payment_id: UUID | None
    settled_at: datetime | None
    paid_minor: int | None
    currency: str | None
    hold_ends_at: datetime | None
    rewarded_at: datetime | None
    referee_reward_minor: int | None
    rejected_at: datetime | None
    reversed_at: datetime | None
    referee_owed_minor: int | None
    expired_at: datetime | None


@frozen(kw_only=True)
class OwnReferralReward:
    """A milestone's reward that the person claimed."""

    reward_id: UUID
    type: str
    value: Any
    claimed_at: datetime
    applied_at: datetime | None
    expires_at: datetime | None
    policy_version: str
    payment_id: UUID | None


@frozen(kw_only=True)
class OwnFirstPayment:
    """When the person first paid; after that nobody can refer them."""

    first_paid_at: datetime
