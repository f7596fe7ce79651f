"""What all payments together brought, in memory."""

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime

from attrs import frozen

from adapters.memory.store import MemoryStore
from domain.billing.catalogue import ItemKind
from domain.billing.revenue import Movement, RevenueTotal, movements

Key = tuple[int, str, ItemKind, str]


@frozen
class MemoryRevenueTotals:
    """What all payments together brought."""

    _store: MemoryStore

    async def by_stretch(self, starts: tuple[datetime, ...]) -> tuple[RevenueTotal, ...]:
        """Give what each item brought in each stretch."""
        async with self._store.access():
            payments = self._store.payments.all()
        found: defaultdict[Key, list[Movement]] = defaultdict(list)
        for payment in payments:
            item, currency = payment.item, payment.currency
            for movement in movements(payment):
                if starts[0] <= movement.at < starts[-1]:
                    stretch = bisect_right(starts, movement.at) - 1
                    found[stretch, item.key, item.kind, currency].append(movement)
        return tuple(
            RevenueTotal(
                stretch=key[0],
                item_key=key[1],
                item_kind=key[2],
                currency=key[3],
                payments=sum(one.sold for one in moved),
                charged_minor=sum(one.charged_minor for one in moved),
                returned_minor=sum(one.returned_minor for one in moved),
            )
            for key, moved in found.items()
        )
