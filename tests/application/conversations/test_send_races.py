"""What others do between a send's look at the store and its write."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from attrs import define, field
from dependency_injector.providers import Object

from application.conversations.ports import AcceptedMessage, SendGate, SendView
from application.shared.idempotency import Attempt
from application.shared.transaction import ConcurrentUpdateError
from domain.shared.errors import RefusedError
from domain.shared.ids import ConversationId, PersonId
from domain.shared.standing import PairBlockedError
from domain.shared.tiers import Tier
from domain.video.events import Presence
from tests.application.world import Pair, World


@define
class BusyGate:
    """A gate at which others push in.

    Attributes:
        gate: The real one.
        refusals: How many writes still fail as if somebody had been faster.
        between: Done once, between a look and its write.
        held: For whom the gate was held, each time.
        looks: How often it was looked at.
    """

    gate: SendGate
    refusals: int = 0
    between: Callable[[], Awaitable[object]] | None = None
    held: list[PersonId] = field(factory=list)
    looks: int = 0

    async def look(
        self,
        conversation_id: ConversationId,
        sender_id: PersonId,
        now: datetime,
        *,
        client_message_id: str | None = None,
        attempt: Attempt | None = None,
    ) -> SendView | None:
        self.looks += 1
        return await self.gate.look(
            conversation_id, sender_id, now, client_message_id=client_message_id, attempt=attempt
        )

    async def store(self, accepted: AcceptedMessage) -> bool:
        if self.between is not None:
            push_in, self.between = self.between, None
            await push_in()
        if self.refusals:
            self.refusals -= 1
            return False
        return await self.gate.store(accepted)

    async def hold(self, sender_id: PersonId) -> None:
        self.held.append(sender_id)
        await self.gate.hold(sender_id)


@pytest.fixture
def gate(world: World) -> BusyGate:
    busy = BusyGate(world.kithkin.ports.send_gate())
    world.kithkin.ports.send_gate.override(Object(busy))
    return busy


@pytest.mark.parametrize("refusals", [0, 1, 2])
async def test_somebody_faster_makes_a_send_look_again(
    world: World, pair: Pair, gate: BusyGate, refusals: int
) -> None:
    gate.refusals = refusals
    assert (await world.sent(pair.talk, pair.ana)).created
    assert gate.looks == refusals + 1
    assert gate.held == []


async def test_after_three_tries_a_send_holds_the_gate(
    world: World, pair: Pair, gate: BusyGate
) -> None:
    gate.refusals = 3
    sent = await world.sent(pair.talk, pair.ana)
    assert (sent.created, sent.message.daily_number) == (True, 1)
    assert gate.held == [pair.ana]


async def test_a_conflict_while_holding_the_gate_starts_the_transaction_anew(
    world: World, pair: Pair, gate: BusyGate
) -> None:
    gate.refusals = 4
    assert (await world.sent(pair.talk, pair.ana)).created
    assert gate.held == [pair.ana, pair.ana]


async def test_endless_conflicts_give_up_and_store_nothing(
    world: World, pair: Pair, gate: BusyGate
) -> None:
    before = world.events
    gate.refusals = 1000
    with pytest.raises(ConcurrentUpdateError):
        await world.send(pair.talk, pair.ana)
    assert world.events == before
    assert (await world.allowance(pair.talk, pair.ana)).sent == 0


async def test_a_send_that_holds_the_gate_still_asks_every_rule(
    world: World, pair: Pair, gate: BusyGate
) -> None:
    async def block() -> None:
        await world.kithkin.identity.block_person()(pair.ben, pair.ana)

    gate.between, gate.refusals = block, 3
    with pytest.raises(PairBlockedError):
        await world.send(pair.talk, pair.ana)


@pytest.mark.parametrize("code", ["pair_blocked", "person_suspended"])
async def test_what_was_forbidden_meanwhile_is_refused(
    world: World, pair: Pair, gate: BusyGate, code: str
) -> None:
    identity = world.kithkin.identity
    gate.between = {
        "pair_blocked": lambda: identity.block_person()(pair.ben, pair.ana),
        "person_suspended": lambda: identity.suspend_person()(pair.ana, "Spam."),
    }[code]
    with pytest.raises(RefusedError) as refusal:
        await world.send(pair.talk, pair.ana)
    assert refusal.value.code == code
    assert (await world.allowance(pair.talk, pair.ana)).sent == 0


async def test_what_was_sent_meanwhile_is_counted(world: World, pair: Pair, gate: BusyGate) -> None:
    gate.between = lambda: world.send(pair.talk, pair.ana, "First")
    sent = await world.sent(pair.talk, pair.ana, "Second")
    assert sent.message.daily_number == 2
    assert gate.looks == 3


async def test_the_same_message_sent_meanwhile_is_not_sent_twice(
    world: World, pair: Pair, gate: BusyGate
) -> None:
    gate.between = lambda: world.send(pair.talk, pair.ana, client_message_id="m1")
    sent = await world.sent(pair.talk, pair.ana, client_message_id="m1")
    assert (sent.created, sent.allowance.sent) == (False, 1)


async def test_a_tier_and_a_zone_set_meanwhile_count_at_once(
    world: World, pair: Pair, gate: BusyGate
) -> None:
    async def change() -> None:
        await world.kithkin.identity.set_tier()(pair.ana, Tier.PREMIUM)
        await world.kithkin.identity.change_profile()(pair.ana, {"timezone": "Pacific/Kiritimati"})

    gate.between = change
    sent = await world.sent(pair.talk, pair.ana)
    assert sent.allowance.tier is Tier.PREMIUM
    assert sent.message.counted_on.isoformat() == "2026-03-03"


async def test_a_call_completed_meanwhile_counts_at_once(
    world: World, pair: Pair, gate: BusyGate
) -> None:
    call_id = await world.call(pair.talk, pair.ben)
    for person_id in (pair.ana, pair.ben):
        await world.report(call_id, person_id, Presence.CONNECTED)
    await world.later(seconds=60)
    gate.between = lambda: world.kithkin.video.end_call()(call_id, None)
    assert (await world.sent(pair.talk, pair.ana)).message.daily_limit == 30
