"""Publishing to a bus, and forgetting what everyone was told."""

import attrs
import pytest
from attrs import define, field

from application.events.ports import EventBusError, LogBounds, PublicEvent
from application.events.queries import EventQueries, EventsMissedError
from domain.events.endpoints import EndpointStatus
from tests.events.world import BUS, FAILED, TAKEN, EventWorld, Receiver


@define
class Bus:
    """Keeps what is published, or breaks after so many."""

    kept: list[str] = field(factory=list)
    breaks_after: int | None = None

    async def publish(self, event: PublicEvent) -> None:
        if self.breaks_after is not None and len(self.kept) >= self.breaks_after:
            raise EventBusError("away")
        self.kept.append(str(event.id))


async def test_a_bus_gets_everything_in_order(world: EventWorld) -> None:
    person, bus = await world.person(), Bus()
    written = await world.happens(person, 5)
    assert await world.publish(bus)()
    written += await world.happens(person, 2)
    assert await world.publish(bus)()
    assert not await world.publish(bus)()
    assert bus.kept == written


async def test_a_bus_that_was_away_goes_on_where_it_was(world: EventWorld) -> None:
    person, bus = await world.person(), Bus(breaks_after=2)
    written = await world.happens(person, 5)
    for _ in range(3):
        with pytest.raises(EventBusError):
            await world.publish(bus)()
        assert not await world.publish(bus)(), "it is left alone for a while"
        await world.later(minutes=2)
    bus.breaks_after = None
    assert await world.publish(bus)()
    assert bus.kept == written


async def test_a_bus_belongs_to_one_process_at_a_time(world: EventWorld) -> None:
    person, bus = await world.person(), Bus()
    await world.happens(person)

    @define
    class Looking:
        seen: list[bool] = field(factory=list)

        async def publish(self, event: PublicEvent) -> None:
            self.seen.append(await world.publish(bus)())

    looking = Looking()
    assert await world.publish(looking)()
    assert (looking.seen, bus.kept) == ([False], [])


async def kept(world: EventWorld) -> list[str]:
    events = await world.log.read(0, await world.log.settled(), 100)
    return [str(logged.event.id) for logged in events]


async def test_old_events_are_forgotten(world: EventWorld) -> None:
    person = await world.person()
    old = await world.happens(person, 3)
    await world.later(days=29, hours=23)
    assert await world.forget()() == 0
    assert await kept(world) == old
    new = await world.happens(person)
    await world.later(hours=2)
    assert await world.forget()() == 3
    assert await kept(world) == new


async def test_what_is_not_delivered_everywhere_is_kept(world: EventWorld) -> None:
    person = await world.person()
    stays, receiver = await world.endpoint(), Receiver(answer=lambda _: FAILED)
    old = await world.happens(person, 2)
    await world.later(days=31)
    assert await world.forget()() == 0, "not even taken in"
    await world.deliver_all(receiver)
    assert await world.forget()() == 0, "pending"
    receiver.answer = lambda _: TAKEN
    await world.later(days=1)
    await world.deliver_all(receiver)
    assert receiver.of(person) == old
    assert await world.forget(BUS)() == 0, "the bus lacks it"
    await world.publish(Bus())()
    assert await world.forget(BUS)() == 2
    assert (await world.deliveries.page(stays.id, None, None, 10)).items == ()


async def test_what_was_not_reacted_to_is_kept(world: EventWorld) -> None:
    person, place = await world.person(), 0
    old = await world.happens(person, 3)
    await world.later(days=31)

    async def reacted() -> int:
        return place

    forget = attrs.evolve(world.forget(), reacted=reacted)
    assert await forget() == 0
    first, *_ = await world.log.read(0, await world.log.settled(), 1)
    place = first.position
    assert await forget() == 1
    assert await kept(world) == old[1:]
    place = await world.log.settled()
    assert await forget() == 2


async def test_a_disabled_endpoint_keeps_nothing_back(world: EventWorld) -> None:
    person = await world.person()
    endpoint = await world.endpoint()
    await world.happens(person, 2)
    await world.later(days=31)
    await world.set_status()(endpoint.id, EndpointStatus.DISABLED)
    assert await world.forget()() == 2
    await world.set_status()(endpoint.id, EndpointStatus.ENABLED)
    receiver = Receiver()
    await world.deliver_all(receiver)
    assert receiver.sent == []
    new = await world.happens(person)
    await world.deliver_all(receiver)
    assert receiver.of(person) == new


async def test_what_was_deleted_is_known(world: EventWorld) -> None:
    person = await world.person()
    before = await world.log.bounds()
    assert before.forgotten == 0 or before.forgotten < before.newest
    await world.happens(person, 3)
    place = await world.log.settled()
    assert (await world.log.bounds()).forgotten == before.forgotten
    await world.later(days=31)
    await world.happens(person, 2)
    assert await world.forget()() == 3
    newest = await world.log.settled()
    assert await world.log.bounds() == LogBounds(forgotten=place, newest=newest)
    await world.later(days=31)
    assert await world.forget()() == 2
    assert await world.log.bounds() == LogBounds(forgotten=newest, newest=newest)
    queries = EventQueries(world.log, world.endpoints, world.endpoints, world.deliveries)
    assert await queries.events_after(None, 10) == ([], newest), "a place that is kept"
    assert await queries.events_after(newest, 10) == ([], newest)
    for lost in (newest - 1, 0, newest + 100):
        with pytest.raises(EventsMissedError, match="begin again"):
            await queries.events_after(lost, 10)
        assert await queries.kept_from(lost) == newest


async def test_a_persons_events_are_read_a_page_at_a_time(world: EventWorld) -> None:
    person, other = await world.person(), await world.person()
    first = await world.log.settled()
    written = await world.happens(person, 3)
    await world.happens(other, 2)
    written += await world.happens(person, 2)
    upto, found, after = await world.log.settled(), list[str](), first
    while some := await world.log.read_one(person.id, after, upto, 2):
        assert len(some) <= 2
        found += [str(logged.event.id) for logged in some]
        after = some[-1].position
    assert found == written
    assert await world.log.read_one(person.id, first, upto - 2, 10) == await world.log.read_one(
        person.id, first, upto - 2, 3
    )


async def test_places_hold_after_events_were_forgotten(world: EventWorld) -> None:
    person = await world.person()
    await world.happens(person, 2)
    place = await world.log.settled()
    await world.later(days=31)
    assert await world.forget()() == 2
    new = await world.happens(person)
    events = await world.log.read(place, await world.log.settled(), 10)
    assert [str(logged.event.id) for logged in events] == new
