"""What an export holds of referrals, in memory."""

from collections.abc import Iterable
from typing import Any

import attrs

from adapters.memory.referral_tables import PayerRow
from adapters.memory.store import MemoryStore
from application.identity.exported_referrals import (
    OwnFirstPayment,
    OwnReferral,
    OwnReferralCode,
    OwnReferralReward,
    OwnWelcome,
)
from domain.referrals.referrals import Referral
from domain.referrals.views import state_of
from domain.shared.ids import PersonId


def referral_codes(store: MemoryStore, person_id: PersonId) -> Iterable[object]:
    """Give the person's codes, the first one first."""
    codes = store.referral_codes.group("person", person_id)
    for code in sorted(codes, key=lambda code: (code.created_at, code.code)):
        yield OwnReferralCode(**_fields(OwnReferralCode, code))


def referrals(store: MemoryStore, person_id: PersonId) -> Iterable[object]:
    """Give the referrals that the person made, the first one first."""
    made = store.referrals.group("referrer", person_id)
    for referral in sorted(made, key=lambda one: (one.invited_at, one.id)):
        yield OwnReferral(**_fields(OwnReferral, referral, **_flat(referral)))


def welcomes(store: MemoryStore, person_id: PersonId) -> Iterable[object]:
    """Give the referral by which the person came, if they came by one."""
    came = store.referrals.by("referee", person_id)
    if came is not None:
        yield OwnWelcome(**_fields(OwnWelcome, came, **_flat(came)))


def referral_rewards(store: MemoryStore, person_id: PersonId) -> Iterable[object]:
    """Give the milestone rewards that the person claimed, the first one first."""
    claims = store.referral_claims.group("person", person_id)
    for claim in sorted(claims, key=lambda claim: (claim.claimed_at, claim.reward_id)):
        yield OwnReferralReward(
            **_fields(OwnReferralReward, claim, type=claim.type.value, value=dict(claim.value))
        )


def first_payments(store: MemoryStore, person_id: PersonId) -> Iterable[object]:
    """Give when the person first paid, if they did."""
    row: PayerRow | None = store.referral_payers.get(person_id)
    if row is not None:
        yield OwnFirstPayment(first_paid_at=row.first_paid_at)


def _flat(referral: Referral) -> dict[str, object]:
    """Give what a row holds in columns of its own."""
    purchase = getattr(referral, "purchase", None)
    found: dict[str, object] = {
        "state": state_of(referral).value,
        "method": referral.method.value,
        "source": None if referral.source is None else referral.source.value,
        "metadata": dict(referral.metadata),
    }
    if purchase is not None:
        found |= {
            "payment_id": purchase.payment_id,
            "settled_at": purchase.settled_at,
            "paid_minor": purchase.paid.amount_minor,
            "currency": purchase.paid.currency,
        }
    for side in ("referrer_reward", "referee_reward"):
        reward = getattr(referral, side, None)
        found[f"{side}_minor"] = None if reward is None else reward.amount_minor
    return found


def _fields(cls: type[attrs.AttrsInstance], row: object, **more: object) -> dict[str, Any]:
    names = (field.name for field in attrs.fields(cls))
    return {name: more[name] if name in more else getattr(row, name, None) for name in names}
