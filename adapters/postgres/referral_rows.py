"""Referrals, codes and claims as their rows hold them."""

from collections.abc import Mapping
from typing import Any

import attrs
import msgspec

from adapters.postgres import tables
from adapters.postgres.codec import field_names
from adapters.postgres.executor import Row
from domain.referrals.codes import ReferralCode
from domain.referrals.commands import due_at
from domain.referrals.kinds import Method, Purchase, Review, Source, TakenBackFor, Verdict
from domain.referrals.milestones import Claim, MilestoneReward, RewardType
from domain.referrals.referrals import (
    Expired,
    Held,
    Invited,
    Qualified,
    Referral,
    Rejected,
    Reversed,
    Rewarded,
    SignedUp,
)
from domain.referrals.views import ReferralState, state_of
from domain.shared.money import Money

REFERRAL_STATES: dict[ReferralState, type[Referral]] = {
    ReferralState.INVITED: Invited,
    ReferralState.SIGNED_UP: SignedUp,
    ReferralState.HELD: Held,
    ReferralState.QUALIFIED: Qualified,
    ReferralState.REWARDED: Rewarded,
    ReferralState.REVERSED: Reversed,
    ReferralState.REJECTED: Rejected,
    ReferralState.EXPIRED: Expired,
}
REFERRAL_COLUMNS = tuple(column.name for column in tables.referrals.c)

_REWARDS = ("referrer_reward", "referee_reward")
_LISTS = ("signs", "reasons")
_WORDS: dict[str, type[Any]] = {"method": Method, "source": Source, "cause": TakenBackFor}
_OF_PURCHASE = ("payment_id", "settled_at", "plan_seconds")


def referral_to_row(referral: Referral) -> dict[str, Any]:
    """Give the columns of a referral; what its state does not have is NULL."""
    row: dict[str, Any] = dict.fromkeys(REFERRAL_COLUMNS)
    for name in field_names(type(referral)):
        value = getattr(referral, name)
        if name == "purchase":
            row |= _purchase_columns(value)
        elif name == "review":
            row |= _review_columns(value)
        elif name in _REWARDS:
            row[f"{name}_minor"] = value.amount_minor
        elif name == "metadata":
            row[name] = json_text(value)
        elif name in _LISTS:
            row[name] = list(value)
        else:
            row[name] = value
    return row | {"state": state_of(referral).value, "due_at": due_at(referral)}


def referral_from_row(row: Row) -> Referral:
    """Make the state of a referral that its row names."""
    cls = REFERRAL_STATES[ReferralState(row["state"])]
    referral: Referral = cls(**{name: _field(row, name) for name in field_names(cls)})
    return referral


def _field(row: Row, name: str) -> Any:  # noqa: ANN401 - of any type
    if name == "purchase":
        return _purchase(row)
    if name == "review":
        return _review(row)
    if name in _REWARDS:
        return Money(row[f"{name}_minor"], row["currency"])
    value = row[name]
    if name == "metadata":
        return msgspec.json.decode(value)
    if name in _LISTS:
        return tuple(value)
    return value if value is None or name not in _WORDS else _WORDS[name](value)


def _purchase_columns(purchase: Purchase | None) -> dict[str, Any]:
    if purchase is None:
        return {}
    columns = {name: getattr(purchase, name) for name in _OF_PURCHASE}
    return columns | {
        "paid_minor": purchase.paid.amount_minor,
        "currency": purchase.paid.currency,
    }


def _purchase(row: Row) -> Purchase | None:
    if row["payment_id"] is None:
        return None
    return Purchase(
        **{name: row[name] for name in _OF_PURCHASE},
        paid=Money(row["paid_minor"], row["currency"]),
    )


def _review_columns(review: Review | None) -> dict[str, Any]:
    if review is None:
        return {}
    return {
        "review_verdict": review.verdict.value,
        "reviewed_by": review.by,
        "review_why": review.why,
        "reviewed_at": review.at,
    }


def _review(row: Row) -> Review | None:
    if row["review_verdict"] is None:
        return None
    return Review(
        verdict=Verdict(row["review_verdict"]),
        by=row["reviewed_by"],
        why=row["review_why"],
        at=row["reviewed_at"],
    )


def code_from_row(row: Row) -> ReferralCode:
    """Give the code of a row."""
    return ReferralCode(**row)


def reward_to_row(reward: MilestoneReward) -> dict[str, Any]:
    """Give the columns of a milestone's reward."""
    return _with_value(reward)


def reward_from_row(row: Row) -> MilestoneReward:
    """Give the milestone's reward of a row."""
    return MilestoneReward(**_without_value(row))


def claim_to_row(claim: Claim) -> dict[str, Any]:
    """Give the columns of a claim."""
    return _with_value(claim)


def claim_from_row(row: Row) -> Claim:
    """Give the claim of a row."""
    return Claim(**_without_value(row))


def _with_value(value: MilestoneReward | Claim) -> dict[str, Any]:
    row = attrs.asdict(value, recurse=False)
    return row | {"type": value.type.value, "value": json_text(value.value)}


def _without_value(row: Row) -> dict[str, Any]:
    value = msgspec.json.decode(row["value"])
    return {**row, "type": RewardType(row["type"]), "value": value}


def json_text(value: Mapping[str, Any]) -> str:
    """Give a value as the JSON that its column takes."""
    return msgspec.json.encode(value).decode()
