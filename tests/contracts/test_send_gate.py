"""The send path: what the look gives, and what the write is held to."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.conversations.ports import AcceptedMessage, SendView
from application.shared.idempotency import Attempt, KeptAnswer
from domain.conversations.messages import Message
from domain.identity.persons import PersonStatus
from domain.shared.calendar import CountingDay
from domain.shared.ids import ConversationId, PersonId
from domain.shared.tiers import Tier, TierStanding
from domain.video.events import CallOutcome, Presence
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.values import DAY, MINUTE, START, TODAY, a_block, an_answer, an_attempt

YESTERDAY = TODAY - DAY


async def test_a_look_at_an_untouched_pair(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    assert await given.a_view(stores, pair.conversation, pair.b.id) == SendView(
        conversation=pair.conversation,
        sender_active=True,
        sender_deleted=False,
        partner_deleted=False,
        sender_timezone="UTC",
        sender_standing=TierStanding(),
        sender_counting_day=None,
        sender_version=1,
        blocked=False,
        latest_count_on=None,
        latest_count=0,
        last_call_on=None,
        has_open_call=False,
        earlier=None,
        kept_answer=None,
    )


async def test_a_look_tells_of_the_sender(stores: Stores) -> None:
    sender = await given.a_person(
        stores,
        status=PersonStatus.SUSPENDED,
        timezone="Asia/Kolkata",
        tier=Tier.FREE,
        tier_peak=Tier.PREMIUM,
        tier_peak_on=YESTERDAY,
        counting_on=TODAY,
        counting_since=START,
        version=5,
    )
    conversation = values.a_conversation(sender, await given.a_person(stores))
    await stores.conversations.add(conversation, ())

    seen = await given.a_view(stores, conversation, sender.id)

    assert not seen.sender_active
    assert seen.sender_timezone == "Asia/Kolkata"
    assert seen.sender_standing == TierStanding(Tier.FREE, Tier.PREMIUM, YESTERDAY)
    assert seen.sender_counting_day == CountingDay(TODAY, START)
    assert seen.sender_version == 5


async def test_a_look_tells_which_of_the_two_was_erased(stores: Stores) -> None:
    erased = await given.a_person(stores, status=PersonStatus.DELETED)
    partner = await given.a_person(stores)
    conversation = values.a_conversation(erased, partner)
    await stores.conversations.add(conversation, ())
    seen = await given.a_view(stores, conversation, erased.id)
    assert (seen.sender_active, seen.sender_deleted, seen.partner_deleted) == (False, True, False)
    seen = await given.a_view(stores, conversation, partner.id)
    assert (seen.sender_active, seen.sender_deleted, seen.partner_deleted) == (True, False, True)


async def test_only_participants_get_a_look(stores: Stores) -> None:
    pair, stranger = await given.a_pair(stores), await given.a_person(stores)
    for conversation_id, person in (
        (pair.conversation.id, stranger),
        (ConversationId(uuid7()), pair.a),
    ):
        assert await stores.send_gate.look(conversation_id, person.id, START) is None


async def test_a_look_tells_of_a_block_by_either(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await stores.blocks.add(a_block(pair.b, pair.a), ())
    for person in (pair.a, pair.b):
        assert (await given.a_view(stores, pair.conversation, person.id)).blocked


async def test_a_look_gives_the_latest_count_of_the_sender_here(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for at in (START, START, START + DAY):
        await given.a_message(stores, pair.conversation, pair.a.id, at)
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    assert (seen.latest_count_on, seen.latest_count) == (TODAY + DAY, 1)
    other = await given.a_view(stores, pair.conversation, pair.b.id)
    assert (other.latest_count_on, other.latest_count) == (None, 0)


async def test_a_look_gives_the_senders_own_date_of_the_last_call(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    history = await stores.histories.get(pair.conversation.id)
    assert history is not None
    counted = history.with_call(START, (YESTERDAY, TODAY), first_of_its_day=True)
    await stores.histories.save(counted, ())
    for person, day in ((pair.a, YESTERDAY), (pair.b, TODAY)):
        seen = await given.a_view(stores, pair.conversation, person.id)
        assert seen.last_call_on == day


async def test_a_call_is_open_from_its_ring_to_its_end(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    call = await given.a_call(stores, pair.conversation, rings_at=START + MINUTE)

    async def is_open(at: datetime) -> bool:
        return (await given.a_view(stores, pair.conversation, pair.a.id, at)).has_open_call

    assert not await is_open(START)
    assert await is_open(START + MINUTE)
    connects = [
        values.presence(call, person.id, Presence.CONNECTED, START) for person in (pair.a, pair.b)
    ]
    answered = await stores.calls.record(call, values.outgoing(*connects))
    assert await is_open(START)
    end = values.ended(answered, START + MINUTE, CallOutcome.COMPLETED)
    await stores.calls.record(answered, values.outgoing(end))
    assert not await is_open(START + MINUTE)


async def test_a_look_finds_the_message_of_the_same_name(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    message = await given.a_message(stores, pair.conversation, pair.a.id, client_message_id="m")

    async def earlier(sender_id: PersonId, name: str | None) -> Message | None:
        seen = await stores.send_gate.look(
            pair.conversation.id, sender_id, START, client_message_id=name
        )
        assert seen is not None
        return seen.earlier

    assert await earlier(pair.a.id, "m") == message
    assert await earlier(pair.b.id, "m") is None
    assert await earlier(pair.a.id, "M") is None
    assert await earlier(pair.a.id, None) is None


async def test_a_look_finds_the_kept_answer_until_it_expires(stores: Stores) -> None:
    pair, attempt = await given.a_pair(stores), an_attempt()
    answer = an_answer(attempt, expires_at=START + MINUTE)
    await stores.answers.keep(attempt, answer)

    async def kept(asked: Attempt | None, at: datetime) -> KeptAnswer | None:
        seen = await stores.send_gate.look(pair.conversation.id, pair.a.id, at, attempt=asked)
        assert seen is not None
        return seen.kept_answer

    assert await kept(attempt, START) == answer
    assert await kept(attrs.evolve(attempt, fingerprint=b"two"), START) == answer
    assert await kept(attempt, START + MINUTE) is None
    assert await kept(attrs.evolve(attempt, owner="another"), START) is None
    assert await kept(attrs.evolve(attempt, key="another"), START) is None
    assert await kept(None, START) is None


async def test_a_write_keeps_all_that_belongs_to_a_message(stores: Stores) -> None:
    pair, attempt = await given.a_pair(stores), an_attempt()
    answer = an_answer(attempt)
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    message = given.accepted(seen, pair.a.id, client_message_id="m")
    accepted = given.to_store(message, seen, attempt=attempt, answer=answer)

    assert await stores.send_gate.store(accepted)

    after = await stores.send_gate.look(
        pair.conversation.id, pair.a.id, START, client_message_id="m", attempt=attempt
    )
    assert after == attrs.evolve(
        seen,
        sender_counting_day=CountingDay(TODAY, START),
        sender_version=2,
        latest_count_on=TODAY,
        latest_count=1,
        earlier=message,
        kept_answer=answer,
    )
    assert await stores.messages.lock(pair.conversation.id, message.id) == message
    assert (await stores.outbox()).count(accepted.event) == 1


async def test_only_a_new_day_raises_the_senders_version(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    versions = []
    for at in (START, START + MINUTE, START + DAY):
        await given.a_message(stores, pair.conversation, pair.a.id, at)
        person = await given.the_person(stores, pair.a)
        versions.append((person.version, person.counting_since))
    assert versions == [(2, START), (2, START), (3, START + DAY)]
    assert await given.the_person(stores, pair.b) == pair.b


async def test_each_sender_has_a_count_of_their_own(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for sender in (pair.a, pair.b, pair.a):
        await given.a_message(stores, pair.conversation, sender.id)
    for sender, count in ((pair.a, 2), (pair.b, 1)):
        assert (await given.a_view(stores, pair.conversation, sender.id)).latest_count == count


Change = Callable[[Stores, given.Pair], Awaitable[object]]


async def the_sender_changes(stores: Stores, pair: given.Pair) -> None:
    sender = await given.the_person(stores, pair.a)
    await stores.persons.save(sender, attrs.evolve(sender, status=PersonStatus.SUSPENDED), ())


async def the_sender_is_blocked(stores: Stores, pair: given.Pair) -> None:
    await stores.blocks.add(a_block(pair.b, pair.a), ())


async def the_sender_opens_another_day(stores: Stores, pair: given.Pair) -> None:
    other = values.a_conversation(pair.a, await given.a_person(stores))
    await stores.conversations.add(other, ())
    await given.a_message(stores, other, pair.a.id, START + DAY)


async def a_call_counts(stores: Stores, pair: given.Pair) -> None:
    history = await stores.histories.get(pair.conversation.id)
    assert history is not None
    await stores.histories.save(history, ())


async def a_message_is_faster(stores: Stores, pair: given.Pair) -> None:
    await given.a_message(stores, pair.conversation, pair.a.id)


@pytest.mark.parametrize(
    "change",
    [
        the_sender_changes,
        the_sender_is_blocked,
        the_sender_opens_another_day,
        a_call_counts,
        a_message_is_faster,
    ],
)
async def test_a_write_is_refused_when_what_was_seen_has_changed(
    stores: Stores, change: Change
) -> None:
    pair, attempt = await given.a_pair(stores), an_attempt()
    await given.a_message(stores, pair.conversation, pair.a.id)
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    message = given.accepted(seen, pair.a.id)
    await change(stores, pair)

    await is_refused(
        stores, pair, given.to_store(message, seen, attempt=attempt, answer=an_answer(attempt))
    )


async def test_a_write_is_refused_unless_its_number_is_the_next(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for _ in range(2):
        await given.a_message(stores, pair.conversation, pair.a.id)
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    for number in (1, 2, 4):
        message = given.accepted(seen, pair.a.id, daily_number=number)
        await is_refused(stores, pair, given.to_store(message, seen))


async def test_the_first_number_of_a_day_is_one(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    message = given.accepted(seen, pair.a.id, daily_number=2)
    await is_refused(stores, pair, given.to_store(message, seen))


async def test_a_write_is_refused_when_its_name_is_taken(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await given.a_message(stores, pair.conversation, pair.a.id, client_message_id="m")
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    message = given.accepted(seen, pair.a.id, client_message_id="m")
    await is_refused(stores, pair, given.to_store(message, seen))


async def test_the_other_may_use_the_same_name(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for sender in (pair.a, pair.b):
        message = await given.a_message(stores, pair.conversation, sender.id, client_message_id="m")
        assert await stores.messages.lock(pair.conversation.id, message.id) == message


async def test_a_write_is_refused_when_its_request_was_answered(stores: Stores) -> None:
    pair, attempt = await given.a_pair(stores), an_attempt()
    seen = await given.a_view(stores, pair.conversation, pair.a.id)
    message = given.accepted(seen, pair.a.id)
    await stores.answers.keep(attempt, an_answer(attempt, body=b"kept"))
    accepted = given.to_store(message, seen, attempt=attempt, answer=an_answer(attempt))

    await is_refused(stores, pair, accepted)


async def is_refused(stores: Stores, pair: given.Pair, accepted: AcceptedMessage) -> None:
    async def all_there_is() -> tuple[object, ...]:
        return (
            await stores.send_gate.look(
                pair.conversation.id, pair.a.id, START, attempt=accepted.attempt
            ),
            await stores.messages.page(pair.conversation.id, None, 50, newest_first=False),
            await given.the_person(stores, pair.a),
        )

    before = await all_there_is()
    assert not await stores.send_gate.store(accepted)
    assert await all_there_is() == before
    assert accepted.event not in await stores.outbox()
