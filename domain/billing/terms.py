"""The time that payments for plans give, and in what order they give it."""

from collections.abc import Iterable
from datetime import datetime

import attrs
from attrs import define, field

from ..shared.calendar import months_later
from .catalogue import PassItem, SubscriptionItem
from .payments import Payment
from .subscriptions import Term
from .worth import Unpaid, Worths, worth_minor


def terms_of(payments: Iterable[Payment]) -> tuple[Term, ...]:
    """Give the terms of a person's payments for plans, by when they were settled.

    A renewal, or another pass, begins where the one before it ends, or when it is paid if
    that is later. An upgrade begins at once and ends what it takes the place of. What was
    taken back gives nothing from then on, and what an upgrade took off for it is not paid for,
    so that the upgrade is shorter by that part. So it is where another upgrade to the same item
    took it off before; then it goes on from the end of that one. It does not matter in which
    order payments come.
    """
    settled = sorted(
        (payment for payment in payments if payment.settled_at is not None),
        key=lambda payment: (payment.settled_at, payment.id),
    )
    course = _Course()
    for payment in settled:
        course.add(payment)
    return tuple(course.terms)


@define
class _Course:
    """The terms so far, with what months are counted from.

    Attributes:
        terms: Those so far.
        runs: Where each subscription's present run of months began, and how many it has.
        worths: What of them is not paid for after all.
    """

    terms: list[Term] = field(factory=list)
    runs: dict[object, tuple[datetime, int]] = field(factory=dict)
    worths: Worths = field(factory=Worths)

    def add(self, payment: Payment) -> None:
        """Add the term of a payment that was settled after the others."""
        item, settled_at = payment.item, payment.settled_at
        if settled_at is None or not isinstance(item, SubscriptionItem | PassItem):
            return
        # What was quoted twice at once is bought twice: the second one goes on from the first.
        replaces = payment.upgrades and not self._runs(payment, settled_at)
        starts_at = settled_at if replaces else self._free_from(item, settled_at)
        if isinstance(item, PassItem):
            ends_at = starts_at + item.length
        else:
            ends_at = self._month_end(payment, item, starts_at, anew=replaces)
        reversed_at = payment.reversed_at
        unpaid = None
        if isinstance(item, SubscriptionItem):
            unpaid = self.worths.add(payment, starts_at, ends_at, replaces=replaces)
        if unpaid is not None:
            ends_at = _shortened(payment, unpaid, starts_at, ends_at)
        if replaces:
            self._cut(payment, settled_at)
        self.terms.append(
            Term(
                payment_id=payment.id,
                person_id=payment.person_id,
                item=item,
                subscription_id=payment.subscription_id,
                settled_at=settled_at,
                starts_at=starts_at,
                ends_at=_ended_early(starts_at, ends_at, reversed_at),
                reversed_at=reversed_at,
                unpaid_minor=0 if unpaid is None else unpaid.minor,
            )
        )

    def _free_from(self, item: SubscriptionItem | PassItem, settled_at: datetime) -> datetime:
        """Give when a term begins: after those of its kind that give as much, if they give it."""
        ends = (
            term.ends_at
            for term in self.terms
            if type(term.item) is type(item)
            and term.item.tier.rank >= item.tier.rank
            and term.starts_at < term.ends_at
        )
        return max((settled_at, *ends))

    def _runs(self, payment: Payment, at: datetime) -> bool:
        """Tell whether the subscription of a payment is for its very item at an instant."""
        return any(
            term.subscription_id == payment.subscription_id
            and term.item == payment.item
            and term.covers(at)
            for term in self.terms
        )

    def _month_end(
        self, payment: Payment, item: SubscriptionItem, starts_at: datetime, *, anew: bool
    ) -> datetime:
        """Give a period's end on the run's own day of the month, or a short month's last."""
        anchor, months = self.runs.get(payment.subscription_id, (starts_at, 0))
        if anew or months_later(anchor, months) != starts_at:
            anchor, months = starts_at, 0
        months += item.cycle.months
        ends_at = months_later(anchor, months)
        # What was taken back before its end leaves the run as it was.
        if payment.reversed_at is None or payment.reversed_at >= ends_at:
            self.runs[payment.subscription_id] = (anchor, months)
        return ends_at

    def _cut(self, upgrade: Payment, at: datetime) -> None:
        """End what an upgrade takes the place of, unless the upgrade itself was taken back."""
        if upgrade.reversed_at is not None:
            return
        self.terms = [
            attrs.evolve(term, ends_at=min(term.ends_at, max(term.starts_at, at)))
            if term.subscription_id == upgrade.subscription_id
            else term
            for term in self.terms
        ]


def _shortened(
    payment: Payment, unpaid: Unpaid, starts_at: datetime, ends_at: datetime
) -> datetime:
    worth = worth_minor(payment, payment.created_at)
    paid_for = (ends_at - starts_at) * (worth - unpaid.minor) // worth
    return min(ends_at, max(starts_at + paid_for, unpaid.since))


def _ended_early(starts_at: datetime, ends_at: datetime, at: datetime | None) -> datetime:
    return ends_at if at is None else min(ends_at, max(starts_at, at))
