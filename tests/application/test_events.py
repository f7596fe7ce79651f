"""Every event names the time of its command, and the policy it was decided under."""

from collections.abc import Awaitable, Callable

from application.identity.file_report import FileReportRequest
from application.shared.outbox import event_type
from domain.identity.learning import LearningPreferences
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from tests.application.world import Pair, World


async def test_every_event_is_of_its_command(world: World, pair: Pair) -> None:
    told = []

    async def happens(command: Callable[[], Awaitable[object]]) -> None:
        now, before = await world.later(seconds=30), len(world.events)
        await command()
        assert len(world.events) > before
        for event in world.events[before:]:
            assert (event.at, event.policy_version) == (now, world.kithkin.rulebook.version)
            told.append(event_type(event))

    identity, talks = world.kithkin.identity, world.kithkin.conversations
    message = (await world.sent(pair.talk, pair.ana)).message.id

    preferences = LearningPreferences(person_id=pair.ana, target_language="ja")

    async def report(reporter_id: PersonId, reported_id: PersonId) -> None:
        request = FileReportRequest(
            reporter_id=reporter_id, reported_id=reported_id, reason="Spam."
        )
        filed = await identity.file_report()(request)
        assert filed.created_at == await world.kithkin.clock.now()

    await happens(lambda: world.edit(pair.talk, message, pair.ana, "Bye"))
    await happens(lambda: talks.delete_message()(pair.talk, message, pair.ana))
    await happens(lambda: world.send(pair.talk, pair.ana))
    await happens(lambda: identity.change_profile()(pair.ana, {"name": "Anna"}))
    await happens(lambda: identity.set_tier()(pair.ana, Tier.PLUS))
    await happens(lambda: identity.suspend_person()(pair.ben, "Spam."))
    await happens(lambda: identity.reinstate_person()(pair.ben))
    await happens(lambda: report(pair.ana, pair.ben))
    call_id = await world.call(pair.talk, pair.ana)
    await world.connect(call_id, pair.ana, pair.ben)
    await world.later(seconds=60)
    await happens(lambda: world.kithkin.video.end_call()(call_id, pair.ben))
    await happens(lambda: world.call(pair.talk, pair.ana))
    await happens(lambda: identity.block_person()(pair.ana, pair.ben))
    await happens(lambda: identity.unblock_person()(pair.ana, pair.ben))
    await happens(lambda: identity.set_preferences()(preferences))
    eve = await world.person()
    await happens(lambda: talks.open_conversation()(pair.ana, eve.id))
    await happens(world.person)
    await happens(lambda: identity.erase_person()(pair.ben))
    assert told == [
        "message_edited",
        "message_deleted",
        "message_sent",
        "profile_changed",
        "tier_changed",
        "usage_account_opened",
        "usage_period_opened",
        "entitlements_changed",
        "person_suspended",
        "person_reinstated",
        "person_reported",
        "video_call_ended",
        "video_call_counted",
        "video_call_counted",
        "video_call_started",
        "person_blocked",
        "video_call_ended",
        "person_unblocked",
        "learning_preferences_changed",
        "conversation_opened",
        "person_registered",
        "person_erased",
    ]
