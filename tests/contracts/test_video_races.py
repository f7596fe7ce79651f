"""However much happens to a wallet at once, it comes to what one after the other would."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from typing import Any

from application.video.send_video_message import SentVideoMessages
from domain.identity.events import PersonBlocked
from domain.identity.persons import Person
from domain.shared.standing import PairBlockedError
from domain.video.credits import Account
from domain.video.video_message_allowance import VideoCreditsNeededError
from domain.video.video_message_events import UnitSource, VideoMessageSent
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.test_video_messages import used_up, with_friends
from tests.contracts.use_cases import block_person
from tests.contracts.video_messages import (
    a_purchase_id,
    charge_back,
    grant,
    sell,
    send_video,
    the_credits,
    the_ledger,
    to_send,
    upload_failed,
)

SENDS, FREE, CREDITS = 40, 3, 5


async def all_at_once(*work: Awaitable[Any]) -> list[Any]:
    """What each gave or raised."""
    return await asyncio.gather(*work, return_exceptions=True)


def kinds(outcomes: list[Any]) -> Counter[type]:
    return Counter(type(outcome) for outcome in outcomes)


async def adds_up(stores: Stores, person: Person) -> int:
    """The balance, once it was held against the ledger."""
    accounts, rows = await the_credits(stores, person.id), await the_ledger(stores, person.id)
    assert accounts.remaining == (
        accounts.purchased + accounts.granted - accounts.spent - accounts.refunded
    )
    for account, balance in (
        (Account.CREDITS, accounts.remaining),
        (Account.DEBT, accounts.debt),
    ):
        of_it = [row for row in rows if row.account is account]
        assert sum(row.amount for row in of_it) == balance >= 0
    assert [row.number for row in rows] == list(range(1, accounts.moves + 1))
    return accounts.remaining


async def test_of_40_parallel_sends_exactly_8_are_stored(stores: Stores) -> None:
    person = await given.a_person(stores)
    pairs = await with_friends(stores, person, 4)
    await grant(stores)(person.id, 2, "A gift")
    await grant(stores)(person.id, CREDITS - 2, "Another")
    send = send_video(stores)

    outcomes = await all_at_once(
        *(send(to_send(pairs[number % 4], person)) for number in range(SENDS))
    )

    assert kinds(outcomes) == {
        SentVideoMessages: FREE + CREDITS,
        VideoCreditsNeededError: SENDS - FREE - CREDITS,
    }
    stored = [
        message
        for pair in pairs
        for message in (await stores.video_messages.page(pair.conversation.id, None, SENDS)).items
    ]
    assert Counter(message.source for message in stored) == {
        UnitSource.FREE: FREE,
        UnitSource.CREDIT: CREDITS,
    }
    assert await adds_up(stores, person) == 0
    events = [out.event for out in await stores.outbox() if out.event.person_id == person.id]
    assert kinds(events)[VideoMessageSent] == FREE + CREDITS


async def test_sends_grants_failures_and_chargebacks_at_once_add_up(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await used_up(stores, pair)
    bought = [a_purchase_id() for _ in range(3)]
    for lot in bought:
        await sell(stores)(pair.a.id, lot, 4)
    send, fail = send_video(stores), upload_failed(stores)
    pending = [(await send(to_send(pair, pair.a))).message for _ in range(6)]

    await all_at_once(
        *(send(to_send(pair, pair.a)) for _ in range(8)),
        *(fail(pair.conversation.id, message.id) for message in pending * 2),
        *(grant(stores)(pair.a.id, 2, "A gift") for _ in range(4)),
        *(charge_back(stores)(pair.a.id, lot) for lot in bought[:2] * 2),
    )

    await adds_up(stores, pair.a)
    accounts = await the_credits(stores, pair.a.id)
    assert (accounts.purchased, accounts.granted) == (12, 8)
    assert accounts.refunded + accounts.debt == 8


async def test_a_purchase_told_many_times_at_once_is_one(stores: Stores) -> None:
    person, bought = await given.a_person(stores), a_purchase_id()
    outcomes = await all_at_once(*(sell(stores)(person.id, bought, 5) for _ in range(20)))
    assert {outcome.accounts.purchased for outcome in outcomes} == {5}
    assert await adds_up(stores, person) == 5


async def test_nothing_is_sent_after_a_block(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await grant(stores)(pair.a.id, 40, "A gift")
    sends = [send_video(stores)(to_send(pair, pair.a)) for _ in range(20)]
    sends[10:10] = [block_person(stores)(pair.b.id, pair.a.id)]  # type: ignore[list-item]

    outcomes = await all_at_once(*sends)

    assert kinds(outcomes).keys() <= {SentVideoMessages, PairBlockedError, type(None)}
    happened = [
        type(out.event)
        for out in await stores.outbox()
        if out.event.person_id in (pair.a.id, pair.b.id)
    ][1:]
    assert happened == [VideoMessageSent] * (len(happened) - 1) + [PersonBlocked]
    assert await adds_up(stores, pair.a) == 40 - max(0, len(happened) - 1 - FREE)


async def test_persons_who_send_to_each_other_do_not_hang(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    outcomes = await all_at_once(
        *(send_video(stores)(to_send(pair, (pair.a, pair.b)[number % 2])) for number in range(20))
    )
    assert kinds(outcomes) == {SentVideoMessages: 6, VideoCreditsNeededError: 14}
