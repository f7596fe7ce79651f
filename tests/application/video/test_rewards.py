"""The monthly reward as persons meet it: earned by calls, carried, warned of, lapsed."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
import pytest_asyncio

from application.shared.outbox import event_type
from application.video import settle_rewards
from domain.shared.calendar import start_of
from domain.shared.errors import InvalidValueError
from domain.shared.ids import PersonId, VideoCallId
from domain.video.events import (
    RewardEarned,
    RewardEvent,
    RewardLapsed,
    RewardStatus,
    RewardWarned,
    RewardWithdrawn,
)
from domain.video.reward import Reward
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import in_memory
from tests.application.world import NO_CALL, NOBODY, START, World

EARNED, CARRIED, INACTIVE = RewardStatus
MOMENT = timedelta(microseconds=1)
HONOLULU, KIRITIMATI = "Pacific/Honolulu", "Pacific/Kiritimati"


@pytest_asyncio.fixture
async def world() -> World:
    """One that forgets no event while months go by."""
    kithkin = in_memory(Settings(memory=True, test_clock=True, event_retention_days=3650))
    await kithkin.ports.test_clock().start(START)
    return World(kithkin)


async def reward(world: World, person_id: PersonId) -> Reward:
    return await world.kithkin.video.reward_queries().reward(person_id)


async def a_talk(world: World, one: PersonId, two: PersonId | None = None) -> VideoCallId:
    """A completed call with somebody new, or somebody known."""
    partner = two or (await world.person(name="Ben")).id
    opened = await world.kithkin.conversations.open_conversation()(one, partner)
    call_id = await world.call(opened.conversation.id, one)
    await world.connect(call_id, one, partner)
    await world.later(seconds=60)
    await world.kithkin.video.end_call()(call_id, None)
    return call_id


async def earner(world: World, timezone: str = "UTC") -> tuple[PersonId, list[VideoCallId]]:
    ana = await world.person(timezone=timezone)
    return ana.id, [await a_talk(world, ana.id) for _ in range(3)]


def told(world: World, person_id: PersonId) -> list[RewardEvent]:
    return [
        event
        for event in world.events
        if isinstance(event, RewardEvent) and event.person_id == person_id
    ]


def kinds(events: Iterable[RewardEvent]) -> list[type[RewardEvent]]:
    return [type(event) for event in events]


async def jobs_at(world: World, at: datetime) -> None:
    await world.kithkin.shared.move_clock()(at)


async def test_a_third_partner_earns_it_at_once(world: World) -> None:
    ana = (await world.person()).id
    ben = (await world.person(name="Ben")).id
    for partner, needed in ((ben, 2), (ben, 2), (None, 1)):
        await a_talk(world, ana, partner)
        found = await reward(world, ana)
        assert (found.status, found.needed, found.discount_percent) == (INACTIVE, needed, 0)
    await a_talk(world, ana)
    found = await reward(world, ana)
    assert (found.status, found.needed, found.discount_percent) == (EARNED, 0, 20)
    assert found.valid_until == datetime(2026, 5, 1, tzinfo=UTC)
    [event] = told(world, ana)
    assert isinstance(event, RewardEarned)
    assert (event.distinct_partners, event.valid_until) == (3, found.valid_until)
    assert event_type(world.events[-1]) == "reward_earned"
    assert told(world, ben) == []


async def test_nobody_has_no_reward(world: World) -> None:
    with world.refused("not_found"):
        await reward(world, NOBODY)


async def test_the_erased_have_no_reward(world: World) -> None:
    ana, _ = await earner(world)
    await world.kithkin.identity.erase_person()(ana)
    with world.refused("person_deleted"):
        await reward(world, ana)
    await jobs_at(world, START + timedelta(days=90))
    assert kinds(told(world, ana)) == [RewardEarned]


async def test_a_partner_who_was_erased_still_counts(world: World) -> None:
    ana, _ = await earner(world)
    ben = (await world.person(name="Ben")).id
    await a_talk(world, ana, ben)
    await world.kithkin.identity.erase_person()(ben)
    assert (await reward(world, ana)).facts.this_month == 4


async def test_a_look_ends_a_call_that_earns_it(world: World) -> None:
    ana = (await world.person()).id
    for _ in range(2):
        await a_talk(world, ana)
    ben = await world.person(name="Ben")
    talk = await world.kithkin.conversations.open_conversation()(ana, ben.id)
    call_id = await world.call(talk.conversation.id, ana)
    await world.connect(call_id, ana, ben.id)
    await world.later(seconds=60)
    await world.leave(call_id, ana, ben.id)
    await world.later(hours=1)
    assert (await reward(world, ana)).status is EARNED
    assert kinds(told(world, ana)) == [RewardEarned]


@pytest.mark.parametrize("at_once", [1, 2, 100])
async def test_the_job_tells_everybody_who_is_due(
    world: World, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle_rewards, "_AT_ONCE", at_once)
    persons = [(await earner(world))[0] for _ in range(3)]
    await jobs_at(world, datetime(2026, 4, 24, tzinfo=UTC))
    for person in persons:
        warned = told(world, person)[-1]
        assert isinstance(warned, RewardWarned)
        assert (warned.days_before, warned.at) == (7, datetime(2026, 4, 24, tzinfo=UTC))
        assert (await reward(world, person)).status is CARRIED


async def test_the_job_tells_the_others_where_it_fails_for_one(
    world: World,
) -> None:
    persons = [(await earner(world))[0] for _ in range(3)]
    gone = attrs.evolve(world.store.persons[persons[0]], timezone="Gone/Zone")
    async with world.store.access():
        world.store.persons.put(gone)
    await world.later(days=53)
    job = world.kithkin.jobs.kinds().by_name["settle_rewards"].planned(START)
    with pytest.raises(InvalidValueError, match="Gone/Zone"):
        await world.kithkin.video.settle_rewards()(job)
    assert [kinds(told(world, person))[1:] for person in persons] == [
        [],
        [RewardWarned],
        [RewardWarned],
    ]


async def test_whoever_moves_east_is_warned_by_their_new_midnights(world: World) -> None:
    ana, _ = await earner(world, HONOLULU)
    before = start_of(date(2026, 4, 24), KIRITIMATI)
    assert before < start_of(date(2026, 4, 24), HONOLULU)
    await jobs_at(world, before - timedelta(hours=1))
    await world.kithkin.identity.change_profile()(ana, {"timezone": KIRITIMATI})
    await jobs_at(world, before - MOMENT)
    assert kinds(told(world, ana)) == [RewardEarned]
    await jobs_at(world, before)
    assert kinds(told(world, ana)) == [RewardEarned, RewardWarned]


async def test_whoever_moves_west_is_warned_by_their_new_midnights(world: World) -> None:
    ana, _ = await earner(world, KIRITIMATI)
    midnights = [start_of(date(2026, 4, 24), zone) for zone in (KIRITIMATI, HONOLULU)]
    await jobs_at(world, midnights[0] - timedelta(hours=1))
    await world.kithkin.identity.change_profile()(ana, {"timezone": HONOLULU})
    for at in (midnights[0], midnights[1] - MOMENT):
        await jobs_at(world, at)
        assert kinds(told(world, ana)) == [RewardEarned]
    await jobs_at(world, midnights[1])
    assert kinds(told(world, ana)) == [RewardEarned, RewardWarned]


async def test_where_nobody_looked_for_long_the_lapse_is_told_alone(world: World) -> None:
    ana, _ = await earner(world)
    await world.later(days=400)
    await world.kithkin.jobs.run_due_jobs()()
    [_, lapsed] = told(world, ana)
    assert isinstance(lapsed, RewardLapsed)
    assert lapsed.lapsed_on == date(2026, 5, 1)
    await jobs_at(world, START + timedelta(days=500))
    assert len(told(world, ana)) == 2


async def test_a_move_of_the_clock_over_all_of_it_tells_all_of_it_in_time(world: World) -> None:
    ana, _ = await earner(world, "Europe/Berlin")
    await jobs_at(world, START + timedelta(days=400))
    assert [event.at for event in told(world, ana)[1:]] == [
        start_of(day, "Europe/Berlin")
        for day in (date(2026, 4, 24), date(2026, 4, 28), date(2026, 4, 30), date(2026, 5, 1))
    ]
    assert kinds(told(world, ana)) == [RewardEarned, *[RewardWarned] * 3, RewardLapsed]


async def test_a_move_of_the_clock_ends_where_a_notice_cannot_be_given(world: World) -> None:
    ana, _ = await earner(world)
    async with world.store.access():
        gone = attrs.evolve(world.store.persons[ana], timezone="Gone/Zone")
        world.store.persons.put(gone)
    far = START + timedelta(days=400)
    assert await world.kithkin.shared.move_clock()(far) == far
    assert kinds(told(world, ana)) == [RewardEarned]


async def test_a_call_that_time_ends_counts_before_a_warning_is_given(world: World) -> None:
    ana, _ = await earner(world)
    await jobs_at(world, datetime(2026, 4, 23, 23, 50, tzinfo=UTC))
    for _ in range(2):
        await a_talk(world, ana)
    ben = await world.person(name="Ben")
    talk = await world.kithkin.conversations.open_conversation()(ana, ben.id)
    call_id = await world.call(talk.conversation.id, ana)
    await world.connect(call_id, ana, ben.id)
    await world.later(seconds=60)
    await world.leave(call_id, ana, ben.id)
    await jobs_at(world, datetime(2026, 4, 24, 9, tzinfo=UTC))
    assert kinds(told(world, ana)) == [RewardEarned, RewardEarned]


async def test_a_voided_call_counts_no_longer_but_unlocks_what_it_did(world: World) -> None:
    ana, [first, *_] = await earner(world)
    voided = await world.kithkin.video.void_call()(first, " Fraud. ")
    found = await reward(world, ana)
    assert (found.status, found.needed) == (INACTIVE, 1)
    assert kinds(told(world, ana)) == [RewardEarned, RewardWithdrawn]
    assert (await world.allowance(voided.conversation_id, ana)).limit == 30
    await a_talk(world, ana)
    assert (await reward(world, ana)).status is EARNED


async def test_what_does_not_count_is_not_voided(world: World) -> None:
    void = world.kithkin.video.void_call()
    with world.refused("not_found"):
        await void(NO_CALL, "Fraud.")
    ana, ben = await world.person(), await world.person(name="Ben")
    call_id = await world.call(await world.conversation(ana, ben), ana.id)
    with world.refused("video_call_not_completed"):
        await void(call_id, "Fraud.")
    with world.refused("invalid_value"):
        await void(call_id, " ")
    await world.later(hours=1)
    with pytest.raises(Exception, match="ended as missed"):
        await void(call_id, "Fraud.")
