"""The form of what an export holds of billing."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from domain.billing.events import CreditMove, CreditSource
from domain.billing.quotes import LineKind


class ExportedQuoteLine(Struct):
    """One line of a quote, in minor units of its currency."""

    kind: LineKind
    label: str
    amount_minor: int


class ExportedQuote(Struct):
    """What something would have cost the person."""

    id: UUID
    item_key: str
    currency: str
    lines: list[ExportedQuoteLine]
    total_minor: int
    credit_applied_minor: int
    created_at: datetime
    valid_until: datetime
    policy_version: str


class ExportedAccountCredit(Struct):
    """What the person has with the app in a currency."""

    currency: str
    balance: Annotated[int, Meta(description="In minor units; less than 0 where they owe")]


class ExportedAccountCreditLine(Struct):
    """A move of the person's account credit, in minor units."""

    currency: str
    number: int
    at: datetime
    move: CreditMove
    source: CreditSource
    key: str
    amount: int
    balance: int
    reason: str | None
    policy_version: str
