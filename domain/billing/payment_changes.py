"""What changes with a payment, and what is told of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from attrs import frozen

from .catalogue import PassItem, SubscriptionItem
from .events import (
    BillingEvent,
    PaymentChargedBack,
    PaymentFailed,
    PaymentNeedsReview,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentSettled,
    PaymentStarted,
)
from .payments import Payment, Report, ReportKind


@frozen
class PaymentChange:
    """A payment before and after something was taken in.

    Attributes:
        before: As it was.
        after: As it is.
    """

    before: Payment
    after: Payment

    @property
    def settled(self) -> bool:
        """Whether it is paid by now, and was not."""
        return self.before.charge is None and self.after.charge is not None

    @property
    def reversed(self) -> bool:
        """Whether what it paid for is taken back by now, and was not."""
        return self.before.reversed_at is None and self.after.reversed_at is not None

    @property
    def restored(self) -> bool:
        """Whether it pays again: an earlier charge is heard of than the one taken back."""
        again = self.before.reversed_at is not None and self.after.reversed_at is None
        return again and self.after.charge is not None

    @property
    def given_up(self) -> bool:
        """Whether it is given up unpaid by now, and was not."""
        closed = self.before.closed_at is None and self.after.closed_at is not None
        return closed and self.after.charge is None

    @property
    def moves_plans(self) -> bool:
        """Whether it changes what the person's plans give them."""
        if not isinstance(self.after.item, SubscriptionItem | PassItem):
            return False
        known = (self.before.charge, self.before.reversed_at)
        return known != (self.after.charge, self.after.reversed_at)

    def events(
        self, *, plan_ends_at: datetime | None, policy_version: str, now: datetime
    ) -> tuple[BillingEvent, ...]:
        """Give what is told of the change.

        Args:
            plan_ends_at: Until when the plan that was bought lasts; None for what does not end.
            policy_version: The version of the policy in force.
            now: The present instant.
        """
        facts = _facts(self.after, policy_version, now)
        return (
            *self._paid(facts, plan_ends_at),
            *self._taken_back(facts),
            *self._came_besides(facts),
        )

    def _paid(
        self, facts: dict[str, Any], plan_ends_at: datetime | None
    ) -> Iterator[PaymentFailed | PaymentSettled]:
        before, after = self.before, self.after
        if before.failed_at is None and after.failed_at is not None:
            yield PaymentFailed(**facts, failed_at=after.failed_at)
        if before.charge is None and after.charge is not None:
            yield PaymentSettled(
                **facts,
                credit_applied_minor=after.credit_applied_minor,
                settled_at=after.charge.occurred_at,
                fingerprint=after.charge.fingerprint,
                plan_ends_at=plan_ends_at,
            )

    def _taken_back(
        self, facts: dict[str, Any]
    ) -> Iterator[PaymentRefunded | PaymentRefundFailed | PaymentChargedBack]:
        before, after = self.before, self.after
        by_refund = self.reversed and after.charged_back_at is None
        if by_refund or after.refunded_minor > before.refunded_minor:
            yield PaymentRefunded(
                **facts,
                refunded_minor=after.refunded_minor,
                in_full=after.refunded_minor >= after.amount_minor,
                refunded_at=after.refunded_at,
            )
        for refund_id in sorted(after.failed_refunds - before.failed_refunds):
            yield PaymentRefundFailed(
                **facts, refund_id=refund_id, refunded_minor=after.refunded_minor
            )
        if before.charged_back_at is None and after.charged_back_at is not None:
            yield PaymentChargedBack(**facts, charged_back_at=after.charged_back_at)

    def _came_besides(self, facts: dict[str, Any]) -> Iterator[PaymentNeedsReview]:
        known = {review.charge_id for review in self.before.reviews}
        for review in self.after.reviews:
            if review.charge_id not in known:
                yield PaymentNeedsReview(
                    **facts, charge_id=review.charge_id, reason=review.reason.value
                )


def payment_started(payment: Payment, policy_version: str, now: datetime) -> PaymentStarted:
    """Give what is told of a payment that was asked for."""
    facts = _facts(payment, policy_version, now)
    return PaymentStarted(**facts, provider=payment.provider.value)


def paid_by_nobody(payment: Payment, at: datetime) -> Report:
    """Give the report that settles a payment for which no provider takes any money."""
    return Report(
        kind=ReportKind.SUCCESS,
        occurred_at=at,
        charge_id=f"none_{payment.id}",
        currency=payment.currency,
    )


def _facts(payment: Payment, policy_version: str, now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "person_id": payment.person_id,
        "policy_version": policy_version,
        "payment_id": payment.id,
        "item_key": payment.item.key,
        "item_kind": payment.item.kind.value,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
    }
