"""Payments, subscriptions and plans, in memory."""

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from adapters.memory.billing_tables import ToldRow
from adapters.memory.paging import paged
from adapters.memory.store import MemoryStore
from adapters.memory.table import ConstraintError
from application.billing.ports import Buyer, PlanStanding
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from domain.billing.payments import Payment, Provider
from domain.billing.refunds import Refund
from domain.billing.subscriptions import Subscription
from domain.identity.persons import PersonStatus
from domain.shared.ids import PaymentId, PersonId, QuoteId, RefundId


@frozen
class MemoryBuyers:
    """The persons who buy."""

    _store: MemoryStore

    async def get(
        self,
        person_id: PersonId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> Buyer | None:
        """Give a person, if there is one of this id."""
        async with self._store.access():
            person = self._store.persons.get(person_id)
        if person is None:
            return None
        return Buyer(
            person_id=person.id,
            active=person.status is PersonStatus.ACTIVE,
            deleted=person.status is PersonStatus.DELETED,
            tier=person.tier,
            email=person.email,
            timezone=person.timezone,
        )


@frozen
class MemoryPayments:
    """The payments, each with all its reports."""

    _store: MemoryStore

    async def get(
        self,
        payment_id: PaymentId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> Payment | None:
        """Give a payment, if there is one of this id."""
        async with self._store.access():
            return self._store.payments.get(payment_id)

    async def find(self, provider: Provider, provider_order_id: str) -> PaymentId | None:
        """Give our id of a provider's order, if we know of it."""
        async with self._store.access():
            found = self._store.payments.by("order", (provider, provider_order_id))
        return None if found is None else found.id

    async def of_quote(self, quote_id: QuoteId) -> Payment | None:
        """Give the payment that a quote was taken by, if one was."""
        async with self._store.access():
            return self._store.payments.by("quote", quote_id)

    async def record(
        self, before: Payment | None, after: Payment, events: Iterable[OutboxEvent]
    ) -> None:
        """Write a payment, its reports and what is told of it."""
        async with self._store.access():
            if before is None:
                try:
                    self._store.payments.insert(after)
                except ConstraintError as error:
                    if error.constraint in {"primary key", "quote", "order"}:
                        raise ConcurrentUpdateError from error
                    raise
            else:
                self._store.payments.put(after)
            self._store.publish(events)


@frozen
class MemoryPaymentList:
    """The payments as they are read."""

    _store: MemoryStore

    async def page(self, person_id: PersonId, after: Position | None, limit: int) -> Page[Payment]:
        """Give payments of a person, the newest first."""
        async with self._store.access():
            rows = self._store.payments.group("person", person_id)
        return paged(rows, _place, after, limit, newest_first=True)

    async def plans(self, person_id: PersonId) -> tuple[Payment, ...]:
        """Give all payments of a person that settled and are for a subscription or a pass."""
        async with self._store.access():
            rows = self._store.payments.group("plans", person_id)
        return tuple(sorted(rows, key=lambda row: (row.settled_at or row.created_at, row.id)))

    async def made_since(
        self, since: datetime, after: Position | None, limit: int
    ) -> Page[Payment]:
        """Give payments made since an instant, the oldest first."""
        async with self._store.access():
            rows = self._store.payments.where(lambda row: row.created_at >= since)
        return paged(rows, _place, after, limit)

    async def open_before(
        self, before: datetime, after: Position | None, limit: int
    ) -> Page[Payment]:
        """Give payments made before an instant, neither paid nor given up; the oldest first."""
        async with self._store.access():
            rows = [
                row
                for row in self._store.payments.all()
                if row.created_at < before and not row.settles
            ]
        return paged(rows, _place, after, limit)


def _place(payment: Payment) -> Position:
    return Position(payment.created_at, payment.id)


@frozen
class MemoryNotifications:
    """What providers have told us, so that nothing is taken in twice."""

    _store: MemoryStore

    async def take(self, provider: Provider, event_key: str, now: datetime) -> bool:
        """Keep the key of a notification; give False where it was known before."""
        async with self._store.access():
            if (provider, event_key) in self._store.payment_notifications:
                return False
            self._store.payment_notifications.insert(ToldRow(provider, event_key, now))
            return True

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete keys that were kept before an instant; tell how many."""
        async with self._store.access():
            old = sorted(
                self._store.payment_notifications.where(lambda row: row.received_at < before),
                key=lambda row: row.received_at,
            )[:limit]
            for row in old:
                self._store.payment_notifications.delete((row.provider, row.event_key))
            return len(old)


@frozen
class MemorySubscriptions:
    """The subscriptions of persons."""

    _store: MemoryStore

    async def of_person(self, person_id: PersonId) -> tuple[Subscription, ...]:
        """Give a person's subscriptions, the newest first."""
        async with self._store.access():
            rows = self._store.subscriptions.group("person", person_id)
        return tuple(sorted(rows, key=lambda row: (row.started_at, row.id), reverse=True))

    async def find(self, provider: Provider, provider_subscription_id: str) -> Subscription | None:
        """Give the subscription that a provider knows by an id."""
        async with self._store.access():
            return self._store.subscriptions.by("ref", (provider, provider_subscription_id))

    async def record(
        self, subscriptions: Iterable[Subscription], events: Iterable[OutboxEvent]
    ) -> None:
        """Write subscriptions of a locked person, and what is told of them."""
        async with self._store.access():
            for subscription in subscriptions:
                self._store.subscriptions.put(subscription)
            self._store.publish(events)


@frozen
class MemoryPlanStandings:
    """What is kept of persons' plans besides what was paid."""

    _store: MemoryStore

    async def get(self, person_id: PersonId) -> PlanStanding | None:
        """Give a person's, if something was kept."""
        async with self._store.access():
            return self._store.plan_standings.get(person_id)

    async def record(self, standing: PlanStanding, events: Iterable[OutboxEvent]) -> None:
        """Write a locked person's, and what is told of it."""
        async with self._store.access():
            self._store.plan_standings.put(standing)
            self._store.publish(events)


@frozen
class MemoryRefunds:
    """The refunds that were asked for."""

    _store: MemoryStore

    async def of_payment(self, payment_id: PaymentId) -> tuple[Refund, ...]:
        """Give those of a payment, the first one first."""
        async with self._store.access():
            rows = self._store.payment_refunds.group("payment", payment_id)
        return tuple(sorted(rows, key=lambda row: (row.requested_at, row.id)))

    async def get(self, refund_id: RefundId) -> Refund | None:
        """Give a refund, if there is one of this id."""
        async with self._store.access():
            return self._store.payment_refunds.get(refund_id)

    async def put(self, refund: Refund) -> None:
        """Write a refund of a locked payment."""
        async with self._store.access():
            self._store.payment_refunds.put(refund)
