"""Taking in what a provider says of a payment, with all that comes of it, at once."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import assert_never
from uuid import UUID, uuid5

import attrs
from attrs import frozen

from application.billing.keep_plans import PlanKeeper
from application.billing.ports import (
    Buyer,
    Payments,
    Refunds,
    SoldSeconds,
    SoldVideoCredits,
    SpentOnce,
)
from application.shared.jobs import Job
from application.shared.outbox import outgoing
from domain.billing.catalogue import PassItem, SecondsItem, SubscriptionItem, VideoCreditsItem
from domain.billing.paid_subscriptions import renewal_is_wanted
from domain.billing.payment_changes import PaymentChange
from domain.billing.payments import (
    Payment,
    Provider,
    Report,
    ReportKind,
    no_such_payment,
)
from domain.billing.refunds import Refund, RefundState, refund_done
from domain.billing.reviews import ReviewReason
from domain.billing.terms import terms_of
from domain.shared.ids import PaymentId, RefundId

REFUND = "refund_payment"
"""The kind of the job that asks the provider for a refund."""

_REVIEWS = UUID("3a0de1c6-9b0f-4c58-8a6e-6c1d0c0b7a11")
_UNWANTED = {
    ReviewReason.SECOND_SUCCESS: "The order was paid twice.",
    ReviewReason.NOT_ASKED_FOR: "It was renewed though it was to be renewed no more.",
}


@frozen
class PaymentRecorder:
    """The one way in which payments change once they are made.

    Locks are taken in one order: the person, the payment, then what it paid for.
    """

    keep: PlanKeeper
    payments: Payments
    refunds: Refunds
    credit: SpentOnce
    video_credits: SoldVideoCredits
    seconds: SoldSeconds

    async def told(self, payment_id: PaymentId, reports: Iterable[Report]) -> Payment:
        """Take in reports of a payment, and give it.

        Raises:
            NotFoundError: There is no such payment.
        """
        reports = tuple(reports)
        return await self.changed(payment_id, lambda payment: payment.told(reports))

    async def changed(self, payment_id: PaymentId, change: Callable[[Payment], Payment]) -> Payment:
        """Change a payment, let all happen that comes of that, and give it.

        Raises:
            NotFoundError: There is no such payment.
        """

        async def work() -> Payment:
            seen = await self.payments.get(payment_id)
            if seen is None:
                raise no_such_payment()
            buyer = await self.keep.locked(seen.person_id)
            before = await self.payments.get(payment_id, lock=True)
            if before is None:
                raise no_such_payment()
            after = change(before)
            if not await self._is_wanted(buyer, before, after):
                after = change(before.no_longer_asked_for())
            if buyer.deleted:
                after = after.without_traces()
            if after != before:
                await self.record(buyer, before, after)
            return after

        return await self.keep.transactions.run(work)

    async def _is_wanted(self, buyer: Buyer, before: Payment, after: Payment) -> bool:
        """Tell whether a payment pays for what it is for; a renewal may have been replaced."""
        settled_at, subscription_id = after.settled_at, before.subscription_id
        if before.quote_id is not None or before.charge is not None:
            return True
        if settled_at is None or subscription_id is None:
            return True
        paid = await self.keep.payments.plans(before.person_id)
        asked_at = min(before.created_at, after.created_at)
        wanted = renewal_is_wanted(subscription_id, paid, asked_at, settled_at)
        return wanted and not buyer.deleted

    async def record(self, buyer: Buyer, before: Payment, after: Payment) -> None:
        """Write a payment of a locked person as it is now, and what comes of that.

        Where a charge was taken back before we heard that it was made, what it paid for is
        given and taken back all the same, as when they are heard of in their order.
        """
        another = before.provider_payment_id != after.provider_payment_id
        if another and after.reversed_at is not None:
            paid = after.before_it_was_taken_back()
            await self._record(buyer, before, paid)
            await self._record(buyer, paid, after)
        else:
            await self._record(buyer, before, after)

    async def _record(self, buyer: Buyer, before: Payment, after: Payment) -> None:
        now = await self.keep.clock.now()
        change = PaymentChange(before, after)
        events = change.events(
            plan_ends_at=await self._plan_ends_at(after) if change.settled else None,
            policy_version=self.keep.rulebook.version,
            now=now,
        )
        await self.payments.record(before, after, outgoing(self.keep.new_id, events))
        await self._keep_failed(before, after)
        if change.settled:
            await self._give(after)
            if after.closed_at is not None:
                await self.credit.spend_late(after)
        elif change.restored:
            await self._give(after, again=True)
            await self.credit.spend_late(after)
        elif change.given_up:
            await self.credit.give_back(after)
        if change.reversed:
            await self._take_back(after)
            await self.credit.give_back(after)
        if change.settled and isinstance(after.item, SubscriptionItem):
            await self.keep.replace(after)
        if change.moves_plans:
            await self.keep.bring_up(buyer)
        await self._give_back_what_is_not_wanted(before, after)

    async def _plan_ends_at(self, payment: Payment) -> datetime | None:
        """Give until when the plan lasts that a payment which settles is for, if it is for one."""
        if not isinstance(payment.item, SubscriptionItem | PassItem):
            return None
        others = await self.keep.payments.plans(payment.person_id)
        terms = terms_of((*(it for it in others if it.id != payment.id), payment))
        return next((it.ends_at for it in terms if it.payment_id == payment.id), None)

    async def _keep_failed(self, before: Payment, after: Payment) -> None:
        """Keep that refunds which were taken came to nothing."""
        if before.failed_refunds == after.failed_refunds:
            return
        for refund in await self.refunds.of_payment(after.id):
            if str(refund.id) in after.failed_refunds:
                await self.refunds.put(refund_done(refund, after))

    async def _give(self, payment: Payment, *, again: bool = False) -> None:
        match payment.item:
            case VideoCreditsItem(credits=number):
                purchase = _purchase_again(payment) if again else payment.id
                await self.video_credits.sell(payment.person_id, purchase, number)
            case SecondsItem(seconds=seconds):
                await self.seconds.sell(payment.person_id, seconds)
            case PassItem(tier=tier) if again:
                await self.seconds.give_pass_again(payment.person_id, payment.id, tier)
            case PassItem(tier=tier, length=length):
                await self.seconds.add_pass(payment.person_id, payment.id, tier, length)
            case SubscriptionItem():
                pass  # its terms say what it gives
            case _:
                assert_never(payment.item)

    async def _take_back(self, payment: Payment) -> None:
        match payment.item:
            case VideoCreditsItem():
                await self.video_credits.take_back(payment.person_id, _purchases(payment))
            case SecondsItem(seconds=seconds):
                await self.seconds.take_back(payment.person_id, seconds)
            case PassItem():
                await self.seconds.take_back_pass(payment.person_id, payment.id)
            case SubscriptionItem():
                pass
            case _:
                assert_never(payment.item)

    async def _give_back_what_is_not_wanted(self, before: Payment, payment: Payment) -> None:
        """Ask for the refund of what nobody was to pay; mismatches wait for a person.

        What somebody else gave back, and then came to nothing, is asked for after all.
        """
        others = payment.failed_refunds - before.failed_refunds
        for review in payment.reviews:
            if (why := _UNWANTED.get(review.reason)) is None:
                continue
            refund = Refund(
                id=RefundId(uuid5(_REVIEWS, f"{payment.id}:{review.charge_id}")),
                payment_id=payment.id,
                charge_id=review.charge_id,
                amount_minor=review.amount_minor,
                currency=review.currency,
                reason=why,
                requested_at=review.occurred_at,
            )
            known = await self.refunds.get(refund.id)
            if not review.open and (known is None or known.state is RefundState.REQUESTED):
                await self.refunds.put(attrs.evolve(refund, state=RefundState.DONE))
            elif known is None or (
                review.open and known.state is RefundState.DONE and others - {str(refund.id)}
            ):
                await self.ask_back(refund)

    async def ask_back(self, refund: Refund) -> None:
        """Write a new refund, and have the provider asked for it after the transaction."""
        await self.refunds.put(refund)
        job = Job(
            kind=REFUND,
            key=str(refund.id),
            at=await self.keep.clock.now(),
            data={"refund_id": str(refund.id)},
        )
        await self.keep.jobs.enqueue(job)


def _purchases(payment: Payment) -> tuple[UUID, ...]:
    """Give what credits are known by, each time that they may have been given."""
    charges = {it.charge_id for it in payment.reports if it.kind is ReportKind.SUCCESS}
    again = (
        _given_again(payment, charge, failed)
        for charge in sorted(charges)
        for failed in range(len(payment.failed_refunds) + 1)
    )
    return payment.id, *again


def _purchase_again(payment: Payment) -> UUID:
    """Give what credits are known by that are given again.

    They are where an earlier charge is heard of or another refund failed, so never twice under
    the same id.
    """
    charge = payment.provider_payment_id or ""
    return _given_again(payment, charge, len(payment.failed_refunds))


def _given_again(payment: Payment, charge_id: str, failed: int) -> UUID:
    return uuid5(payment.id, f"{charge_id}:{failed}" if failed else charge_id)


def is_provided(payment: Payment) -> bool:
    """Tell whether a provider knows of a payment, and can be asked."""
    return payment.provider is not Provider.NONE
