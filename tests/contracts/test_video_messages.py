"""Video messages and the credits that pay for them."""

from typing import Any
from uuid import UUID

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.shared.pages import Position
from domain.identity.blocks import block
from domain.identity.persons import Person, PersonStatus
from domain.shared.calendar import CountingDay
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import PersonId, VideoMessageId
from domain.shared.standing import (
    PairBlockedError,
    PartnerDeletedError,
    PersonDeletedError,
    PersonSuspendedError,
)
from domain.video.video_message_allowance import VideoCreditsNeededError
from domain.video.video_message_commands import UploadCompleteError
from domain.video.video_message_events import (
    UnitSource,
    VideoMessageFailed,
    VideoMessageSent,
    VideoMessageUploaded,
    VideoMessageViewed,
)
from domain.video.video_messages import Failed, Pending, Uploaded, VideoMessage, Viewed
from tests.contracts import given, values
from tests.contracts.given import Pair
from tests.contracts.stores import Stores
from tests.contracts.use_cases import block_person, erase_person, export_person
from tests.contracts.values import DAY, START
from tests.contracts.video_messages import (
    a_purchase_id,
    grant,
    queries,
    sell,
    send_video,
    the_credits,
    the_ledger,
    to_send,
    upload_complete,
    upload_failed,
    view_video,
)


async def with_friends(stores: Stores, person: Person, number: int) -> list[Pair]:
    """Conversations of a person with so many others."""
    pairs = []
    for _ in range(number):
        other = await given.a_person(stores)
        conversation = values.a_conversation(person, other)
        await stores.conversations.add(conversation, ())
        pairs.append(Pair(person, other, conversation))
    return pairs


async def used_up(stores: Stores, pair: Pair) -> list[VideoMessage]:
    """What the first of a pair sent while it was free."""
    return [(await send_video(stores)(to_send(pair, pair.a))).message for _ in range(3)]


async def kinds(stores: Stores, *person_ids: PersonId) -> list[type[Any]]:
    return [type(out.event) for out in await stores.outbox() if out.event.person_id in person_ids]


