"""Give back what was paid."""

from uuid import UUID

import attrs
from attrs import frozen

from application.billing.provider_ports import (
    OrderRef,
    ProviderRefusedError,
    Providers,
    RefundIntent,
)
from application.billing.record_reports import PaymentRecorder
from application.shared.jobs import StoredJob
from domain.billing.payments import Payment, Provider, Report, ReportKind, no_such_payment
from domain.billing.refunds import Refund, RefundState, refund_done, refund_of
from domain.shared.ids import PaymentId, RefundId
from domain.shared.text import clean_line

REASON_MAX_CHARACTERS = 200


@frozen
class RefundPayment:
    """Asks for a payment, or a part of it, to be given back."""

    record: PaymentRecorder

    async def __call__(
        self, payment_id: PaymentId, amount_minor: int | None, reason: str
    ) -> tuple[Payment, Refund]:
        """Write down what is to be given back, and give it with the payment.

        The provider is asked after the transaction. What was paid for is taken back once
        all of it was given back. What cost nothing is taken back at once.

        Args:
            payment_id: The payment.
            amount_minor: How much; None for all that is left.
            reason: Why.

        Raises:
            NotFoundError: There is no such payment.
            InvalidValueError: The reason is no text.
            RefundNotPossibleError: Nothing was paid, or less is left.
        """
        why = clean_line("reason", reason, max_characters=REASON_MAX_CHARACTERS)
        keep = self.record.keep

        async def work() -> tuple[Payment, Refund]:
            seen = await self.record.payments.get(payment_id)
            if seen is None:
                raise no_such_payment()
            await keep.locked(seen.person_id)
            payment = await self.record.payments.get(payment_id, lock=True)
            if payment is None or payment.charge is None:
                refund_of(seen, amount_minor, ())
                raise no_such_payment()
            asked = await self.record.refunds.of_payment(payment_id)
            refund = Refund(
                id=RefundId(keep.new_id()),
                payment_id=payment_id,
                charge_id=payment.charge.charge_id,
                amount_minor=refund_of(payment, amount_minor, asked),
                currency=payment.currency,
                reason=why,
                requested_at=await keep.clock.now(),
            )
            if payment.provider is not Provider.NONE:
                await self.record.ask_back(refund)
                return payment, refund
            done = attrs.evolve(refund, state=RefundState.DONE)
            await self.record.refunds.put(done)
            return await self.record.told(payment_id, (_report(done),)), done

        return await keep.transactions.run(work)


def _asked(payment: Payment, refund: Refund, left: int) -> int:
    """Give how much the provider is asked for.

    Of the charge that counts it is what was written down, whatever was given back since: that
    may be this very refund, and under the same key the provider takes only the same again.
    """
    counts = refund.charge_id == payment.provider_payment_id
    return refund.amount_minor if counts else min(refund.amount_minor, left)


def _report(refund: Refund) -> Report:
    return Report(
        kind=ReportKind.REFUND,
        occurred_at=refund.requested_at,
        charge_id=refund.charge_id,
        refund_id=str(refund.id),
        amount_minor=refund.amount_minor,
        currency=refund.currency,
    )


@frozen
class RefundByJob:
    """Asks the provider for a refund, as a job, until it takes it or refuses it."""

    record: PaymentRecorder
    providers: Providers

    async def __call__(self, job: StoredJob) -> None:
        """Ask for the job's refund, and take in what is said to that.

        Raises:
            ProviderAwayError: The provider does not say; the job is tried again.
        """
        refund = await self.record.refunds.get(RefundId(UUID(job.data["refund_id"])))
        if refund is None or refund.state is not RefundState.REQUESTED:
            return
        payment = await self.record.payments.get(refund.payment_id)
        if payment is None:
            return
        if not (left := payment.left_of(refund.charge_id)):
            # Nothing goes back by this one: should what did come to nothing, all can be asked for.
            await self._keep(attrs.evolve(refund, state=RefundState.DONE, amount_minor=0), None)
            return
        intent = RefundIntent(
            order=OrderRef.of(payment),
            charge_id=refund.charge_id,
            amount_minor=_asked(payment, refund, left),
            currency=refund.currency,
            key=str(refund.id),
        )
        try:
            report = await self.providers.of(payment.provider).payments.refund(intent)
        except ProviderRefusedError:
            await self._keep(attrs.evolve(refund, state=RefundState.REFUSED), None)
        else:
            await self._keep(attrs.evolve(refund, state=RefundState.DONE), report)

    async def _keep(self, refund: Refund, report: Report | None) -> None:
        async def work() -> None:
            reports = () if report is None else (report,)
            payment = await self.record.told(refund.payment_id, reports)
            taken = refund.state is RefundState.DONE
            await self.record.refunds.put(refund_done(refund, payment) if taken else refund)

        await self.record.keep.transactions.run(work)
