"""Delivering to webhook endpoints: in order per person, at least once, until it is too much."""

import asyncio
from datetime import timedelta

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.events.manage_endpoints import MOST_ENDPOINTS, TooManyEndpointsError
from application.events.ports import PublicEvent
from domain.events.deliveries import Delivery, DeliveryState
from domain.events.endpoints import AttemptResult, EndpointStatus, WebhookEndpoint
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import EventId, WebhookEndpointId
from tests.events.world import FAILED, TAKEN, EventWorld, Receiver


async def deliveries(
    world: EventWorld, endpoint: WebhookEndpoint, state: DeliveryState | None = None
) -> list[Delivery]:
    """The deliveries to an endpoint, in the order of the log."""
    page = await world.deliveries.page(endpoint.id, state, None, 200)
    return sorted(page.items, key=lambda delivery: delivery.position)


async def test_an_endpoint_is_sent_what_happens_from_then_on(world: EventWorld) -> None:
    person = await world.person()
    await world.happens(person)
    endpoint, receiver = await world.endpoint(), Receiver()
    await world.deliver_all(receiver)
    assert receiver.sent == []
    written = await world.happens(person, 3)
    await world.deliver_all(receiver)
    assert receiver.of(person) == written
    assert [one.state for one in await deliveries(world, endpoint)] == [DeliveryState.DELIVERED] * 3
    assert not await world.deliver_due(receiver)()


