"""The words of referrals: how one comes about, and what becomes of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from attrs import frozen

from ..shared.ids import PaymentId
from ..shared.money import Money


class Method(StrEnum):
    """By what an invite is passed on."""

    CODE = "code"
    LINK = "link"
    QR_CODE = "qr_code"
    CONTACT_SHARE = "contact_share"


class Source(StrEnum):
    """Where an invite is passed on."""

    APP_SHARE = "app_share"
    SMS = "sms"
    EMAIL = "email"
    SOCIAL = "social"


class Verdict(StrEnum):
    """What a review comes to."""

    APPROVE = "approve"
    REJECT = "reject"


class TakenBackFor(StrEnum):
    """Why a purchase does not count any more."""

    REFUND = "refund"
    CHARGEBACK = "chargeback"


@frozen(kw_only=True)
class Purchase:
    """A settled purchase of a referee's.

    Attributes:
        payment_id: The payment's.
        settled_at: When it settled.
        paid: What was paid in money, without account credit.
        plan_seconds: How long what was bought lasts; 0 where it does not end.
    """

    payment_id: PaymentId
    settled_at: datetime
    paid: Money
    plan_seconds: int = 0

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Its place among all purchases, whatever the order in which they were heard of."""
        return self.settled_at, self.payment_id


@frozen(kw_only=True)
class Review:
    """What somebody decided on a referral that was held.

    Attributes:
        verdict: What.
        by: Who.
        why: Why.
        at: When.
    """

    verdict: Verdict
    by: str
    why: str
    at: datetime


@frozen(kw_only=True)
class Counted:
    """A purchase that counts for a referrer: it was not rejected or reversed.

    Attributes:
        place: Its place among all purchases.
        rewarded: It was rewarded already.
    """

    place: tuple[datetime, UUID]
    rewarded: bool
