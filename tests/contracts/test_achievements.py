"""Achievements are awarded once to whoever meets them, by an event, by time, or from before."""

from typing import Any

import attrs
import pytest
from uuid_utils.compat import uuid7

from adapters.achievement_catalogue import default_catalogue
from application.achievements.ports import AwardBack
from application.achievements.publish_achievement import AWARD_BACK
from application.achievements.queries import Earner
from application.shared.jobs import JobState
from application.streaks.record_activity import ActivityRequest
from domain.achievements.awards import Award
from domain.achievements.definitions import (
    Achievement,
    AchievementId,
    AchievementKey,
    AchievementKeyTakenError,
    AchievementPublishedError,
    AchievementWithdrawnError,
)
from domain.achievements.events import AchievementEarned, Category
from domain.achievements.requirements import requirement_of
from domain.conversations.events import MessageSent
from domain.identity.persons import Person
from domain.identity.profile import PrivacyLevel
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.standing import PersonDeletedError
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.test_export import exported
from tests.contracts.test_races import all_at_once, events_about, kinds, to_send
from tests.contracts.use_cases import (
    achievement_queries,
    award_back,
    block_person,
    change_achievement,
    change_award,
    drain_achievements,
    end_call,
    erase_person,
    publish_achievement,
    publish_catalogue,
    record_activity,
    send_message,
)
from tests.contracts.values import DAY, MINUTE, START

WORDS = {"metric": "messages_sent", "at_least": 1}


def a_key() -> AchievementKey:
    return AchievementKey(f"a{uuid7().hex}")


def an_achievement(requirements: object = WORDS, **changes: Any) -> Achievement:
    known: dict[str, Any] = {
        "id": AchievementId(uuid7()),
        "key": a_key(),
        "name": "Some words",
        "description": "Say something.",
        "category": Category.MILESTONE,
        "points": 10,
        "requirements": requirement_of(requirements),
        "published_at": START,
    }
    return Achievement(**(known | changes))


SOCIAL: dict[str, Any] = {
    "category": Category.SOCIAL,
    "achievement_type": "circle_grown",
    "badge": "Gold",
    "special_reward": {"credits": 5, "gold": True},
}


async def published(stores: Stores, requirements: object = WORDS, **changes: Any) -> Achievement:
    return await publish_achievement(stores)(an_achievement(requirements, **changes))


async def says(stores: Stores, pair: given.Pair, times: int = 1) -> None:
    for _ in range(times):
        await send_message(stores)(to_send(pair, pair.a))


async def earnings(stores: Stores, person: Person, viewer: Person | None = None) -> Earner:
    viewer_id = None if viewer is None else viewer.id
    return await achievement_queries(stores).of(person.id, viewer_id)


async def the_award(stores: Stores, person: Person, achievement: Achievement) -> Award | None:
    await drain_achievements(stores)(person.id)
    awards = {award.key: award for award in await stores.awards.of(person.id)}
    return awards.get(achievement.key)


async def test_what_is_published_comes_back_whole(stores: Stores) -> None:
    nested = {"any": [WORDS, {"all": [WORDS, {"metric": "completed_calls", "at_least": 3}]}]}
    plain, social = an_achievement(nested, icon_url="/x.svg"), an_achievement(**SOCIAL)
    for one in (plain, social):
        assert await publish_achievement(stores)(one) == one
    found = await stores.achievements.all()
    assert [one for one in found if one.key in {plain.key, social.key}] == [plain, social]
    assert await stores.achievements.held(social.key) == social
    assert await stores.achievements.held(a_key()) is None


async def test_a_key_is_taken_once_even_by_twenty_at_once(stores: Stores) -> None:
    key = a_key()

    async def publish(_: int) -> Achievement:
        return await published(stores, key=key)

    outcomes = kinds(await all_at_once(publish))
    assert outcomes == {Achievement: 1, AchievementKeyTakenError: 19}


async def test_texts_change_and_the_rest_does_not(stores: Stores) -> None:
    before = await published(stores)
    change = change_achievement(stores)
    after = await change(before.key, {"name": "Hello", "is_public": False, "icon_url": "/x.svg"})
    assert await stores.achievements.held(before.key) == after
    assert (after.name, after.is_public, after.points) == ("Hello", False, 10)
    with pytest.raises(AchievementPublishedError):
        await change(before.key, {"points": 11})
    with pytest.raises(InvalidValueError):
        await change(before.key, {"name": ""})
    assert await stores.achievements.held(before.key) == after
    withdrawn = await change(before.key, {"withdrawn": True})
    assert withdrawn.withdrawn_at is not None
    assert await stores.achievements.held(before.key) == withdrawn
    with pytest.raises(AchievementWithdrawnError):
        await change(before.key, {"withdrawn": False})
    with pytest.raises(NotFoundError):
        await change(a_key(), {"name": "Hello"})


