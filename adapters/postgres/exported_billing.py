"""What an export holds of billing, on PostgreSQL."""

from typing import Any

from sqlalchemy import Uuid, bindparam, select

from adapters.postgres import billing_tables as billing
from adapters.postgres.codec import columns_for
from adapters.postgres.executor import Executor
from adapters.postgres.record_pages import PostgresJsonRecords, PostgresRecords, RecordList
from adapters.postgres.shop_tables import account_credit_ledger, account_credits, quotes
from application.identity.exported_billing import (
    OwnAccountCredit,
    OwnAccountCreditLine,
    OwnPayment,
    OwnPaymentReport,
    OwnPlanStanding,
    OwnQuote,
    OwnRefund,
    OwnSubscription,
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

_payments, _reports, _refunds = (
    billing.payments,
    billing.payment_reports,
    billing.payment_refunds,
)
_subscriptions, _standings = billing.subscriptions, billing.plan_standings
_PAYMENTS = RecordList(
    select(*columns_for(_payments, OwnPayment)).where(_payments.c.person_id == _person),
    _payments.c.created_at,
    _payments.c.id,
)
_REPORTS = RecordList(
    select(*columns_for(_reports, OwnPaymentReport))
    .join(_payments, _payments.c.id == _reports.c.payment_id)
    .where(_payments.c.person_id == _person),
    _reports.c.payment_id,
    _reports.c.kind,
    _reports.c.charge_id,
    _reports.c.refund_id,
)
_REFUNDS = RecordList(
    select(*columns_for(_refunds, OwnRefund))
    .join(_payments, _payments.c.id == _refunds.c.payment_id)
    .where(_payments.c.person_id == _person),
    _refunds.c.payment_id,
    _refunds.c.requested_at,
    _refunds.c.id,
)
_SUBSCRIPTIONS = RecordList(
    select(*columns_for(_subscriptions, OwnSubscription)).where(
        _subscriptions.c.person_id == _person
    ),
    _subscriptions.c.started_at,
    _subscriptions.c.id,
)
_STANDING = RecordList(
    select(*columns_for(_standings, OwnPlanStanding)).where(_standings.c.person_id == _person),
    _standings.c.person_id,
)


def billing_records(executor: Executor) -> dict[str, Any]:
    """Give the kinds of records that billing has, by their names in the export, in its order."""
    return {
        "quotes": PostgresJsonRecords(executor, _QUOTES, OwnQuote, ("lines",)),
        "account_credit": PostgresRecords(executor, _CREDIT, OwnAccountCredit),
        "account_credit_ledger": PostgresRecords(executor, _CREDIT_LEDGER, OwnAccountCreditLine),
        "payments": PostgresJsonRecords(executor, _PAYMENTS, OwnPayment, ("lines",)),
        "payment_reports": PostgresRecords(executor, _REPORTS, OwnPaymentReport),
        "payment_refunds": PostgresRecords(executor, _REFUNDS, OwnRefund),
        "subscriptions": PostgresRecords(executor, _SUBSCRIPTIONS, OwnSubscription),
        "plan_standing": PostgresRecords(executor, _STANDING, OwnPlanStanding),
    }
