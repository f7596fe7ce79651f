"""Quotes: what an item would cost a person now, line by line, and for how long that holds."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from attrs import frozen

from ..shared.calendar import utc_text
from ..shared.errors import ConflictError, InvalidValueError, NotFoundError
from ..shared.ids import PersonId, QuoteId, SubscriptionId
from ..shared.prices import discounted
from .catalogue import Item, Offer
from .policy import BillingPolicy


class QuoteExpiredError(ConflictError):
    """The quote's time is over."""

    code = "quote_expired"


class TotalTooSmallError(ConflictError):
    """What is left to pay is less than the payment provider charges."""

    code = "total_too_small"


class LineKind(StrEnum):
    """What a line of a quote is."""

    PRICE = "price"
    PRORATION = "proration"
    DISCOUNT = "discount"
    ACCOUNT_CREDIT = "account_credit"


@frozen
class QuoteLine:
    """One line of a quote.

    Attributes:
        kind: What it is.
        label: A stable key of what it is for: the item, the discount, the subscription.
        amount_minor: In minor units; less than 0 where it lowers the total.
        source_id: Of a discount that holds once, which one it is.
    """

    kind: LineKind
    label: str
    amount_minor: int
    source_id: UUID | None = None


def amount_of(lines: Iterable[QuoteLine], kind: LineKind) -> int:
    """Give what the lines of a kind add up to, in minor units."""
    return sum(line.amount_minor for line in lines if line.kind is kind)


@frozen
class Discount:
    """A lower price that a person has earned.

    Attributes:
        label: A stable key of why, such as `monthly_reward`.
        percent: By how much, from 0 to 100.
        source_id: Which one it is, if it holds once.
    """

    label: str
    percent: int
    source_id: UUID | None = None


def best_discount(discounts: Iterable[Discount]) -> Discount | None:
    """Give the one that applies, as they do not stack: the highest, the first of equals."""
    return max(discounts, key=lambda known: known.percent, default=None)


@frozen(kw_only=True)
class Upgrade:
    """What a quote takes the place of.

    Attributes:
        subscription_id: The subscription that the item is for from then on.
        unused_minor: What the unused part of its period is worth.
    """

    subscription_id: SubscriptionId
    unused_minor: int


@frozen(kw_only=True)
class Quote:
    """What an item costs a person, for as long as the quote holds.

    Attributes:
        id: Its own.
        person_id: For whom.
        item: What it is for.
        currency: Of all amounts.
        lines: What makes up the total, in order; they add up to it.
        total_minor: What is to be paid, after account credit.
        credit_applied_minor: The account credit that pays the rest.
        created_at: When it was made.
        valid_until: Until when it can be taken.
        policy_version: The version it was made under.
        subscription_id: The subscription that it changes or renews, if it does.
    """

    id: QuoteId
    person_id: PersonId
    item: Item
    currency: str
    lines: tuple[QuoteLine, ...]
    total_minor: int
    credit_applied_minor: int
    created_at: datetime
    valid_until: datetime
    policy_version: str
    subscription_id: SubscriptionId | None = None

    @property
    def upgrades(self) -> bool:
        """Whether it takes the place of a period that was not over."""
        return any(line.kind is LineKind.PRORATION for line in self.lines)

    def takes_off(self, upgrade: Upgrade) -> bool:
        """Tell whether it takes off what is unused of what an upgrade takes the place of."""
        taken = -amount_of(self.lines, LineKind.PRORATION)
        return taken == min(upgrade.unused_minor, amount_of(self.lines, LineKind.PRICE))

    def require_valid(self, now: datetime) -> None:
        """Refuse to take it after its time.

        Raises:
            QuoteExpiredError: Its time is over.
        """
        if now >= self.valid_until:
            raise QuoteExpiredError(
                f"The quote held until {utc_text(self.valid_until)}; make a new one."
            )


@frozen(kw_only=True)
class QuoteRequest:
    """What a quote is made of.

    Attributes:
        person_id: For whom.
        offer: Of what.
        currency: In which currency.
        discounts: Those that the person has; only the best of them applies.
        credit_minor: The person's account credit in the currency; a debt pays for nothing.
        upgrade: The subscription that the item takes the place of.
        renews: The subscription that the item goes on with.
        least_minor: The least that can be charged; credit that would leave less is kept.
    """

    person_id: PersonId
    offer: Offer
    currency: str
    discounts: tuple[Discount, ...] = ()
    credit_minor: int = 0
    upgrade: Upgrade | None = None
    renews: SubscriptionId | None = None
    least_minor: int = 1


def quoted(
    quote_id: QuoteId,
    request: QuoteRequest,
    policy: BillingPolicy,
    policy_version: str,
    now: datetime,
) -> Quote:
    """Make a quote: the price, less what is unused, less the best discount, less credit.

    Raises:
        InvalidValueError: The item is not sold in that currency.
        TotalTooSmallError: What is left to pay is less than can be charged.
    """
    offer, upgrade = request.offer, request.upgrade
    price = offer.prices.get(request.currency)
    if price is None:
        raise InvalidValueError(
            "currency",
            f"This item is sold in {', '.join(sorted(offer.prices))}; give one of these.",
        )
    lines = [QuoteLine(LineKind.PRICE, offer.item.key, price)]
    total = price
    if upgrade is not None and (unused := min(upgrade.unused_minor, total)) > 0:
        lines.append(QuoteLine(LineKind.PRORATION, "unused_period", -unused))
        total -= unused
    best = best_discount(request.discounts)
    if best is not None and (less := total - discounted(total, best.percent)) > 0:
        lines.append(QuoteLine(LineKind.DISCOUNT, best.label, -less, best.source_id))
        total -= less
    if (credit := _applied_credit(request, total)) > 0:
        lines.append(QuoteLine(LineKind.ACCOUNT_CREDIT, "account_credit", -credit))
        total -= credit
    return Quote(
        id=quote_id,
        person_id=request.person_id,
        item=offer.item,
        currency=request.currency,
        lines=tuple(lines),
        total_minor=total,
        credit_applied_minor=credit,
        created_at=now,
        valid_until=now + timedelta(seconds=policy.quote_seconds),
        policy_version=policy_version,
        subscription_id=request.renews if upgrade is None else upgrade.subscription_id,
    )


def _applied_credit(request: QuoteRequest, total: int) -> int:
    """Give the credit that is spent: all there is, or what leaves enough to be charged.

    Raises:
        TotalTooSmallError: Neither leaves enough, nor pays for all.
    """
    credit, least = min(max(request.credit_minor, 0), total), request.least_minor
    if 0 < total - credit < least:
        credit = max(0, total - least)
    if 0 < total - credit < least:
        raise TotalTooSmallError(
            f"{total} {request.currency} in minor units are left to pay, and the payment provider "
            f"charges no less than {least}; get enough account credit to pay for all of it, "
            f"or take another item."
        )
    return credit


def no_such_quote() -> NotFoundError:
    """Give the error for a quote that is absent, or not the asker's to know."""
    return NotFoundError("There is no such quote; check the id, or make a new one.")
