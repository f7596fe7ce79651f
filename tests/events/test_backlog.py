"""How far relays are behind."""

from datetime import datetime

import pytest

from application.events.ports import PublicEvent
from application.shared.backlog import LOOKED_AT_MOST, WEBHOOKS, Lag
from domain.events.endpoints import EndpointStatus
from tests.contracts.values import MINUTE, START
from tests.events.world import BUS, FAILED, EventWorld, Receiver

NOTHING = Lag(0, None)


class Bus:
    """Takes everything."""

    async def publish(self, event: PublicEvent) -> None:
        """Take an event."""


async def webhooks(world: EventWorld) -> Lag:
    backlog = await world.backlogs.read(await world.clock.now(), ())
    assert set(backlog.relays) == {WEBHOOKS}
    return backlog.relays[WEBHOOKS]


async def bus(world: EventWorld) -> Lag:
    return (await world.backlogs.read(await world.clock.now(), (BUS,))).relays[BUS]


async def two_at_two_times(world: EventWorld) -> datetime:
    """Two events, a minute between them; gives when the first was."""
    person, first = await world.person(), await world.clock.now()
    await world.happens(person)
    await world.later(minutes=1)
    await world.happens(person)
    return first


async def test_events_of_before_an_endpoint_are_not_owed_to_it(world: EventWorld) -> None:
    await two_at_two_times(world)
    assert await webhooks(world) == NOTHING
    await world.endpoint()
    assert await webhooks(world) == NOTHING


async def test_an_event_is_owed_to_each_endpoint_until_it_is_taken(world: EventWorld) -> None:
    for _ in range(2):
        await world.endpoint()
    first = await two_at_two_times(world)
    assert await webhooks(world) == Lag(4, first), "not even taken in"
    receiver = Receiver(answer=lambda _: FAILED)
    await world.deliver_all(receiver, disable_after_seconds=2_592_000)
    assert await webhooks(world) == Lag(4, first), "pending"
    third = await world.clock.now()
    await world.happens(await world.person())
    assert await webhooks(world) == Lag(6, first), "pending and not taken in"
    await world.later(hours=1)
    await world.deliver_all(Receiver())
    assert third > first
    assert await webhooks(world) == NOTHING


async def test_an_endpoint_is_owed_the_types_it_takes(world: EventWorld) -> None:
    await world.endpoint("message_sent")
    await two_at_two_times(world)
    assert await webhooks(world) == NOTHING
    await world.endpoint("person_reinstated", "message_sent")
    now = await world.clock.now()
    await world.happens(await world.person())
    assert await webhooks(world) == Lag(1, now)


async def test_a_disabled_endpoint_is_owed_nothing(world: EventWorld) -> None:
    endpoint, other = await world.endpoint(), await world.endpoint()
    first = await two_at_two_times(world)
    await world.deliver_all(Receiver(answer=lambda _: FAILED))
    await world.happens(await world.person())
    await world.set_status()(endpoint.id, EndpointStatus.DISABLED)
    assert await webhooks(world) == Lag(3, first)
    await world.set_status()(other.id, EndpointStatus.DISABLED)
    assert await webhooks(world) == NOTHING


async def test_dead_deliveries_are_not_owed_any_more(world: EventWorld) -> None:
    await world.endpoint()
    await two_at_two_times(world)
    await world.deliver_all(Receiver(answer=lambda _: FAILED), attempts=1)
    await world.later(hours=1)
    await world.deliver_all(Receiver(answer=lambda _: FAILED), attempts=1)
    assert await webhooks(world) == NOTHING


async def test_a_bus_is_behind_from_the_start_until_it_has_everything(world: EventWorld) -> None:
    assert await bus(world) == NOTHING
    first = await two_at_two_times(world)
    assert await bus(world) == Lag(2, first), "it was never published to"
    await world.publish(Bus())()
    assert await bus(world) == NOTHING
    now = await world.clock.now()
    await world.happens(await world.person(), 3)
    assert await bus(world) == Lag(3, now)


async def test_no_more_is_looked_at_than_the_limit(world: EventWorld) -> None:
    await world.endpoint()
    now = await world.clock.now()
    await world.happens(await world.person(), LOOKED_AT_MOST + 3)
    assert await bus(world) == await webhooks(world) == Lag(LOOKED_AT_MOST, now)


@pytest.mark.parametrize(("minutes", "seconds"), [(0, 0.0), (2, 120.0)])
def test_the_age_is_that_of_the_oldest(minutes: int, seconds: float) -> None:
    assert Lag(1, START).seconds(START + minutes * MINUTE) == seconds
    assert Lag(1, START + MINUTE).seconds(START) == 0
    assert NOTHING.seconds(START) == 0
