"""Video credits: wallets, lots, debt and the ledger."""

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.shared.transaction import ConcurrentUpdateError
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import CreditLotId, PersonId
from domain.video.credit_commands import LotTakenError
from domain.video.credits import Account, Move, Wallet
from domain.video.video_message_events import (
    UnitSource,
    VideoCreditsGranted,
)
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.test_video_messages import used_up
from tests.contracts.values import START
from tests.contracts.video_messages import (
    a_purchase_id,
    charge_back,
    grant,
    queries,
    sell,
    send_video,
    the_credits,
    the_ledger,
    to_send,
    upload_failed,
)


async def test_what_is_told_of_a_chargeback_is_done_once(stores: Stores) -> None:
    pair, bought = await given.a_pair(stores), a_purchase_id()
    await used_up(stores, pair)
    for _ in range(2):
        await sell(stores)(pair.a.id, bought, 5)
    paid = (await send_video(stores)(to_send(pair, pair.a))).message
    assert (paid.source, paid.lot_id) == (UnitSource.CREDIT, bought)
    for _ in range(2):
        await charge_back(stores)(pair.a.id, bought)
    owed = await the_credits(stores, pair.a.id)
    assert (owed.purchased, owed.spent, owed.refunded, owed.debt, owed.remaining) == (5, 1, 4, 1, 0)

    await grant(stores)(pair.a.id, 3, "A gift")
    given_some = await the_credits(stores, pair.a.id)
    assert (given_some.refunded, given_some.debt, given_some.remaining) == (4, 1, 3)
    await sell(stores)(pair.a.id, a_purchase_id(), 2)

    after = await the_credits(stores, pair.a.id)
    assert (after.purchased, after.granted, after.refunded) == (7, 3, 5)
    assert (after.debt, after.remaining) == (0, 4)
    rows = await the_ledger(stores, pair.a.id)
    assert [(row.number, row.account, row.move, row.amount, row.balance) for row in rows] == [
        (1, Account.CREDITS, Move.PURCHASE, 5, 5),
        (2, Account.CREDITS, Move.SPEND, -1, 4),
        (3, Account.CREDITS, Move.CHARGEBACK, -4, 0),
        (4, Account.DEBT, Move.CHARGEBACK, 1, 1),
        (5, Account.CREDITS, Move.GRANT, 3, 3),
        (6, Account.CREDITS, Move.PURCHASE, 2, 5),
        (7, Account.CREDITS, Move.REPAYMENT, -1, 4),
        (8, Account.DEBT, Move.REPAYMENT, -1, 0),
    ]
    assert [row.reason for row in rows] == [*[None] * 4, "A gift", *[None] * 3]
    assert rows[1].video_message_id == paid.id


async def test_a_credit_of_a_bundle_charged_back_repays_when_it_is_given_back(
    stores: Stores,
) -> None:
    pair, bought = await given.a_pair(stores), a_purchase_id()
    await used_up(stores, pair)
    await sell(stores)(pair.a.id, bought, 1)
    paid = (await send_video(stores)(to_send(pair, pair.a))).message
    await charge_back(stores)(pair.a.id, bought)
    await upload_failed(stores)(pair.conversation.id, paid.id)
    after = await the_credits(stores, pair.a.id)
    assert (after.spent, after.refunded, after.debt, after.remaining) == (0, 1, 0, 0)


async def test_lots_are_used_oldest_first(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    await used_up(stores, pair)
    lots = [a_purchase_id() for _ in range(3)]
    for lot in reversed(lots):
        await sell(stores)(pair.a.id, lot, 1)
    used = [(await send_video(stores)(to_send(pair, pair.a))).message.lot_id for _ in lots]
    assert used == lots[::-1]


async def test_a_purchase_is_one_persons(stores: Stores) -> None:
    pair, bought = await given.a_pair(stores), a_purchase_id()
    await sell(stores)(pair.a.id, bought, 5)
    with pytest.raises(LotTakenError):
        await sell(stores)(pair.b.id, bought, 5)
    with pytest.raises(NotFoundError):
        await charge_back(stores)(pair.b.id, bought)
    with pytest.raises(NotFoundError):
        await charge_back(stores)(pair.a.id, a_purchase_id())


async def test_credits_are_given_to_a_person_there_is(stores: Stores) -> None:
    nobody = PersonId(uuid7())
    for credit in (grant(stores)(nobody, 5, "x"), sell(stores)(nobody, a_purchase_id(), 5)):
        with pytest.raises(NotFoundError):
            await credit
    person = await given.a_person(stores)
    for number, reason in ((0, "x"), (1001, "x"), (5, " ")):
        with pytest.raises(InvalidValueError):
            await grant(stores)(person.id, number, reason)
    for number in (0, 100_001, 2**31, 2**63):
        with pytest.raises(InvalidValueError, match="from 1 to 100000 credits"):
            await sell(stores)(person.id, a_purchase_id(), number)
    assert await the_ledger(stores, person.id) == []
    for ask in (queries(stores).credits(nobody), queries(stores).ledger(nobody, None, 5)):
        with pytest.raises(NotFoundError):
            await ask
    for needed in (0, 21):
        with pytest.raises(InvalidValueError):
            await queries(stores).allowance(person.id, needed)


async def test_a_stale_wallet_records_nothing(stores: Stores) -> None:
    person = await given.a_person(stores)
    stale = await stores.wallets.get(person.id)
    await grant(stores)(person.id, 1, "A gift")
    known = await stores.wallets.get(person.id)
    await grant(stores)(person.id, 1, "A gift")
    before = await stores.outbox()
    event = VideoCreditsGranted(
        at=START,
        person_id=person.id,
        policy_version="v",
        lot_id=CreditLotId(uuid7()),
        credits=1,
    )
    for wallet in (stale, known):
        with pytest.raises(ConcurrentUpdateError):
            await stores.wallets.record(wallet, values.outgoing(event))
    assert await stores.outbox() == before
    assert (await the_credits(stores, person.id)).remaining == 2


async def test_what_the_accounts_forbid_is_not_written(stores: Stores) -> None:
    person = await given.a_person(stores)
    wallet = await stores.wallets.get(person.id)
    owing = Wallet(attrs.evolve(wallet.accounts, debt=-3), wallet.lots)
    event = VideoCreditsGranted(
        at=START,
        person_id=person.id,
        policy_version="v",
        lot_id=CreditLotId(uuid7()),
        credits=1,
    )

    async def work() -> None:
        await stores.wallets.record(owing, values.outgoing(event))

    with pytest.raises(stores.constraint_error):
        await stores.transactions.run(work)
    assert await the_ledger(stores, person.id) == []