async def test_an_event_awards_and_says_what_met_the_requirements(stores: Stores) -> None:
    three = await published(stores, {"metric": "messages_sent", "at_least": 3}, points=7)
    pair = await given.a_pair(stores)
    await says(stores, pair, 2)
    assert await the_award(stores, pair.a, three) is None
    (ahead,) = [
        one for one in (await earnings(stores, pair.a)).ahead if one.achievement.key == three.key
    ]
    assert [(one.current, one.needed) for one in ahead.conditions] == [(2, 3)]
    await says(stores, pair, 2)
    award = await the_award(stores, pair.a, three)
    assert award is not None
    assert [(one.metric, one.current) for one in award.inputs] == [("messages_sent", 3)]
    sent = [out.id for out in await stores.outbox() if out.event.person_id == pair.a.id]
    assert award.event_id in sent
    told = [
        event
        for event in await events_about(stores, pair.a.id)
        if isinstance(event, AchievementEarned)
    ]
    assert (three.key, 7) in [(event.key, event.points) for event in told]
    found = await earnings(stores, pair.a)
    assert three.key not in {one.achievement.key for one in found.ahead}
    assert found.points == sum(one.award.points for one in found.earned)
    assert told[-1].points_total == found.points


async def test_calls_partners_and_streaks_count_too(stores: Stores) -> None:
    needed = ("completed_calls", "distinct_partners", "login_streak.longest", "chat_streak.longest")
    whole = await published(
        stores, {"all": [{"metric": metric, "at_least": 1} for metric in needed]}
    )
    pair = await given.a_pair(stores)
    call = await given.an_answered_call(stores, pair.conversation, START - MINUTE)
    await end_call(stores)(call.id, pair.a.id)
    assert await the_award(stores, pair.a, whole) is None
    await record_activity(stores)(ActivityRequest(person_id=pair.a.id))
    assert await the_award(stores, pair.a, whole) is not None
    achiever = await stores.achievers.look(pair.a.id, [pair.b.id])
    assert achiever is not None
    assert achiever.totals.met == {pair.b.id}
    assert dict(achiever.totals.counted) == dict.fromkeys(needed, 1)


async def test_twenty_events_at_once_award_once(stores: Stores) -> None:
    first = await published(stores)
    tenth = await published(stores, {"metric": "messages_sent", "at_least": 8}, points=30)
    pair = await given.a_pair(stores)

    async def act(_: int) -> None:
        await send_message(stores)(to_send(pair, pair.a))
        await earnings(stores, pair.a)

    await all_at_once(act)
    found = await earnings(stores, pair.a)
    keys = [one.award.key for one in found.earned]
    assert len(keys) == len(set(keys))
    assert {first.key, tenth.key} <= set(keys)
    assert found.points == sum(one.award.points for one in found.earned)
    achiever = await stores.achievers.look(pair.a.id)
    assert achiever is not None
    assert achiever.points == found.points
    told = [
        event.key
        for event in await events_about(stores, pair.a.id)
        if isinstance(event, AchievementEarned)
    ]
    assert sorted(told) == sorted(keys)


async def test_replaying_the_events_awards_the_same(stores: Stores) -> None:
    for number in (1, 2, 4):
        await published(stores, {"metric": "messages_sent", "at_least": number})
    pair, other = await given.a_pair(stores), await given.a_person(stores)
    await says(stores, pair, 3)
    before = await earnings(stores, pair.a)
    again = [
        attrs.evolve(event, person_id=other.id)
        for event in await events_about(stores, pair.a.id)
        if isinstance(event, MessageSent)
    ]

    async def write() -> None:
        [known] = await stores.persons.lock(other.id)
        await stores.persons.save(known, known, values.outgoing(*again))

    await stores.transactions.run(write)
    after = await earnings(stores, other)
    assert len(again) == 3
    # The streak is told of by events of its own, which came of the same messages.
    assert {one.award.key for one in after.earned} == {one.award.key for one in before.earned}
    assert after.points == before.points