async def test_an_endpoint_is_sent_the_types_it_takes(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver()
    await world.endpoint("message_sent")
    await world.happens(person, 3)
    await world.deliver_all(receiver)
    assert receiver.sent == []
    taking = await world.endpoint("person_reinstated")
    written = await world.happens(person)
    await world.deliver_all(receiver)
    assert receiver.of(person) == written
    assert len(await deliveries(world, taking)) == 1


async def test_every_endpoint_is_sent_everything(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver()
    for _ in range(3):
        await world.endpoint()
    written = await world.happens(person, 2)
    await world.deliver_all(receiver)
    assert receiver.of(person) == written * 3


async def test_what_failed_is_tried_again_later_and_later(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver(answer=lambda _: FAILED)
    endpoint = await world.endpoint()
    await world.happens(person)
    for attempt, wait in enumerate((5, 15, 45, 135), start=1):
        await world.deliver_all(receiver)
        assert len(receiver.sent) == attempt
        [delivery] = await deliveries(world, endpoint)
        now = await world.clock.now()
        assert (delivery.attempts, delivery.state) == (attempt, DeliveryState.PENDING)
        assert (delivery.last_status, delivery.last_error) == (500, FAILED.error)
        assert delivery.next_attempt_at == now + timedelta(seconds=wait)
        await world.later(seconds=wait - 1)
        await world.deliver_all(receiver)
        assert len(receiver.sent) == attempt
        await world.later(seconds=1)
    assert len({event.id for event in receiver.sent}) == 1


async def test_later_events_of_a_person_wait_for_the_one_that_failed(world: EventWorld) -> None:
    ana, ben = await world.person(), await world.person()
    await world.endpoint()
    of_ana, of_ben = await world.happens(ana, 3), await world.happens(ben, 2)
    stuck = of_ana[0]
    receiver = Receiver(answer=lambda event: FAILED if str(event.id) == stuck else TAKEN)
    await world.deliver_all(receiver)
    assert (receiver.of(ana), receiver.of(ben)) == ([], of_ben)
    of_ben += await world.happens(ben)
    await world.deliver_all(receiver)
    assert (receiver.of(ana), receiver.of(ben)) == ([], of_ben)
    receiver.answer = lambda _: TAKEN
    await world.later(seconds=5)
    await world.deliver_all(receiver)
    assert receiver.of(ana) == of_ana


async def test_what_failed_too_often_is_dead_and_lets_the_others_pass(world: EventWorld) -> None:
    person = await world.person()
    endpoint = await world.endpoint()
    written = await world.happens(person, 2)
    receiver = Receiver(answer=lambda event: FAILED if str(event.id) == written[0] else TAKEN)
    for _ in range(3):
        await world.deliver_all(receiver, attempts=3)
        await world.later(hours=1)
    await world.deliver_all(receiver, attempts=3)
    assert receiver.of(person) == written[1:]
    dead, delivered = await deliveries(world, endpoint)
    assert (dead.state, dead.attempts) == (DeliveryState.DEAD, 3)
    assert delivered.state is DeliveryState.DELIVERED
    receiver.answer = lambda _: TAKEN
    assert await world.requeue_dead()(endpoint.id) == 1
    assert await world.requeue_dead()(endpoint.id) == 0
    await world.deliver_all(receiver)
    assert receiver.of(person) == [written[1], written[0]]
    assert await deliveries(world, endpoint, DeliveryState.DEAD) == []


async def test_an_event_is_sent_again_on_request(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver()
    endpoint = await world.endpoint()
    [ident] = await world.happens(person)
    await world.deliver_all(receiver)
    [delivery] = await deliveries(world, endpoint)
    again = await world.redeliver()(endpoint.id, delivery.event_id)
    assert (again.state, again.attempts) == (DeliveryState.PENDING, 0)
    await world.deliver_all(receiver)
    assert receiver.of(person) == [ident, ident]
    with pytest.raises(NotFoundError):
        await world.redeliver()(endpoint.id, EventId(uuid7()))
    with pytest.raises(NotFoundError):
        await world.requeue_dead()(WebhookEndpointId(uuid7()))


async def test_what_was_sent_but_not_recorded_is_sent_again_under_its_id(
    world: EventWorld,
) -> None:
    person = await world.person()
    await world.endpoint()
    written = await world.happens(person, 3)

    class Killed(BaseException):
        """The process is gone, after the endpoint took the event."""

    receiver = Receiver()

    class Dying:
        async def send(self, endpoint: object, event: PublicEvent, now: object) -> AttemptResult:
            receiver.sent.append(event)
            receiver.taken.append(event)
            raise Killed

    dying = world.deliver_due(Dying())
    claim = await dying.claim()
    assert claim is not None
    with pytest.raises(BaseExceptionGroup):
        # Nothing releases what a killed process held.
        await attrs.evolve(dying, claims=NeverReleased()).deliver(claim)
    assert await world.deliver_due(receiver).claim() is None
    await expire(world, claim.endpoint)
    await world.deliver_all(receiver)
    assert receiver.of(person) == [written[0], *written]


class NeverReleased:
    async def claim(self, *_: object) -> None:
        return None

    async def release(self, *_: object) -> None:
        return None


async def expire(world: EventWorld, endpoint: WebhookEndpoint) -> None:
    """Let a lease run out: leases run on real time, for which a test does not wait."""
    store = getattr(world.claims, "_store", None)
    if store is not None:
        row = store.webhook_endpoints[endpoint.id]
        async with store.access():
            past = row.claimed_until - timedelta(hours=1)
            store.webhook_endpoints.put(attrs.evolve(row, claimed_until=past))
        return
    async with world.claims.executor.connections.lent() as connection:  # type: ignore[attr-defined]
        await connection.execute(
            "UPDATE webhook_endpoints SET claimed_until = now() - interval '1 hour'"
        )


async def test_an_endpoint_belongs_to_one_process_at_a_time(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver()
    await world.endpoint()
    written = await world.happens(person)
    first = world.deliver_due(receiver)
    claim = await first.claim()
    assert claim is not None
    assert await world.deliver_due(receiver).claim() is None
    await expire(world, claim.endpoint)
    second = await world.deliver_due(receiver).claim()
    assert second is not None
    # Who lost the claim records nothing, takes in nothing, and releases nothing.
    now, settled = await world.clock.now(), await world.log.settled()
    assert not await world.queue.take_in(claim, settled, now, world.policy)
    await world.claims.release(claim, claim.endpoint)
    assert await world.deliver_due(receiver).claim() is None
    assert await world.queue.take_in(second, settled, now, world.policy)
    [due] = await world.queue.due(second, now, 10)
    assert not await world.queue.record(claim, due.delivery)
    assert await world.queue.record(second, due.delivery)
    assert [str(due.event.id)] == written


async def test_parallel_relays_keep_each_persons_order(world: EventWorld) -> None:
    people = [await world.person() for _ in range(5)]
    receivers = [Receiver() for _ in range(4)]
    endpoints = [await world.endpoint() for _ in receivers]
    by_id = {endpoint.id: receiver for endpoint, receiver in zip(endpoints, receivers, strict=True)}
    written: dict[object, list[str]] = {person.id: [] for person in people}

    class Routed:
        async def send(
            self, endpoint: WebhookEndpoint, event: PublicEvent, now: object
        ) -> AttemptResult:
            await asyncio.sleep(0)
            result: AttemptResult = await by_id[endpoint.id].send(endpoint, event, now)
            return result

    async def write() -> None:
        for _ in range(6):
            for person in people:
                written[person.id] += await world.happens(person, 2)

    async def relay(writer: "asyncio.Task[None]") -> None:
        deliver_due = world.deliver_due(Routed(), batch=7, intake=10)
        while not writer.done() or await deliver_due():
            await deliver_due()

    writer = asyncio.create_task(write())
    await asyncio.gather(writer, *(relay(writer) for _ in range(4)))
    await world.deliver_all(Routed())
    for receiver in receivers:
        for person in people:
            assert receiver.of(person) == written[person.id]


async def test_a_fault_of_ours_does_not_make_it_try_without_end(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver()
    endpoint = await world.endpoint()
    [written] = await world.happens(person)

    class Broken:
        async def send(
            self, endpoint: WebhookEndpoint, event: PublicEvent, now: object
        ) -> AttemptResult:
            raise ValueError("unforeseen")

    with pytest.raises(ExceptionGroup):
        await world.deliver_due(Broken())()
    assert not await world.deliver_due(receiver)(), "it is left alone for a while"
    [delivery] = await deliveries(world, endpoint)
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 0)
    await world.later(seconds=5)
    await world.deliver_all(receiver)
    assert receiver.of(person) == [written]


async def test_no_more_endpoints_are_made_at_once_than_there_may_be(world: EventWorld) -> None:
    async def made() -> bool:
        try:
            await world.endpoint()
        except TooManyEndpointsError:
            return False
        return True

    for _ in range(MOST_ENDPOINTS - 3):
        await world.endpoint()
    assert sum(await asyncio.gather(*(made() for _ in range(12)))) == 3
    assert len((await world.endpoints.page(None, 200)).items) == MOST_ENDPOINTS


async def test_an_endpoint_that_takes_nothing_is_left_alone_and_then_disabled(
    world: EventWorld,
) -> None:
    person, receiver = await world.person(), Receiver(answer=lambda _: FAILED)
    endpoint = await world.endpoint()
    await world.happens(person)
    began = await world.clock.now()
    while (await world.known(endpoint)).status is EndpointStatus.ENABLED:
        await world.deliver_all(receiver)
        await world.later(hours=1)
        assert await world.clock.now() < began + timedelta(days=4)
    known = await world.known(endpoint)
    assert known.disabled_at is not None
    assert known.disabled_at >= began + timedelta(days=3)
    assert "It took nothing since 2026-03-02 12:00 UTC" in (known.disabled_reason or "")
    # What happens meanwhile is not lost.
    written = await world.happens(person)
    receiver.answer, tried = lambda _: TAKEN, len(receiver.sent)
    await world.deliver_all(receiver)
    assert len(receiver.sent) == tried
    await world.set_status()(endpoint.id, EndpointStatus.ENABLED)
    await world.later(days=1)
    await world.deliver_all(receiver)
    assert receiver.of(person)[-1:] == written


async def test_one_success_makes_an_endpoint_well(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver(answer=lambda _: FAILED)
    endpoint = await world.endpoint()
    await world.happens(person)
    await world.deliver_all(receiver)
    failing = await world.known(endpoint)
    assert (failing.failures, failing.failing_since) == (1, await world.clock.now())
    receiver.answer = lambda _: TAKEN
    await world.later(seconds=5)
    await world.deliver_all(receiver)
    well = await world.known(endpoint)
    assert (well.failures, well.failing_since, well.paused_until) == (0, None, None)


async def test_who_is_gone_is_disabled_at_once(world: EventWorld) -> None:
    person = await world.person()
    receiver = Receiver(answer=lambda _: AttemptResult(410, "It answered 410."))
    endpoint = await world.endpoint()
    await world.happens(person)
    await world.deliver_all(receiver)
    known = await world.known(endpoint)
    assert known.status is EndpointStatus.DISABLED
    assert "410" in (known.disabled_reason or "")


async def test_one_bad_endpoint_holds_up_no_other(world: EventWorld) -> None:
    person = await world.person()
    bad, _ = await world.endpoint(), await world.endpoint()
    hanging, both, taken = asyncio.Event(), asyncio.Event(), []

    class Mixed:
        async def send(
            self, endpoint: WebhookEndpoint, event: PublicEvent, now: object
        ) -> AttemptResult:
            if endpoint.id == bad.id:
                await hanging.wait()
                return FAILED
            taken.append(str(event.id))
            if len(taken) == 2:
                both.set()
            return TAKEN

    deliver_due = world.deliver_due(Mixed())
    written = await world.happens(person, 2)
    claims = [await deliver_due.claim(), await deliver_due.claim()]
    under_way = [asyncio.create_task(deliver_due.deliver(claim)) for claim in claims if claim]
    assert len(under_way) == 2
    await both.wait()
    assert taken == written
    hanging.set()
    await asyncio.gather(*under_way)


async def test_a_full_queue_takes_no_more(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver(answer=lambda _: FAILED)
    endpoint = await world.endpoint()
    written = await world.happens(person, 9)
    await world.deliver_all(receiver, intake=2, most_pending=4)
    for _ in range(3):
        await world.later(hours=1)
        await world.deliver_all(receiver, intake=2, most_pending=4)
    assert len(await deliveries(world, endpoint)) == 4
    receiver.answer = lambda _: TAKEN
    await world.later(days=1)
    await world.deliver_all(receiver, intake=2, most_pending=4)
    assert receiver.of(person) == written


async def test_both_secrets_sign_for_a_day_after_a_rotation(world: EventWorld) -> None:
    endpoint = await world.endpoint()
    rotated = await world.rotate()(endpoint.id)
    now = await world.clock.now()
    assert rotated.secret != endpoint.secret
    assert rotated.secrets_at(now) == (rotated.secret, endpoint.secret)
    assert await world.known(endpoint) == rotated
    assert rotated.secrets_at(now + timedelta(hours=24)) == (rotated.secret,)
    assert rotated.secret not in repr(rotated)
    assert endpoint.secret not in repr(rotated)


async def test_a_receiver_keeps_up_with_several_rotations_in_a_day(world: EventWorld) -> None:
    endpoint = rotated = await world.endpoint()
    secrets = list[str]()
    for _ in range(5):
        secrets.insert(0, rotated.secret)
        rotated = await world.rotate()(endpoint.id)
        assert rotated.secrets_at(await world.clock.now()) == (rotated.secret, *secrets[:3])
        await world.later(hours=1)
    await world.later(hours=24)
    again = await world.rotate()(endpoint.id)
    assert again.secrets_at(await world.clock.now()) == (again.secret, rotated.secret)


async def test_a_removed_endpoint_takes_its_deliveries_along(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver()
    endpoint = await world.endpoint()
    await world.happens(person)
    await world.deliver_all(receiver)
    assert await world.endpoints.delete(endpoint.id)
    assert not await world.endpoints.delete(endpoint.id)
    assert await deliveries(world, endpoint) == []
    assert await world.endpoints.get(endpoint.id) is None


async def test_an_unknown_type_is_refused(world: EventWorld) -> None:
    with pytest.raises(InvalidValueError, match="no event type 'nothing'"):
        await world.endpoint("nothing")


async def test_deliveries_are_listed_page_by_page(world: EventWorld) -> None:
    person, receiver = await world.person(), Receiver()
    endpoint = await world.endpoint()
    written = await world.happens(person, 5)
    await world.deliver_all(receiver)
    found, after = [], None
    while True:
        page = await world.deliveries.page(endpoint.id, DeliveryState.DELIVERED, after, 2)
        found += [str(delivery.event_id) for delivery in page.items]
        after = page.last
        if after is None:
            break
    assert found == sorted(written, reverse=True)
    assert (await world.deliveries.page(endpoint.id, DeliveryState.DEAD, None, 2)).items == ()
