"""Chats that cannot be ended, and calls of persons whose bank waits."""

from typing import Any

import attrs
import pytest
from attrs import frozen

from application.personas.end_sessions import EndIdleSession, EndIdleSessions
from application.personas.record_call import RecordCallRequest
from application.usage.follow_person import FollowPerson
from domain.personas.sessions import EndedCompanionSession, OpenCompanionSession
from domain.shared.ids import ConversationId
from domain.shared.tiers import Tier
from domain.usage.seconds import Seconds
from tests.contracts.companions import Companions, growth_job
from tests.contracts.stores import Stores
from tests.contracts.values import DAY, MINUTE, START


@frozen
class UnreadableOf:
    """Messages of which those of one conversation cannot be read."""

    conversation_id: ConversationId
    messages: Any

    async def waiting_in(self, conversation_id: ConversationId) -> object:
        if conversation_id == self.conversation_id:
            raise ZeroDivisionError
        return await self.messages.waiting_in(conversation_id)

    def __getattr__(self, name: str) -> object:
        return getattr(self.messages, name)


async def test_a_chat_that_cannot_be_ended_holds_up_no_other(stores: Stores) -> None:
    companions = Companions(stores)
    sessions = []
    for number in range(3):
        await stores.clock.move_to(START + number * MINUTE)
        conversation = await companions.opened()
        sessions.append((await companions.asked(conversation, "Hello")).session)
    await stores.clock.move_to(START + 60 * MINUTE)
    broken: Any = UnreadableOf(sessions[0].conversation_id, stores.companion_messages)
    keep = attrs.evolve(companions.keep, messages=broken)
    job = growth_job(sessions[0].person_id)
    sweep = EndIdleSessions(stores.idle_sessions, EndIdleSession(keep))
    with pytest.raises(ZeroDivisionError):
        await sweep(job)

    async def states() -> list[type]:
        found = [await stores.companion_sessions.get(one.id) for one in sessions]
        return [type(one) for one in found]

    assert await states() == [OpenCompanionSession, EndedCompanionSession, EndedCompanionSession]
    await companions.end_idle(job)
    assert await states() == [EndedCompanionSession] * 3


@frozen
class Overdue:
    """A renewal is overdue: the bank waits."""

    tier: Tier = Tier.PLUS
    pass_tier: Tier | None = None
    bank_frozen: bool = True
    bank_lost: bool = False


async def test_a_call_uses_nothing_of_a_bank_that_waits(stores: Stores) -> None:
    companions = Companions(stores)
    conversation = await companions.opened()
    person_id = conversation.person_id
    follow = FollowPerson(companions.use.keep)

    async def plan(*, bank_frozen: bool) -> None:
        changed = Overdue(bank_frozen=bank_frozen)
        await stores.transactions.run(lambda: follow.plan_changed(person_id, changed))

    async def counted(seconds: int) -> int:
        now = await stores.clock.now()
        call = await companions.record(
            RecordCallRequest(
                conversation_id=conversation.id,
                viewer_id=None,
                started_at=now - seconds * (MINUTE / 60),
                ended_at=now,
                turns=(),
            )
        )
        return call.seconds_counted

    async def left() -> Seconds:
        account = await stores.usage_accounts.get(person_id)
        assert account is not None
        return account.left

    await plan(bank_frozen=False)
    assert await counted(10) == 10
    await stores.clock.move_to(START + 31 * DAY)
    await plan(bank_frozen=True)
    assert await left() == Seconds(banked=5400, monthly=10_800)
    assert await counted(10_000) == 10_000
    assert await counted(1000) == 800
    assert await left() == Seconds(banked=5400)
    await plan(bank_frozen=False)
    assert await counted(1000) == 1000
    assert await left() == Seconds(banked=4400)
