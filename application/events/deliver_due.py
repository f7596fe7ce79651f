"""Deliver to webhook endpoints what is due."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from attrs import evolve, frozen

from application.events.ports import (
    DeliveryQueue,
    DueDelivery,
    EndpointClaim,
    EndpointClaims,
    EventLog,
    WebhookSender,
)
from application.shared.clock import Clock
from application.shared.ids import NewId
from domain.events.deliveries import after_attempt
from domain.events.endpoints import (
    AttemptResult,
    EndpointStatus,
    WebhookEndpoint,
    after_batch,
)
from domain.events.policy import DeliveryPolicy

_by_person = attrgetter("delivery.person_id")
_WHILE_FULL = timedelta(seconds=5)
_AFTER_A_FAULT = timedelta(seconds=5)


@frozen
class DeliverDue:
    """Delivers to one endpoint at a time, which it claims first.

    Events of one person are sent one after the other, those of different persons at once.
    A claim that is lost, as with a process that was killed, ends with its lease; then
    another takes up where the last recorded attempt was, under the same ids.

    Attributes:
        luck: Gives a number from 0 to 100, for the jitter.
    """

    log: EventLog
    claims: EndpointClaims
    queue: DeliveryQueue
    sender: WebhookSender
    clock: Clock
    new_id: NewId
    luck: Callable[[], int]
    policy: DeliveryPolicy

    async def __call__(self) -> bool:
        """Do one round: deliver to one endpoint; tell whether any had work."""
        claim = await self.claim()
        if claim is None:
            return False
        await self.deliver(claim)
        return True

    async def claim(self) -> EndpointClaim | None:
        """Claim an endpoint that has work, if there is one that nobody has claimed."""
        return await self.claims.claim(
            self.new_id(),
            await self.clock.now(),
            await self.log.settled(),
            self.policy.lease_seconds,
        )

    async def deliver(self, claim: EndpointClaim) -> None:
        """Deliver what is due to a claimed endpoint, and release it.

        Attempts begin in the first half of the lease only, so that none is under way
        when another process takes over.
        """
        judged, fruitless = claim.endpoint, True
        ends_at = asyncio.get_running_loop().time() + self.policy.lease_seconds / 2
        try:
            while True:
                now, settled = await self.clock.now(), await self.log.settled()
                advanced = await self.queue.take_in(claim, settled, now, self.policy)
                due = await self.queue.due(claim, now, self.policy.batch)
                if not due and not advanced:
                    if fruitless:
                        # Its queue is full, and all of it waits.
                        judged = evolve(judged, paused_until=now + _WHILE_FULL)
                    return
                fruitless = False
                results = await self._batch(claim, due, ends_at)
                judged = after_batch(judged, results, self.policy, await self.clock.now())
                if not any(result.succeeded for result in results) or _is_over(judged, ends_at):
                    return
        except Exception:
            # What went wrong here would go wrong again at once.
            paused_until = await self.clock.now() + _AFTER_A_FAULT
            judged = evolve(judged, paused_until=paused_until)
            raise
        finally:
            await self.claims.release(claim, judged)

    async def _batch(
        self, claim: EndpointClaim, due: Sequence[DueDelivery], ends_at: float
    ) -> tuple[AttemptResult, ...]:
        """Try deliveries, as many persons' at once as the policy admits."""
        turns = asyncio.Semaphore(self.policy.at_once)
        by_person = groupby(sorted(due, key=_by_person), key=_by_person)

        async def in_turn(chain: list[DueDelivery]) -> list[AttemptResult]:
            async with turns:
                return await self._chain(claim, chain, ends_at)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(in_turn(list(chain))) for _, chain in by_person]
        return tuple(result for task in tasks for result in task.result())

    async def _chain(
        self, claim: EndpointClaim, chain: list[DueDelivery], ends_at: float
    ) -> list[AttemptResult]:
        """Try one person's deliveries in order, up to the first that fails."""
        results: list[AttemptResult] = []
        for due in chain:
            if asyncio.get_running_loop().time() > ends_at:
                break
            now = await self.clock.now()
            result = await self.sender.send(claim.endpoint, due.event, now)
            tried = after_attempt(due.delivery, result, self.policy, now, self.luck())
            held = await self.queue.record(claim, tried)
            results.append(result)
            if not held or not result.succeeded:
                break
        return results


def _is_over(judged: WebhookEndpoint, ends_at: float) -> bool:
    late = asyncio.get_running_loop().time() > ends_at
    return late or judged.status is EndpointStatus.DISABLED