async def test_a_send_stores_and_counts(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = await send_video(stores)(to_send(pair, pair.a))
    message, now = sent.message, await stores.clock.now()
    assert message == Pending(
        id=message.id,
        send_id=message.send_id,
        conversation_id=pair.conversation.id,
        sender_id=pair.a.id,
        recipient_id=pair.b.id,
        upload_ref="uploads/1",
        source=UnitSource.FREE,
        lot_id=None,
        counted_on=now.date(),
        created_at=now,
        policy_version="test",
    )
    assert await stores.video_messages.get(message.id) == message
    assert await stores.video_messages.get(message.id, lock=True) == message
    assert (sent.others, sent.allowance.free_remaining, sent.allowance.needed) == ((), 2, 1)
    assert await kinds(stores, pair.a.id) == [VideoMessageSent]
    person = await given.the_person(stores, pair.a)
    assert (person.counting_on, person.version) == (now.date(), 2)


async def test_an_unknown_message_is_none(stores: Stores) -> None:
    assert await stores.video_messages.get(VideoMessageId(uuid7())) is None


async def test_free_units_are_shared_by_all_conversations(stores: Stores) -> None:
    person = await given.a_person(stores)
    pairs = await with_friends(stores, person, 4)
    for pair in pairs[:3]:
        await send_video(stores)(to_send(pair, person))
    with pytest.raises(VideoCreditsNeededError):
        await send_video(stores)(to_send(pairs[3], person))
    theirs = await send_video(stores)(to_send(pairs[3], pairs[3].b))
    assert theirs.message.source is UnitSource.FREE


async def test_a_hop_of_zones_opens_no_second_day(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    now = await stores.clock.now()
    ahead = attrs.evolve(
        pair.a, counting_on=now.date() + DAY, counting_since=now - DAY / 24, timezone="UTC"
    )
    await stores.persons.save(pair.a, ahead, ())
    await used_up(stores, pair)
    with pytest.raises(VideoCreditsNeededError):
        await send_video(stores)(to_send(pair, pair.a))
    allowance = await queries(stores).allowance(pair.a.id, 1)
    assert allowance.counting_on == now.date() + DAY


async def test_a_send_goes_to_all_or_to_none(stores: Stores) -> None:
    person = await given.a_person(stores)
    pairs = await with_friends(stores, person, 4)
    others = tuple(pair.b.id for pair in pairs[1:])
    with pytest.raises(VideoCreditsNeededError):
        await send_video(stores)(to_send(pairs[0], person, recipients=others))
    assert await kinds(stores, person.id) == []

    await grant(stores)(person.id, 2, "A gift")
    recipients = (*others, others[0], pairs[0].b.id)
    sent = await send_video(stores)(to_send(pairs[0], person, recipients=recipients))

    every = (sent.message, *sent.others)
    assert [message.recipient_id for message in every] == [pair.b.id for pair in pairs]
    assert [message.conversation_id for message in every] == [p.conversation.id for p in pairs]
    assert [message.source.value for message in every] == ["free"] * 3 + ["credit"]
    assert len({message.send_id for message in every}) == 1
    assert (sent.allowance.free_remaining, sent.allowance.credits) == (0, 1)
    locked = await stores.video_messages.lock_send(sent.message.send_id)
    assert locked == tuple(sorted(every, key=lambda message: message.id))


async def test_each_recipient_is_in_an_open_conversation(stores: Stores) -> None:
    pair, stranger = await given.a_pair(stores), await given.a_person(stores)
    for other in (stranger.id, PersonId(uuid7())):
        with pytest.raises(NotFoundError, match="no conversation with person"):
            await send_video(stores)(to_send(pair, pair.a, recipients=(other,)))
    with pytest.raises(NotFoundError):
        await send_video(stores)(to_send(pair, stranger))
    with pytest.raises(InvalidValueError, match="sender is no recipient"):
        await send_video(stores)(to_send(pair, pair.a, recipients=(pair.a.id,)))
    too_many = tuple(PersonId(uuid7()) for _ in range(20))
    with pytest.raises(InvalidValueError, match="at most 20"):
        await send_video(stores)(to_send(pair, pair.a, recipients=too_many))
    assert await kinds(stores, pair.a.id) == []


async def test_a_block_of_one_recipient_refuses_all(stores: Stores) -> None:
    person = await given.a_person(stores)
    pairs = await with_friends(stores, person, 3)
    await stores.blocks.add(block(pairs[2].b.id, person.id, START), ())
    others = tuple(pair.b.id for pair in pairs[1:])
    with pytest.raises(PairBlockedError) as refusal:
        await send_video(stores)(to_send(pairs[0], person, recipients=others))
    assert [reason.rule for reason in refusal.value.reasons] == [
        "person_is_active",
        "pair_is_not_blocked",
        "video_message_units",
    ]
    blocked = refusal.value.reasons[1]
    assert blocked.inputs == {"recipient_id": str(pairs[2].b.id)}
    assert str(pairs[2].b.id) in str(refusal.value)
    await send_video(stores)(to_send(pairs[0], person, recipients=others[:1]))


async def test_erasure_of_one_recipient_refuses_all_and_names_them(stores: Stores) -> None:
    person = await given.a_person(stores)
    pairs = await with_friends(stores, person, 3)
    await erase_person(stores)(pairs[1].b.id)
    others = tuple(pair.b.id for pair in pairs[1:])
    with pytest.raises(PartnerDeletedError, match=str(pairs[1].b.id)):
        await send_video(stores)(to_send(pairs[0], person, recipients=others))
    assert await kinds(stores, person.id) == []
    await send_video(stores)(to_send(pairs[0], person, recipients=others[1:]))


async def test_who_may_not_act_does_not_send(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    suspended = attrs.evolve(pair.a, status=PersonStatus.SUSPENDED)
    await stores.persons.save(pair.a, suspended, ())
    with pytest.raises(PersonSuspendedError):
        await send_video(stores)(to_send(pair, pair.a))
    assert not (await queries(stores).allowance(pair.a.id, 1)).allowed
    await erase_person(stores)(pair.a.id)
    with pytest.raises(PersonDeletedError):
        await send_video(stores)(to_send(pair, pair.a))
    with pytest.raises(PartnerDeletedError):
        await send_video(stores)(to_send(pair, pair.b))


async def test_a_message_lives_through_its_states(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = (await send_video(stores)(to_send(pair, pair.a))).message
    talk = pair.conversation.id
    uploaded = await upload_complete(stores)(talk, sent.id)
    assert isinstance(uploaded, Uploaded)
    assert await upload_complete(stores)(talk, sent.id) == uploaded
    viewed = await view_video(stores)(talk, sent.id, pair.b.id)
    assert isinstance(viewed, Viewed)
    assert viewed.version == 3
    assert await view_video(stores)(talk, sent.id, pair.b.id) == viewed
    assert await stores.video_messages.get(sent.id) == viewed
    with pytest.raises(UploadCompleteError):
        await upload_failed(stores)(talk, sent.id)
    with pytest.raises(NotFoundError):
        await view_video(stores)(talk, sent.id, pair.a.id)
    happened = await kinds(stores, pair.a.id, pair.b.id)
    assert happened == [VideoMessageSent, VideoMessageUploaded, VideoMessageViewed]


async def test_a_message_is_found_in_its_own_conversation(stores: Stores) -> None:
    pair, other = await given.a_pair(stores), await given.a_pair(stores)
    sent = (await send_video(stores)(to_send(pair, pair.a))).message
    elsewhere = other.conversation.id
    for report in (upload_complete(stores), upload_failed(stores)):
        with pytest.raises(NotFoundError):
            await report(elsewhere, sent.id)
        with pytest.raises(NotFoundError):
            await report(elsewhere, VideoMessageId(uuid7()))
    with pytest.raises(NotFoundError):
        await view_video(stores)(elsewhere, sent.id, pair.b.id)
    with pytest.raises(NotFoundError):
        await queries(stores).message(elsewhere, sent.id)
    with pytest.raises(NotFoundError):
        await queries(stores).message(pair.conversation.id, sent.id, other.a.id)


async def test_a_failure_gives_back_what_each_message_of_the_send_took(stores: Stores) -> None:
    person = await given.a_person(stores)
    pairs = await with_friends(stores, person, 4)
    await grant(stores)(person.id, 1, "A gift")
    others = tuple(pair.b.id for pair in pairs[1:])
    sent = await send_video(stores)(to_send(pairs[0], person, recipients=others))
    assert sent.allowance.available == 0

    for _ in range(2):
        failed = await upload_failed(stores)(pairs[0].conversation.id, sent.message.id)
        assert isinstance(failed, Failed)
        assert failed.given_back

    allowance = await queries(stores).allowance(person.id, 1)
    assert (allowance.free_remaining, allowance.credits) == (3, 1)
    for message in await stores.video_messages.lock_send(sent.message.send_id):
        assert isinstance(message, Failed)
    assert [row.amount for row in await the_ledger(stores, person.id)] == [1, -1, 1]
    assert (await kinds(stores, person.id)).count(VideoMessageFailed) == 4


async def test_the_ledger_and_the_messages_come_page_by_page(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for number in range(1, 6):
        await grant(stores)(pair.a.id, number, "A gift")
    found, after = [], None
    while True:
        page = await stores.wallets.ledger(pair.a.id, after, 2)
        found += [row.amount for row in page.items]
        after = page.last
        if after is None:
            break
    assert found == [5, 4, 3, 2, 1]
    far = Position(START, UUID(int=2**128 - 1))
    assert len((await stores.wallets.ledger(pair.a.id, far, 9)).items) == 5

    sent = [(await send_video(stores)(to_send(pair, pair.a))).message for _ in range(3)]
    newest = sorted(sent, key=lambda message: (message.created_at, message.id), reverse=True)
    first = await queries(stores).messages_of(pair.conversation.id, pair.b.id, None, 2)
    rest = await queries(stores).messages_of(pair.conversation.id, None, first.last, 2)
    assert [*first.items, *rest.items] == newest
    assert rest.last is None


async def test_export_and_erasure_know_video_messages_and_credits(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    secret = f"secret{uuid7().hex}"
    await used_up(stores, pair)
    await grant(stores)(pair.a.id, 5, secret)
    request = attrs.evolve(to_send(pair, pair.a), upload_ref=secret)
    sent = (await send_video(stores)(request)).message
    theirs = (await send_video(stores)(to_send(pair, pair.b))).message

    exported = await export_person(stores)(pair.a.id)
    found: dict[str, list[Any]] = {
        name: [row async for rows in records for row in rows]
        for name, records in exported.records.items()
        if name.startswith("video_") and name != "video_calls"
    }
    assert [row.upload_ref for row in found["video_messages"]] == ["uploads/1"] * 3 + [secret]
    assert [row.granted for row in found["video_credits"]] == [5]
    assert [row.remaining for row in found["video_credit_lots"]] == [4]
    assert [row.reason for row in found["video_credit_ledger"]] == [secret, None]
    assert len(await stores.mentions(secret)) == 2

    await erase_person(stores)(pair.a.id)

    assert await stores.mentions(secret) == []
    kept = await stores.video_messages.get(sent.id)
    assert kept == attrs.evolve(sent, upload_ref="")
    assert await stores.video_messages.get(theirs.id) == theirs
    assert [row.amount for row in await the_ledger(stores, pair.a.id)] == [5, -1]
    failed = await upload_failed(stores)(pair.conversation.id, sent.id)
    assert isinstance(failed, Failed)
    assert (await the_credits(stores, pair.a.id)).remaining == 5
    with pytest.raises(PersonDeletedError):
        await grant(stores)(pair.a.id, 1, "Too late")
    await sell(stores)(pair.a.id, a_purchase_id(), 1)


async def test_a_block_ends_no_upload_but_the_next_send(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    sent = (await send_video(stores)(to_send(pair, pair.a))).message
    await block_person(stores)(pair.b.id, pair.a.id)
    uploaded = await upload_complete(stores)(pair.conversation.id, sent.id)
    assert isinstance(uploaded, Uploaded)
    with pytest.raises(PairBlockedError):
        await send_video(stores)(to_send(pair, pair.a))


async def test_the_counting_date_never_goes_back(stores: Stores) -> None:
    person = await given.a_person(stores)
    for day in (START.date() + 2 * DAY, START.date(), START.date() + DAY):
        await stores.senders.count_on(person.id, CountingDay(day, START))
    kept = await stores.persons.get(person.id)
    assert kept is not None
    assert kept.counting_on == START.date() + 2 * DAY
