"""Referrals in the form of an export."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.referrals.kinds import Method, Source
from domain.referrals.milestones import RewardType
from domain.referrals.views import ReferralState


class ExportedReferralCode(Struct):
    """A code of the person's."""

    code: str
    created_at: datetime
    expires_at: datetime | None
    deactivated_at: datetime | None


class ExportedReferral(Struct):
    """A referral that the person made; what is known of the other is the other's."""

    id: UUID
    state: ReferralState
    method: Method
    source: Source | None
    token: str | None
    metadata: dict[str, str]
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


class ExportedWelcome(Struct):
    """The referral by which the person came."""

    id: UUID
    state: ReferralState
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


class ExportedReferralReward(Struct):
    """A milestone's reward that the person claimed."""

    reward_id: UUID
    type: RewardType
    value: dict[str, int | str]
    claimed_at: datetime
    applied_at: datetime | None
    expires_at: datetime | None
    policy_version: str
    payment_id: UUID | None


class ExportedFirstPayment(Struct):
    """When the person first paid; after that nobody can refer them."""

    first_paid_at: datetime
