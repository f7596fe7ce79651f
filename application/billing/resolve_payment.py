"""Find out from the provider what became of a payment."""

from datetime import datetime, timedelta
from uuid import UUID

import attrs
from attrs import frozen

from application.billing.provider_ports import (
    FetchedOrder,
    OrderRef,
    Providers,
)
from application.billing.record_reports import PaymentRecorder, is_provided
from application.billing.start_checkout import FIRST_LOOK, resolving, with_checkout
from application.billing.take_snapshot import SnapshotTaker
from application.shared.jobs import StoredJob
from domain.billing.payments import Payment, no_such_payment
from domain.shared.errors import UnavailableError
from domain.shared.ids import PaymentId

_LONGEST_PAUSE = timedelta(hours=6)


@frozen
class ResolvePayment:
    """Asks the provider, takes in what it says, and gives up what was not paid in time."""

    record: PaymentRecorder
    snapshots: SnapshotTaker
    providers: Providers

    async def __call__(self, payment_id: PaymentId) -> Payment:
        """Ask, and give the payment as it is then.

        Raises:
            NotFoundError: There is no such payment.
            ProviderAwayError: The provider does not say.
        """
        payment = await self.record.payments.get(payment_id)
        if payment is None:
            raise no_such_payment()
        if not is_provided(payment):
            return payment
        fetched = await self.fetched(payment)
        now = await self.record.keep.clock.now()
        resolved = await self.record.changed(
            payment_id, lambda it: _closed(taken_in(it, fetched), now)
        )
        if fetched is not None and fetched.subscription is not None:
            await self.snapshots(fetched.subscription)
        return resolved

    async def fetched(self, payment: Payment) -> FetchedOrder | None:
        """Give what the provider says of a payment.

        Raises:
            ProviderAwayError: It does not say.
            UnavailableError: It is not set up here any longer.
        """
        ports = self.providers.of(payment.provider)
        return await ports.payments.fetch_payment(OrderRef.of(payment))


def taken_in(payment: Payment, fetched: FetchedOrder | None) -> Payment:
    """Give a payment with what its provider says of it."""
    if fetched is None:
        return payment
    return with_checkout(payment, fetched.checkout).told(fetched.reports)


def _closed(payment: Payment, now: datetime) -> Payment:
    """Give a payment given up, if it can be paid no longer and was not."""
    if payment.settles or now < payment.checkout_ends_at:
        return payment
    return attrs.evolve(payment, closed_at=payment.checkout_ends_at)


@frozen
class ResolveByJob:
    """Resolves a payment as a job, again and again until it is settled or given up."""

    resolve: ResolvePayment

    async def __call__(self, job: StoredJob) -> None:
        """Resolve the job's payment; where that does not end it, leave a job for later."""
        payment_id = PaymentId(UUID(job.data["payment_id"]))
        payments = self.resolve.record.payments
        try:
            payment = await self.resolve(payment_id)
        except UnavailableError:
            found = await payments.get(payment_id)
            if found is None:
                return
            payment = found
        if not payment.settles:
            keep = self.resolve.record.keep
            now = await keep.clock.now()
            pause = min(max(now - payment.created_at, FIRST_LOOK), _LONGEST_PAUSE)
            at = now + pause
            if now < payment.checkout_ends_at:
                at = min(at, payment.checkout_ends_at)
            await keep.jobs.enqueue(resolving(payment.id, at))
