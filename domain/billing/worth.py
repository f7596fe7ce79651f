"""What terms are worth, and what of that was not paid after all.

An upgrade takes off what is unused of the payment that it takes the place of. Where that payment is
taken back later, so much of the upgrade is not paid for, and its time is shorter by that part.
"""

from datetime import datetime

from attrs import Factory, define, frozen

from ..shared.ids import PaymentId
from .payments import Payment


def worth_minor(payment: Payment, at: datetime | None = None) -> int:
    """Give what a payment's term is worth: what was paid for it, in whatever way.

    What an upgrade took off is part of it; what was given back is not.

    Args:
        payment: The payment.
        at: As of when, so that what was given back after that is part of it; None for now.
    """
    refunded = payment.refunded_minor if at is None else payment.refunded_by(at)
    return payment.amount_minor - refunded + payment.credit_applied_minor + payment.taken_over_minor


@frozen
class Unpaid:
    """What of a term's worth is not paid for.

    Attributes:
        minor: How much, in minor units.
        since: Since when: no time before that is taken away.
    """

    minor: int
    since: datetime


@frozen
class _Full:
    """A term as it was before any of it was taken back."""

    payment: Payment
    starts_at: datetime
    ends_at: datetime
    replaces: bool


@define
class Worths:
    """The terms of a person's subscriptions so far, as each upgrade found them.

    Attributes:
        terms: Those so far, in the order in which they were settled.
        unpaid: What of them is not paid for.
    """

    terms: list[_Full] = Factory(list)
    unpaid: dict[PaymentId, Unpaid] = Factory(dict)

    def add(
        self, payment: Payment, starts_at: datetime, ends_at: datetime, *, replaces: bool
    ) -> Unpaid | None:
        """Add a term; give what of it is not paid for, if something is.

        Args:
            payment: Its payment.
            starts_at: From when on it gives its tier.
            ends_at: Until when, if all of it is paid for.
            replaces: Whether it takes the place of others. What it took off though it does not
                had been taken off before.
        """
        before = [Unpaid(payment.taken_over_minor, starts_at)]
        lost = self._lost_of(payment) if replaces else before
        self.terms.append(_Full(payment, starts_at, ends_at, replaces))
        minor = min(sum(one.minor for one in lost), worth_minor(payment, payment.created_at))
        if minor <= 0:
            return None
        found = Unpaid(minor, max(one.since for one in lost))
        self.unpaid[payment.id] = found
        return found

    def _lost_of(self, upgrade: Payment) -> list[Unpaid]:
        """Give what an upgrade took off and was taken back after that, payment by payment."""
        at = upgrade.created_at
        replaced = [term for term in self.terms if self._ran_on(term, upgrade)]
        weights = [
            worth_minor(it.payment, at)
            * (it.ends_at - max(at, it.starts_at))
            // (it.ends_at - it.starts_at)
            for it in replaced
        ]
        whole = sum(weights)
        if not whole:
            return []
        shares = [upgrade.taken_over_minor * weight // whole for weight in weights]
        lost = [
            self._lost(it.payment, share, at) for it, share in zip(replaced, shares, strict=True)
        ]
        return [one for one in lost if one is not None and one.minor and one.since > at]

    def _lost(self, payment: Payment, share: int, at: datetime) -> Unpaid | None:
        if payment.reversed_at is not None:
            return Unpaid(share, payment.reversed_at)
        unpaid, worth = self.unpaid.get(payment.id), worth_minor(payment, at)
        if unpaid is None or not worth:
            return None
        return Unpaid(min(share, share * unpaid.minor // worth), unpaid.since)

    def _ran_on(self, term: _Full, upgrade: Payment) -> bool:
        """Tell whether a term was not over when an upgrade was asked for."""
        own, at = term.payment, upgrade.created_at
        related = own.subscription_id == upgrade.subscription_id
        if not related or own.currency != upgrade.currency or term.ends_at <= at:
            return False
        if own.reversed_at is not None and own.reversed_at <= at:
            return False
        return not any(it.replaces and _ended(it.payment, own, at) for it in self.terms)


def _ended(upgrade: Payment, payment: Payment, at: datetime) -> bool:
    """Tell whether an upgrade had ended the term of a payment by an instant."""
    if upgrade.subscription_id != payment.subscription_id:
        return False
    if upgrade.reversed_at is not None and upgrade.reversed_at <= at:
        return False
    earlier, later = payment.settled_at, upgrade.settled_at
    if earlier is None or later is None:
        return False
    return (earlier, payment.id) < (later, upgrade.id) and later <= at
