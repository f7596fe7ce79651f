"""What an export holds of referrals, on PostgreSQL."""

from typing import Any

from sqlalchemy import Uuid, bindparam, select

from adapters.postgres import tables
from adapters.postgres.codec import columns_for
from adapters.postgres.executor import Executor
from adapters.postgres.record_pages import PostgresJsonRecords, PostgresRecords, RecordList
from application.identity.exported_referrals import (
    OwnFirstPayment,
    OwnReferral,
    OwnReferralCode,
    OwnReferralReward,
    OwnWelcome,
)

_codes, _referrals = tables.referral_codes, tables.referrals
_claims, _payers = tables.referral_reward_claims, tables.referral_payers
_person = bindparam("person_id", type_=Uuid)

_CODES = RecordList(
    select(*columns_for(_codes, OwnReferralCode)).where(_codes.c.person_id == _person),
    _codes.c.created_at,
    _codes.c.code,
)
_MADE = RecordList(
    select(*columns_for(_referrals, OwnReferral)).where(_referrals.c.referrer_id == _person),
    _referrals.c.invited_at,
    _referrals.c.id,
)
_CAME = RecordList(
    select(*columns_for(_referrals, OwnWelcome)).where(_referrals.c.referee_id == _person),
    _referrals.c.id,
)
_CLAIMED = RecordList(
    select(*columns_for(_claims, OwnReferralReward)).where(_claims.c.person_id == _person),
    _claims.c.claimed_at,
    _claims.c.reward_id,
)
_PAID = RecordList(
    select(*columns_for(_payers, OwnFirstPayment)).where(_payers.c.person_id == _person),
    _payers.c.person_id,
)


def referral_records(executor: Executor) -> dict[str, Any]:
    """Give the kinds of records of referrals by their names in the export."""
    return {
        "referral_codes": PostgresRecords(executor, _CODES, OwnReferralCode),
        "referrals": PostgresJsonRecords(executor, _MADE, OwnReferral, ("metadata",)),
        "referred_by": PostgresRecords(executor, _CAME, OwnWelcome),
        "referral_rewards": PostgresJsonRecords(executor, _CLAIMED, OwnReferralReward, ("value",)),
        "first_payment": PostgresRecords(executor, _PAID, OwnFirstPayment),
    }
