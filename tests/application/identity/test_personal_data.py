"""Preferences, export and erasure as their callers see them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from application.identity.export_person import PersonExport
from application.identity.file_report import FileReportRequest
from application.shared.outbox import event_type
from domain.identity.erasure import Erasure
from domain.identity.events import LearningPreferencesChanged, PersonErased
from domain.identity.learning import LearningGoal, LearningPreferences
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from domain.video.events import Presence
from tests.application.world import NOBODY, START, Pair, World


async def prefer(world: World, person_id: PersonId, **more: Any) -> LearningPreferences:
    wanted = LearningPreferences(person_id=person_id, target_language="ja", **more)
    return await world.kithkin.identity.set_preferences()(wanted)


async def export(world: World, person_id: PersonId) -> PersonExport:
    return await world.kithkin.identity.export_person()(person_id)


async def erase(world: World, person_id: PersonId) -> Erasure:
    return await world.kithkin.identity.erase_person()(person_id)


async def test_preferences_are_told_of_by_the_fields_that_differ(world: World) -> None:
    ana = await world.person()
    queries = world.kithkin.identity.queries()
    with world.refused("not_found"):
        await queries.learning_preferences(ana.id)
    first = await prefer(world, ana.id, specific_goals=(" Read signs ",))
    assert first.specific_goals == ("Read signs",)
    assert await queries.learning_preferences(ana.id) == first
    later = await world.later(hours=1)
    second = await prefer(
        world, ana.id, learning_goal=LearningGoal.CAREER, specific_goals=("Read signs",)
    )
    assert await world.kithkin.identity.set_preferences()(second) == second
    told = [event for event in world.events if isinstance(event, LearningPreferencesChanged)]
    assert [event.fields for event in told[1:]] == [("learning_goal",)]
    assert (told[0].at, told[1].at) == (START, later)
    assert len(told[0].fields) == 9


async def test_malformed_preferences_change_nothing(world: World) -> None:
    ana = await world.person()
    with world.refused("invalid_value"):
        await prefer(world, ana.id, speaking_level=101)
    with world.refused("not_found"):
        await world.kithkin.identity.queries().learning_preferences(ana.id)


async def test_what_is_asked_of_nobody_is_not_found(world: World) -> None:
    asked: list[Callable[[], Awaitable[object]]] = [
        lambda: prefer(world, NOBODY),
        lambda: export(world, NOBODY),
        lambda: erase(world, NOBODY),
        lambda: world.kithkin.identity.queries().learning_preferences(NOBODY),
    ]
    for ask in asked:
        with world.refused("not_found"):
            await ask()


async def test_an_erasure_ends_calls_and_is_told_of_last(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ben)
    await world.connect(call_id, pair.ana, pair.ben)
    now = await world.later(minutes=2)
    erasure = await erase(world, pair.ana)
    assert erasure.erased_at == now
    told = [event_type(event) for event in world.events[-4:]]
    assert told == [
        "video_call_ended",
        "video_call_counted",
        "video_call_counted",
        "person_erased",
    ]
    last = world.events[-1]
    assert isinstance(last, PersonErased)
    assert (last.person_id, last.at) == (pair.ana, now)
    assert last.policy_version == world.kithkin.rulebook.version


async def test_erasing_again_is_told_of_once(world: World, pair: Pair) -> None:
    first = await erase(world, pair.ana)
    await world.later(days=1)
    before = world.events
    assert await erase(world, pair.ana) == first
    assert world.events == before


async def test_the_other_can_still_read_and_tidy_up(world: World, pair: Pair) -> None:
    mine = await world.sent(pair.talk, pair.ben)
    await world.sent(pair.talk, pair.ana)
    await erase(world, pair.ana)
    talks, identity = world.kithkin.conversations, world.kithkin.identity
    await talks.mark_read()(pair.talk, pair.ben, mine.message.id)
    await talks.delete_message()(pair.talk, mine.message.id, pair.ben)
    await identity.block_person()(pair.ben, pair.ana)
    await identity.unblock_person()(pair.ben, pair.ana)
    report = FileReportRequest(reporter_id=pair.ben, reported_id=pair.ana, reason="Spam.")
    assert (await identity.file_report()(report)).reported_id == pair.ana
    summary = await talks.queries().summary(pair.talk, pair.ben)
    assert (summary.other_id, summary.message_count) == (pair.ana, 0)


async def test_the_erased_are_refused_whatever_they_do(world: World, pair: Pair) -> None:
    message = (await world.sent(pair.talk, pair.ana)).message.id
    call_id = await world.call(pair.talk, pair.ana)
    eve = await world.person()
    await erase(world, pair.ana)
    identity, talks, video = (
        world.kithkin.identity,
        world.kithkin.conversations,
        world.kithkin.video,
    )
    report = FileReportRequest(reporter_id=pair.ana, reported_id=pair.ben, reason="Spam.")
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: world.send(pair.talk, pair.ana),
        lambda: world.edit(pair.talk, message, pair.ana, "Bye"),
        lambda: talks.delete_message()(pair.talk, message, pair.ana),
        lambda: talks.mark_read()(pair.talk, pair.ana, message),
        lambda: talks.open_conversation()(pair.ana, pair.ben),
        lambda: talks.open_conversation()(pair.ana, eve.id),
        lambda: world.call(pair.talk, pair.ana),
        lambda: world.report(call_id, pair.ana, Presence.CONNECTED),
        lambda: world.report(call_id, pair.ana, Presence.DISCONNECTED),
        lambda: video.end_call()(call_id, pair.ana),
        lambda: identity.block_person()(pair.ana, pair.ben),
        lambda: identity.unblock_person()(pair.ana, pair.ben),
        lambda: identity.file_report()(report),
        lambda: identity.change_profile()(pair.ana, {"name": "Ana"}),
        lambda: identity.set_tier()(pair.ana, Tier.PLUS),
        lambda: identity.suspend_person()(pair.ana, "Spam."),
        lambda: identity.reinstate_person()(pair.ana),
        lambda: prefer(world, pair.ana),
        lambda: export(world, pair.ana),
    ]
    for act in acts:
        with world.refused("person_deleted"):
            await act()


async def test_nobody_reaches_the_erased(world: World, pair: Pair) -> None:
    mine = (await world.sent(pair.talk, pair.ben)).message.id
    await erase(world, pair.ana)
    eve = await world.person()
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: world.send(pair.talk, pair.ben),
        lambda: world.edit(pair.talk, mine, pair.ben, "Bye"),
        lambda: world.call(pair.talk, pair.ben),
        lambda: world.kithkin.conversations.open_conversation()(eve.id, pair.ana),
    ]
    for act in acts:
        with world.refused("partner_deleted"):
            await act()
    decision = await world.allowance(pair.talk, pair.ben)
    assert not decision.allowed


async def test_a_stranger_to_a_call_of_the_erased_learns_nothing(world: World, pair: Pair) -> None:
    call_id = await world.call(pair.talk, pair.ana)
    eve = await world.person()
    await erase(world, pair.ben)
    with world.refused("not_found"):
        await world.kithkin.video.end_call()(call_id, eve.id)


def test_the_pepper_is_not_shown(world: World) -> None:
    use_case = world.kithkin.identity.erase_person()
    assert "Pepper()" in repr(use_case)


@pytest.mark.parametrize("name", ["conversations", "messages", "events"])
async def test_an_export_reads_nothing_before_it_is_asked_for(
    world: World, pair: Pair, name: str
) -> None:
    begun = await export(world, pair.ana)
    await world.sent(pair.talk, pair.ana)
    pages = [page async for page in begun.records[name]]
    assert sum(map(len, pages)) == {"conversations": 1, "messages": 1, "events": 3}[name]
