"""Payments: an order of ours, and what its provider has reported of it.

All that a payment says is a pure function of the order and of the set of its reports, so
it does not matter in which order they come, or how often: every time is a report's own.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cached_property

import attrs
from attrs import frozen

from ..shared.errors import NotFoundError
from ..shared.ids import PaymentId, PersonId, QuoteId, SubscriptionId
from .catalogue import Item
from .quotes import LineKind, QuoteLine, amount_of
from .reviews import Review, ReviewReason


class Provider(StrEnum):
    """Who takes the money."""

    STRIPE = "stripe"
    CASHFREE = "cashfree"
    SANDBOX = "sandbox"
    NONE = "none"
    """Nobody: credit and discounts pay for all of it."""


class PaymentStatus(StrEnum):
    """How far a payment got, the lowest first."""

    PENDING = "pending"
    FAILED = "failed"
    SUCCESS = "success"
    REFUNDED = "refunded"

    @property
    def rank(self) -> int:
        """The status's place in the order, 0 for the lowest."""
        return tuple(PaymentStatus).index(self)


class ReportKind(StrEnum):
    """What a provider says of an order."""

    PENDING = "pending"
    FAILED = "failed"
    SUCCESS = "success"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    CHARGEBACK = "chargeback"


@frozen(kw_only=True)
class Report:
    """What a provider says of an order, in our words. It never holds data of a card.

    Attributes:
        kind: What happened.
        occurred_at: When, by the provider's clock; never when we heard of it.
        charge_id: The provider's id of the payment made for the order; an order can have
            several. It is not kept of what is pending or failed.
        refund_id: Our id of the refund where the provider tells it, else its own of the refund
            or the dispute; empty for others.
        amount_minor: Charged, or refunded by this one refund, in minor units.
        currency: Its ISO 4217 code.
        fingerprint: What tells the means of payment from others, if the provider says.
        invoice_id: The provider's invoice, if there is one.
        failure_code: Why it failed, in the provider's words.
    """

    kind: ReportKind
    occurred_at: datetime
    charge_id: str = ""
    refund_id: str = ""
    amount_minor: int = 0
    currency: str = ""
    fingerprint: str | None = None
    invoice_id: str | None = None
    failure_code: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about: of several reports about the same, the least one stands."""
        return (self.kind.value, self.charge_id, self.refund_id)

    @property
    def of_a_charge(self) -> bool:
        """Whether it is about one charge, and not about all that was tried for the order."""
        return self.kind not in (ReportKind.PENDING, ReportKind.FAILED)

    def order(self, amount_minor: int, currency: str) -> tuple[object, ...]:
        """Give what tells which of two reports about the same is the lesser one.

        What matches the order comes before what does not, and more given back before less,
        so that nothing which a report has brought about comes undone by another; then the
        earlier, and the rest.

        Args:
            amount_minor: The order's.
            currency: The order's.
        """
        paid = self.kind is ReportKind.SUCCESS
        matches = self.currency == currency and (not paid or self.amount_minor == amount_minor)
        return (
            not matches,
            -self.amount_minor if self.kind is ReportKind.REFUND else 0,
            self.occurred_at,
            self.amount_minor,
            self.currency,
            self.fingerprint or "",
            self.invoice_id or "",
            self.failure_code or "",
        )


@frozen(kw_only=True, slots=False)
class Payment:
    """An order, and what has become of it.

    Attributes:
        id: Our own order id, which the provider is told.
        person_id: Who pays.
        provider: Who takes the money.
        item: What it pays for.
        amount_minor: What is to be charged.
        currency: Of all amounts.
        credit_applied_minor: Account credit that pays the rest of the price.
        lines: The quote's, as they were.
        quote_id: The quote that was taken; None for a renewal.
        subscription_id: The subscription it is for, if it is for one.
        created_at: When it was asked for.
        checkout_ends_at: Until when it can be paid for.
        policy_version: The version the quote was made under.
        provider_order_id: The provider's id of the order, once known.
        page_url: Where to pay, if the provider has a page.
        client_token: What the provider's client library needs, if it needs something.
        closed_at: When it was given up unpaid, and its credit given back.
        reports: All that the provider has said, merged.
    """

    id: PaymentId
    person_id: PersonId
    provider: Provider
    item: Item
    amount_minor: int
    currency: str
    credit_applied_minor: int
    lines: tuple[QuoteLine, ...]
    quote_id: QuoteId | None
    subscription_id: SubscriptionId | None
    created_at: datetime
    checkout_ends_at: datetime
    policy_version: str
    provider_order_id: str | None = None
    page_url: str | None = None
    client_token: str | None = None
    closed_at: datetime | None = None
    reports: tuple[Report, ...] = ()

    @property
    def not_asked_for(self) -> bool:
        """Whether a provider renewed what it was to renew no more: nothing was to be paid."""
        return self.quote_id is None and self.amount_minor == 0 and not self.lines

    def no_longer_asked_for(self) -> "Payment":
        """Give a renewal that nobody wants any more: whatever is charged for it goes back."""
        return attrs.evolve(self, amount_minor=0, lines=(), closed_at=self.created_at)

    @property
    def price_minor(self) -> int:
        """What the item itself cost when it was quoted, before anything was taken off."""
        return amount_of(self.lines, LineKind.PRICE)

    @property
    def taken_over_minor(self) -> int:
        """What it took off for what was unused of the period that it took the place of."""
        return -amount_of(self.lines, LineKind.PRORATION)

    @property
    def upgrades(self) -> bool:
        """Whether it took the place of a period that was not over."""
        return any(line.kind is LineKind.PRORATION for line in self.lines)

    def told(self, reports: Iterable[Report]) -> "Payment":
        """Give the payment after further reports; those known already change nothing."""
        standing: dict[tuple[str, str, str], Report] = {}
        for told in (*self.reports, *reports):
            report = told if told.of_a_charge else attrs.evolve(told, charge_id="", refund_id="")
            known = standing.get(report.key)
            if known is None or self._order(report) < self._order(known):
                standing[report.key] = report
        return attrs.evolve(self, reports=tuple(standing[key] for key in sorted(standing)))

    def before_it_was_taken_back(self) -> "Payment":
        """Give the payment without what takes charges back."""
        backward = (ReportKind.REFUND, ReportKind.CHARGEBACK)
        kept = tuple(it for it in self.reports if it.kind not in backward)
        return attrs.evolve(self, reports=kept)

    def without_traces(self) -> "Payment":
        """Give the payment without what tells of the person who made it, for the books."""
        reports = tuple(attrs.evolve(it, fingerprint=None) for it in self.reports)
        return attrs.evolve(self, page_url=None, client_token=None, reports=reports)

    def left_of(self, charge_id: str) -> int:
        """Give what was not given back of what was charged once, nor taken back by a bank."""
        reviews = (it for it in self.reviews if it.charge_id == charge_id)
        review = next(reviews, None)
        if review is not None:
            return max(0, review.amount_minor - review.refunded_minor)
        if self.charged_back_at is not None:
            return 0
        return max(0, self.amount_minor - self.refunded_minor)

    @cached_property
    def charge(self) -> Report | None:
        """The success that pays for the order: the first that matches it."""
        matching = (it for it in self._of(ReportKind.SUCCESS) if self._mismatch(it) is None)
        return min(matching, key=lambda it: (it.occurred_at, it.charge_id), default=None)

    @property
    def status(self) -> PaymentStatus:
        """How far it got: the highest rank that its reports give it."""
        if self.charge is not None:
            return PaymentStatus.SUCCESS if self.reversed_at is None else PaymentStatus.REFUNDED
        if self._reversed_unseen or self._all_is_back:
            return PaymentStatus.REFUNDED
        if any(self._of(ReportKind.FAILED)):
            return PaymentStatus.FAILED
        return PaymentStatus.PENDING

    @property
    def settled_at(self) -> datetime | None:
        """When it was paid."""
        return None if self.charge is None else self.charge.occurred_at

    @property
    def provider_payment_id(self) -> str | None:
        """The provider's id of the payment that counts."""
        return None if self.charge is None else self.charge.charge_id

    @property
    def invoice_id(self) -> str | None:
        """The provider's invoice of the payment that counts."""
        return None if self.charge is None else self.charge.invoice_id

    @property
    def fingerprint(self) -> str | None:
        """What tells the means of payment from others."""
        return None if self.charge is None else self.charge.fingerprint

    @property
    def failed_at(self) -> datetime | None:
        """When it first failed, whether it was paid after that or not."""
        return next((it.occurred_at for it in self._of(ReportKind.FAILED)), None)

    @property
    def failure_code(self) -> str | None:
        """Why it first failed."""
        return next((it.failure_code for it in self._of(ReportKind.FAILED)), None)

    @property
    def refunded_minor(self) -> int:
        """How much of the charge that counts was given back."""
        return 0 if self.charge is None else self._refunded(self.charge.charge_id)

    def refunded_by(self, at: datetime) -> int:
        """Give how much of the charge that counts was given back by an instant."""
        if self.charge is None:
            return 0
        refunds = self._refunds(self.charge.charge_id)
        return sum(it.amount_minor for it in refunds if it.occurred_at <= at)

    @property
    def refunded_at(self) -> datetime | None:
        """When the last of what was given back was."""
        if self.charge is None:
            return None
        refunds = self._refunds(self.charge.charge_id)
        return max((it.occurred_at for it in refunds), default=None)

    @property
    def charged_back_at(self) -> datetime | None:
        """When the payer's bank took the charge that counts back, if it did."""
        charge_id = self.provider_payment_id
        return min(
            (it.occurred_at for it in self._of(ReportKind.CHARGEBACK) if it.charge_id == charge_id),
            default=None,
        )

    @property
    def reversed_at(self) -> datetime | None:
        """When what it paid for was taken back: at its last refund, or the first chargeback."""
        if self.charge is None:
            return None
        refunds = self._refunds(self.charge.charge_id)
        times = [] if self.charged_back_at is None else [self.charged_back_at]
        refunded = 0
        for refund in sorted(refunds, key=lambda it: (it.occurred_at, it.refund_id)):
            refunded += refund.amount_minor
            if refunded >= self.amount_minor:
                times.append(refund.occurred_at)
                break
        return min(times, default=None)

    @property
    def reviews(self) -> tuple[Review, ...]:
        """Money that came in besides and is to be given back, in the order it came in."""
        charge_id = self.provider_payment_id
        others = (it for it in self._of(ReportKind.SUCCESS) if it.charge_id != charge_id)
        return tuple(
            Review(
                charge_id=it.charge_id,
                reason=self._mismatch(it) or ReviewReason.SECOND_SUCCESS,
                amount_minor=it.amount_minor,
                currency=it.currency,
                occurred_at=it.occurred_at,
                refunded_minor=self._back(it),
            )
            for it in sorted(others, key=lambda it: (it.occurred_at, it.charge_id))
        )

    @property
    def settles(self) -> bool:
        """Whether nothing more is to be heard of it for it to be paid, or given up."""
        return self.charge is not None or self.closed_at is not None

    @property
    def failed_refunds(self) -> frozenset[str]:
        """The ids of refunds that the provider could not make after all."""
        return frozenset(it.refund_id for it in self._of(ReportKind.REFUND_FAILED))

    @property
    def _all_is_back(self) -> bool:
        """Whether it came without being asked for, and all of it was given back."""
        return self.not_asked_for and any(self.reviews) and not any(it.open for it in self.reviews)

    @property
    def _reversed_unseen(self) -> bool:
        """Whether a charge was taken back of whose success we have not heard."""
        seen = {it.charge_id for it in self._of(ReportKind.SUCCESS)}
        taken = (*self._made_refunds(), *self._of(ReportKind.CHARGEBACK))
        return any(
            it.kind is ReportKind.CHARGEBACK or self._refunded(it.charge_id) >= self.amount_minor
            for it in taken
            if it.charge_id not in seen
        )

    def _back(self, success: Report) -> int:
        chargebacks = self._of(ReportKind.CHARGEBACK)
        if any(it.charge_id == success.charge_id for it in chargebacks):
            return success.amount_minor
        return sum(
            it.amount_minor
            for it in self._made_refunds()
            if it.charge_id == success.charge_id and it.currency == success.currency
        )

    def _order(self, report: Report) -> tuple[object, ...]:
        return report.order(self.amount_minor, self.currency)

    def _of(self, kind: ReportKind) -> tuple[Report, ...]:
        return tuple(it for it in self.reports if it.kind is kind)

    def _made_refunds(self) -> tuple[Report, ...]:
        failed = self.failed_refunds
        return tuple(it for it in self._of(ReportKind.REFUND) if it.refund_id not in failed)

    def _refunds(self, charge_id: str) -> tuple[Report, ...]:
        return tuple(
            it
            for it in self._made_refunds()
            if it.charge_id == charge_id and it.currency == self.currency
        )

    def _refunded(self, charge_id: str) -> int:
        return sum(it.amount_minor for it in self._refunds(charge_id))

    def _mismatch(self, success: Report) -> ReviewReason | None:
        if self.not_asked_for:
            return ReviewReason.NOT_ASKED_FOR
        if success.currency != self.currency:
            return ReviewReason.CURRENCY_MISMATCH
        if success.amount_minor != self.amount_minor:
            return ReviewReason.AMOUNT_MISMATCH
        return None


def no_such_payment() -> NotFoundError:
    """Give the error for a payment that is absent, or not the asker's to know."""
    return NotFoundError("There is no such payment; check the id.")
