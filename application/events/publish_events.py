"""Publish events to a bus."""

import asyncio
from datetime import timedelta

from attrs import frozen

from application.events.ports import EventBus, EventBusError, EventLog, SinkClaims
from application.shared.clock import Clock
from application.shared.ids import NewId
from domain.events.policy import DeliveryPolicy

_MOST_DOUBLINGS = 6


@frozen
class PublishEvents:
    """Publishes the log to a bus, in its order; what fails is tried again until it is taken.

    Attributes:
        name: The bus's name, under which its place in the log is kept.
    """

    log: EventLog
    claims: SinkClaims
    bus: EventBus
    clock: Clock
    new_id: NewId
    policy: DeliveryPolicy
    name: str

    async def __call__(self) -> bool:
        """Do one round: publish some events; tell whether the bus took any.

        Raises:
            EventBusError: It failed to take one, and is left alone for a while.
        """
        now, settled = await self.clock.now(), await self.log.settled()
        claim = await self.claims.claim(
            self.new_id(), self.name, now, settled, self.policy.lease_seconds
        )
        if claim is None:
            return False
        ends_at = asyncio.get_running_loop().time() + self.policy.lease_seconds / 2
        position, failures, paused_until = claim.position, claim.failures, None
        try:
            for logged in await self.log.read(position, settled, self.policy.batch):
                if asyncio.get_running_loop().time() > ends_at:
                    break
                await self.bus.publish(logged.event)
                position, failures = logged.position, 0
        except EventBusError:
            failures += 1
            paused_until = now + timedelta(seconds=2 ** min(failures, _MOST_DOUBLINGS))
            raise
        finally:
            await self.claims.release(claim, position, failures, paused_until)
        return position > claim.position
