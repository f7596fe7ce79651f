"""Read what was sold on some dates, by date and item."""

from datetime import date, datetime, timedelta
from typing import Protocol

from attrs import frozen

from domain.billing.revenue import RevenueTotal
from domain.shared.calendar import FIRST_DATE, LAST_DATE, require_span, start_of, zone
from domain.shared.errors import InvalidValueError

MOST_DATES = 366


class RevenueTotals(Protocol):
    """What all payments together brought."""

    async def by_stretch(self, starts: tuple[datetime, ...]) -> tuple[RevenueTotal, ...]:
        """Give what each item brought in each stretch, in no order.

        Args:
            starts: When each stretch begins, rising, and at last when the last one is over.
        """
        ...


@frozen(kw_only=True)
class RevenueReport:
    """What was sold.

    Attributes:
        first: The first date.
        last: The last date.
        timezone: The zone of the dates.
        items: What each item brought on each date, in the order of dates, items, currencies;
            `stretch` counts the dates from the first.
    """

    first: date
    last: date
    timezone: str
    items: tuple[RevenueTotal, ...]

    def date_of(self, item: RevenueTotal) -> date:
        """Give the date that one of the items is about."""
        return self.first + timedelta(days=item.stretch)


@frozen
class ReadRevenue:
    """Adds up what came in and went back, by date and item."""

    totals: RevenueTotals

    async def __call__(self, first: date, last: date, timezone: str) -> RevenueReport:
        """Give the revenue of the dates from the first to the last, in a zone.

        Raises:
            InvalidValueError: The last comes before the first, the dates are too many or out of
                range, or there is no such zone.
        """
        zone(timezone)
        if first <= FIRST_DATE:
            raise InvalidValueError("from", f"Give a date after {FIRST_DATE.isoformat()}.")
        if last >= LAST_DATE:
            raise InvalidValueError("to", f"Give a date before {LAST_DATE.isoformat()}.")
        require_span(first, last, most_dates=MOST_DATES)
        dates = [first + timedelta(days=number) for number in range((last - first).days + 2)]
        found = await self.totals.by_stretch(tuple(start_of(day, timezone) for day in dates))
        items = sorted(found, key=lambda it: (it.stretch, it.item_key, it.currency))
        return RevenueReport(first=first, last=last, timezone=timezone, items=tuple(items))