async def test_time_alone_awards_on_look(stores: Stores) -> None:
    month = await published(stores, {"metric": "days_since_registration", "at_least": 30})
    now = await stores.clock.now()
    new = await given.a_person(stores, registered_at=now - 29 * DAY)
    old = await given.a_person(stores, registered_at=now - 30 * DAY)
    assert month.key not in {one.award.key for one in (await earnings(stores, new)).earned}
    (found,) = [
        one.award for one in (await earnings(stores, old)).earned if one.award.key == month.key
    ]
    assert (found.event_id, found.earned_at) == (None, now)
    assert await earnings(stores, old) == await earnings(stores, old)


async def test_awards_back_to_those_who_earned_it_and_tells_how_far_it_is(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await says(stores, pair, 2)
    await earnings(stores, pair.a)
    late = await published(stores, {"metric": "messages_sent", "at_least": 2}, points=9)
    points = (await stores.achievers.look(pair.a.id)).points  # type: ignore[union-attr]
    jobs = [
        job
        for job in await stores.job_list.in_state(JobState.WAITING, 1000)
        if (job.kind, job.key) == (AWARD_BACK, late.key)
    ]
    assert [dict(job.data) for job in jobs] == [{"key": late.key}]
    steps: list[AwardBack] = []
    went = await award_back(stores)(late.key, steps.append)
    assert went == steps[-1]
    assert went.finished_at is not None
    assert went.seen >= 2
    assert [one.seen for one in steps] == sorted(one.seen for one in steps)
    award = await the_award(stores, pair.a, late)
    assert award is not None
    assert award.event_id is None
    assert await the_award(stores, pair.b, late) is None
    achiever = await stores.achievers.look(pair.a.id)
    assert achiever is not None
    assert achiever.points == points + 9
    again = await award_back(stores)(late.key)
    assert (again.awarded, again.finished_at is not None) == (0, True)
    assert await the_award(stores, pair.a, late) == award


async def test_awarding_back_goes_on_where_it_was_broken_off(stores: Stores) -> None:
    long_ago = START - 4000 * DAY
    people = [await given.a_person(stores, registered_at=long_ago) for _ in range(60)]
    everyone = await published(stores, {"metric": "days_since_registration", "at_least": 4000})

    class BrokenOffError(Exception):
        pass

    def told(went: AwardBack) -> None:
        if went.seen:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        await award_back(stores)(everyone.key, told)
    steps: list[AwardBack] = []
    await award_back(stores)(everyone.key, steps.append)
    assert steps[0].seen == 50
    assert steps[-1].awarded >= len(people)
    for person in people:
        assert await the_award(stores, person, everyone) is not None


async def test_twenty_who_award_back_at_once_award_once(stores: Stores) -> None:
    early = await given.a_person(stores, registered_at=START - 5000 * DAY)
    late = await published(stores, {"metric": "days_since_registration", "at_least": 5000})

    async def back(_: int) -> AwardBack:
        return await award_back(stores)(late.key)

    assert kinds(await all_at_once(back)) == {AwardBack: 20}
    awards = [one for one in await stores.awards.of(early.id) if one.key == late.key]
    assert len(awards) == 1


async def test_what_is_withdrawn_is_awarded_to_nobody(stores: Stores) -> None:
    gone = await published(stores)
    await change_achievement(stores)(gone.key, {"withdrawn": True})
    pair = await given.a_pair(stores)
    await says(stores, pair)
    assert await the_award(stores, pair.a, gone) is None
    with pytest.raises(AchievementWithdrawnError):
        await award_back(stores)(gone.key)
    with pytest.raises(NotFoundError):
        await award_back(stores)(a_key())
    found = await earnings(stores, pair.a)
    assert gone.key not in {one.achievement.key for one in found.ahead}


async def test_the_catalogue_is_published_once(stores: Stores) -> None:
    catalogue = default_catalogue(uuid7, await stores.clock.now())
    assert len(catalogue) >= 20
    assert len({one.key for one in catalogue}) == len(catalogue)
    mine = [an_achievement(), an_achievement()]
    await publish_catalogue(stores)(mine)
    await change_achievement(stores)(mine[0].key, {"name": "Mine", "withdrawn": True})
    kept = [one for one in await stores.achievements.all() if one.key in {m.key for m in mine}]
    await publish_catalogue(stores)([an_achievement(key=one.key) for one in mine])
    assert kept == [
        one for one in await stores.achievements.all() if one.key in {m.key for m in mine}
    ]


async def test_displaying_and_celebrating_are_noted_once(stores: Stores) -> None:
    circle = await published(stores, {"metric": "distinct_partners", "at_least": 1}, **SOCIAL)
    pair = await given.a_pair(stores)
    change = change_award(stores)
    with pytest.raises(NotFoundError):
        await change.displayed(pair.a.id, circle.key)
    await says(stores, pair)
    shown = (await change.displayed(pair.a.id, circle.key)).award
    assert shown.displayed_at is not None
    assert shown.celebrated_at is None
    assert (await change.displayed(pair.a.id, circle.key)).award == shown
    both = (await change.celebrated(pair.a.id, circle.key)).award
    assert (both.displayed_at, both.celebrated_at is None) == (shown.displayed_at, False)
    shared = await change.shown(pair.a.id, circle.key, is_public=None, shared_publicly=True)
    assert shared.award == await the_award(stores, pair.a, circle)
    assert (shared.award.related_entity_type, shared.award.related_entity_id) == (
        "conversation",
        pair.conversation.id,
    )
    assert shared.award.social_context is not None
    with pytest.raises(NotFoundError):
        await change.displayed(pair.a.id, a_key())
    with pytest.raises(NotFoundError):
        await change.displayed(values.a_person().id, circle.key)


@pytest.mark.parametrize("level", PrivacyLevel)
@pytest.mark.parametrize("sharing", [True, False])
@pytest.mark.parametrize("friends", [True, False])
async def test_others_see_what_privacy_lets_them(
    stores: Stores, level: PrivacyLevel, *, sharing: bool, friends: bool
) -> None:
    public = await published(stores)
    hidden = await published(stores, is_public=False)
    owner = await given.a_person(stores, privacy_level=level, social_sharing_enabled=sharing)
    viewer = await given.a_person(stores)
    conversation = values.a_conversation(owner, viewer)
    await stores.conversations.add(conversation, ())
    pair = given.Pair(owner, viewer, conversation)
    await says(stores, pair)
    if friends:
        await send_message(stores)(to_send(pair, viewer))
    own = {one.award.key for one in (await earnings(stores, owner, owner)).earned}
    assert {public.key, hidden.key} <= own
    lets_see = level is PrivacyLevel.PUBLIC or (friends and level is PrivacyLevel.FRIENDS_ONLY)
    if not sharing or not lets_see:
        with pytest.raises(NotFoundError):
            await earnings(stores, owner, viewer)
        return
    seen = await earnings(stores, owner, viewer)
    assert public.key in {one.award.key for one in seen.earned}
    assert all(one.award.is_public for one in seen.earned)
    assert seen.points == sum(one.award.points for one in seen.earned)
    assert seen.ahead == ()
    await block_person(stores)(viewer.id, owner.id)
    with pytest.raises(NotFoundError):
        await earnings(stores, owner, viewer)


async def test_all_of_it_is_exported_and_erased(stores: Stores) -> None:
    circle = await published(stores, {"metric": "distinct_partners", "at_least": 1}, **SOCIAL)
    pair = await given.a_pair(stores)
    await says(stores, pair, 2)
    award = await the_award(stores, pair.a, circle)
    assert award is not None
    records = await exported(stores, pair.a.id)
    (told,) = [one for one in records["achievements"] if one.key == circle.key]
    assert (told.points, told.earned_at) == (award.points, award.earned_at)
    assert told.inputs == [{"metric": "distinct_partners", "current": 1, "needed": 1}]
    assert told.social_context == award.social_context
    (totals,) = records["achievement_totals"]
    assert totals.counted["messages_sent"] == 2
    assert totals.points == sum(one.points for one in records["achievements"])
    assert totals.awards == len(records["achievements"])
    await says(stores, pair)
    await erase_person(stores)(pair.a.id)
    await drain_achievements(stores)(pair.a.id)
    assert await stores.awards.of(pair.a.id) == ()
    achiever = await stores.achievers.look(pair.a.id, [pair.b.id])
    assert achiever is not None
    assert (achiever.totals.counted, achiever.totals.met, achiever.points) == ({}, frozenset(), 0)
    with pytest.raises(PersonDeletedError):
        await earnings(stores, pair.a)
    with pytest.raises(PersonDeletedError):
        await change_award(stores).displayed(pair.a.id, circle.key)
    went = await award_back(stores)(circle.key)
    assert went.finished_at is not None
    assert await stores.awards.of(pair.a.id) == ()
