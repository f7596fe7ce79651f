"""Credits, lots, chargebacks and debt by example; rules page video, Video messages."""

from uuid import uuid4

import pytest

from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import CreditLotId, PersonId
from domain.video.credit_commands import ChargeBack, Grant, LotTakenError, Purchase, decide
from domain.video.credits import Account, CreditAccounts, Move, Wallet
from domain.video.video_message_policy import VideoMessagePolicy
from tests.domain.video.wallets import SENDER, START, Owner

NOTHING_FREE = VideoMessagePolicy(free_per_day=0)


@pytest.fixture
def owner() -> Owner:
    return Owner(NOTHING_FREE)


def moves(owner: Owner) -> list[tuple[Account, Move, int, int]]:
    return [(row.account, row.move, row.amount, row.balance) for row in owner.ledger]


def test_lots_are_used_oldest_first_grants_included(owner: Owner) -> None:
    lots = [owner.buy(1), owner.be_given(2), owner.buy(1)]
    used = [owner.send()[0].lot_id for _ in range(4)]
    assert used == [lots[0], lots[1], lots[1], lots[2]]


def test_a_chargeback_takes_what_is_unspent_and_the_rest_is_owed(owner: Owner) -> None:
    bought = owner.buy(5)
    owner.send(2)
    owner.charge_back(bought)
    assert (owner.accounts.remaining, owner.accounts.debt) == (0, 2)
    assert moves(owner)[-2:] == [
        (Account.CREDITS, Move.CHARGEBACK, -3, 0),
        (Account.DEBT, Move.CHARGEBACK, 2, 2),
    ]


def test_it_leaves_other_lots_alone(owner: Owner) -> None:
    first, second = owner.buy(5), owner.buy(5)
    owner.send(6)
    owner.charge_back(first)
    assert (owner.accounts.remaining, owner.accounts.debt) == (4, 5)
    lot = owner.wallet.lot(second)
    assert lot is not None
    assert (lot.remaining, lot.charged_back_at) == (4, None)


def test_a_grant_repays_nothing(owner: Owner) -> None:
    owner.charge_back(_spent(owner, 5))
    owner.be_given(3)
    assert (owner.accounts.remaining, owner.accounts.debt) == (3, 5)
    owner.buy(6)
    assert (owner.accounts.remaining, owner.accounts.debt) == (4, 0)


def test_what_is_owed_is_repaid_first(owner: Owner) -> None:
    owner.charge_back(_spent(owner, 5))
    owner.buy(3)
    assert (owner.accounts.remaining, owner.accounts.debt) == (0, 2)
    owner.buy(3)
    assert (owner.accounts.remaining, owner.accounts.debt) == (1, 0)
    assert moves(owner)[-3:] == [
        (Account.CREDITS, Move.PURCHASE, 3, 3),
        (Account.CREDITS, Move.REPAYMENT, -2, 1),
        (Account.DEBT, Move.REPAYMENT, -2, 0),
    ]


def test_a_bundle_that_repaid_can_be_charged_back_too(owner: Owner) -> None:
    owner.charge_back(_spent(owner, 5))
    second = owner.buy(20)
    assert owner.accounts.remaining == 15
    owner.charge_back(second)
    assert (owner.accounts.remaining, owner.accounts.debt) == (0, 5)


def test_a_credit_given_back_to_a_bundle_charged_back_repays(owner: Owner) -> None:
    bought = owner.buy(1)
    [message] = owner.send()
    owner.charge_back(bought)
    assert owner.accounts.debt == 1
    owner.fail(message)
    assert (owner.accounts.remaining, owner.accounts.debt, owner.accounts.spent) == (0, 0, 0)


def test_a_credit_given_back_to_another_bundle_does_not(owner: Owner) -> None:
    owner.charge_back(_spent(owner, 2))
    owner.buy(3)
    [message] = owner.send()
    later = owner.buy(1)
    owner.send()
    owner.charge_back(later)
    assert owner.accounts.debt == 1
    owner.fail(message)
    assert (owner.accounts.remaining, owner.accounts.debt) == (1, 1)


def test_what_is_told_twice_happens_once(owner: Owner) -> None:
    bought = owner.buy(5)
    assert owner.command(Purchase(lot_id=bought, credits=5)) == 0
    assert owner.charge_back(bought) == 1
    assert owner.charge_back(bought) == 0
    assert owner.command(Purchase(lot_id=bought, credits=5)) == 0
    assert owner.accounts.purchased == 5


def test_an_id_stands_for_one_lot(owner: Owner) -> None:
    bought, given = owner.buy(5), owner.be_given(5)
    for wrong in (
        Purchase(lot_id=bought, credits=6),
        Grant(lot_id=bought, credits=5),
        Purchase(lot_id=given, credits=5),
    ):
        with pytest.raises(LotTakenError):
            owner.command(wrong)
    stranger = Wallet(CreditAccounts(person_id=PersonId(uuid4())), owner.wallet.lots)
    with pytest.raises(LotTakenError):
        decide(stranger, Purchase(lot_id=bought, credits=5), NOTHING_FREE, "v", START)
    with pytest.raises(NotFoundError):
        decide(stranger, ChargeBack(lot_id=bought), NOTHING_FREE, "v", START)


def test_only_a_purchase_is_charged_back(owner: Owner) -> None:
    given = owner.be_given(5)
    for lot_id in (given, CreditLotId(uuid4())):
        with pytest.raises(NotFoundError):
            owner.charge_back(lot_id)


@pytest.mark.parametrize("number", [-1, 0])
def test_there_is_a_credit_at_least(owner: Owner, number: int) -> None:
    for command in (Grant, Purchase):
        with pytest.raises(InvalidValueError, match="credits"):
            owner.command(command(lot_id=CreditLotId(uuid4()), credits=number))


def test_a_grant_has_a_bound_and_a_purchase_has_none(owner: Owner) -> None:
    owner.be_given(1000)
    with pytest.raises(InvalidValueError, match="from 1 to 1000"):
        owner.command(Grant(lot_id=CreditLotId(uuid4()), credits=1001))
    owner.buy(1001)
    assert owner.accounts.remaining == 2001


def test_the_reason_of_a_grant_stands_in_the_ledger(owner: Owner) -> None:
    owner.be_given(1)
    owner.buy(1)
    assert [row.reason for row in owner.ledger] == ["A gift", None]
    assert {row.person_id for row in owner.ledger} == {SENDER}


def _spent(owner: Owner, number: int) -> CreditLotId:
    bought = owner.buy(number)
    owner.send(number)
    return bought
