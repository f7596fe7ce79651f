"""What an export holds of billing, on PostgreSQL."""

from typing import Any

from sqlalchemy import Uuid, bindparam, select

from adapters.postgres.codec import columns_for
from adapters.postgres.executor import Executor
from adapters.postgres.record_pages import PostgresJsonRecords, PostgresRecords, RecordList
from adapters.postgres.shop_tables import account_credit_ledger, account_credits, quotes
from application.identity.billing_records import (
    OwnAccountCredit,
    OwnAccountCreditLine,
    OwnQuote,
)

_person = bindparam("person_id", type_=Uuid)
_QUOTES = RecordList(
    select(*columns_for(quotes, OwnQuote)).where(quotes.c.person_id == _person),
    quotes.c.created_at,
    quotes.c.id,
)
_credits, _ledger = account_credits, account_credit_ledger
_CREDIT = RecordList(
    select(*columns_for(_credits, OwnAccountCredit)).where(_credits.c.person_id == _person),
    _credits.c.currency,
)
_CREDIT_LEDGER = RecordList(
    select(*columns_for(_ledger, OwnAccountCreditLine)).where(_ledger.c.person_id == _person),
    _ledger.c.currency,
    _ledger.c.number,
)


def billing_records(executor: Executor) -> dict[str, Any]:
    """Give the kinds of records that billing has, by their names in the export, in its order."""
    return {
        "quotes": PostgresJsonRecords(executor, _QUOTES, OwnQuote, ("lines",)),
        "account_credit": PostgresRecords(executor, _CREDIT, OwnAccountCredit),
        "account_credit_ledger": PostgresRecords(executor, _CREDIT_LEDGER, OwnAccountCreditLine),
    }
