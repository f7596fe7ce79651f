"""What is kept of payments, subscriptions and plans."""

from datetime import datetime

from attrs import frozen

from adapters.memory.shop_tables import ShopTables
from adapters.memory.table import Table
from application.billing.ports import PlanStanding
from domain.billing.catalogue import PassItem, SubscriptionItem
from domain.billing.payments import Payment, PaymentStatus, Provider
from domain.billing.refunds import Refund
from domain.billing.subscriptions import Subscription
from domain.shared.ids import PaymentId, PersonId, RefundId, SubscriptionId


@frozen
class ToldRow:
    """What a provider has told us, by its key."""

    provider: Provider
    event_key: str
    received_at: datetime


def _is_paid_plan(payment: Payment) -> bool:
    return payment.settled_at is not None and isinstance(payment.item, SubscriptionItem | PassItem)


class BillingTables(ShopTables):
    """The tables of billing, beside those of what is sold; all empty at first."""

    def __init__(self) -> None:
        super().__init__()
        self.payments: Table[PaymentId, Payment] = Table(
            self.note,
            lambda payment: payment.id,
            unique={
                "quote": lambda row: row.quote_id,
                "order": lambda row: (
                    None if row.provider_order_id is None else (row.provider, row.provider_order_id)
                ),
            },
            groups={
                "person": lambda payment: (payment.person_id,),
                "plans": lambda payment: (payment.person_id,) if _is_paid_plan(payment) else (),
            },
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={
                "amounts": lambda row: row.amount_minor >= 0 and row.credit_applied_minor >= 0,
                "settled": lambda row: (
                    row.settled_at is not None or row.status is not PaymentStatus.SUCCESS
                ),
            },
        )
        self.payment_refunds: Table[RefundId, Refund] = Table(
            self.note,
            lambda refund: refund.id,
            groups={"payment": lambda refund: (refund.payment_id,)},
            references={"payment": (self.payments, lambda row: (row.payment_id,))},
            checks={"amount": lambda row: row.amount_minor >= 0},
        )
        self.subscriptions: Table[SubscriptionId, Subscription] = Table(
            self.note,
            lambda subscription: subscription.id,
            unique={
                "ref": lambda row: (
                    None
                    if row.refs.subscription_id is None
                    else (row.provider, row.refs.subscription_id)
                )
            },
            groups={"person": lambda subscription: (subscription.person_id,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.payment_notifications: Table[tuple[Provider, str], ToldRow] = Table(
            self.note, lambda row: (row.provider, row.event_key)
        )
        self.plan_standings: Table[PersonId, PlanStanding] = Table(
            self.note,
            lambda standing: standing.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
