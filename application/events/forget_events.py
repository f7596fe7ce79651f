"""Delete old events that everyone was told of."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from attrs import frozen

from application.events.ports import DeliveredEverywhere, EventLog
from application.shared.batches import in_batches
from application.shared.clock import Clock
from application.shared.jobs import StoredJob

_AT_A_TIME = 5000


@frozen
class ForgetEvents:
    """Deletes events that are older than the retention, once they are delivered everywhere.

    What somebody reacts to is kept until they have. A disabled endpoint keeps nothing back.
    Whoever polls must come by more often.

    Attributes:
        sink: The bus that is told of events here, if there is one.
        retention: How long an event is kept at least.
        reacted: Gives the position up to which all who react to events have done so.
    """

    log: EventLog
    delivered: DeliveredEverywhere
    clock: Clock
    sink: str | None
    retention: timedelta
    reacted: Callable[[], Awaitable[int]] | None = None

    async def __call__(self, _: StoredJob | None = None) -> int:
        """Delete them, with their deliveries; tell how many they were. A job may do it too."""
        before = await self.clock.now() - self.retention
        upto, settled = await self.delivered.upto(self.sink), await self.log.settled()
        upto = settled if upto is None else min(upto, settled)
        if self.reacted is not None:
            upto = min(upto, await self.reacted())
        return await in_batches(_AT_A_TIME, lambda most: self.log.forget(before, upto, most))
