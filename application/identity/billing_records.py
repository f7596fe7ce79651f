"""What an export holds of what a person was offered, paid and has with the app."""

from datetime import datetime
from typing import Any
from uuid import UUID

from attrs import frozen


@frozen(kw_only=True)
class OwnQuote:
    """What something would have cost the person."""

    id: UUID
    item_key: str
    currency: str
    lines: Any
    total_minor: int
    credit_applied_minor: int
    created_at: datetime
    valid_until: datetime
    policy_version: str


@frozen(kw_only=True)
class OwnAccountCredit:
    """What the person has or owes in a currency."""

    currency: str
    balance: int


@frozen(kw_only=True)
class OwnAccountCreditLine:
    """A line of the ledger of the person's account credit."""

    currency: str
    number: int
    at: datetime
    move: str
    source: str
    key: str
    amount: int
    balance: int
    reason: str | None
    policy_version: str
