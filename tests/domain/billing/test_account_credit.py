"""Account credit; rules page billing, Account credit."""

import pytest

from domain.billing.account_credit import AccountCredit, CreditAccount
from domain.billing.account_credit_commands import (
    MOST_CREDIT,
    CreditKeyTakenError,
    CreditShortError,
    GiveBackCredit,
    GrantCredit,
    SpendCredit,
    SpendCreditAgain,
    TakeBackCredit,
    TooMuchCreditError,
    decide,
)
from domain.billing.events import CreditMove, CreditSource
from domain.shared.errors import InvalidValueError, NotFoundError
from tests.domain.billing.credit_holder import START, Holder

GOODWILL = CreditSource.GOODWILL


def grant(key: str, amount: int) -> GrantCredit:
    return GrantCredit(source=GOODWILL, key=key, amount=amount)


def test_credit_is_granted_and_spent() -> None:
    holder = Holder()
    assert holder.put(grant("a", 500))
    assert holder.put(SpendCredit(key="p", amount=300))
    assert holder.balance == 200
    assert [
        (line.number, line.move, line.amount, line.balance, line.key) for line in holder.ledger
    ] == [(1, CreditMove.GRANT, 500, 500, "a"), (2, CreditMove.SPEND, -300, 200, "p")]


def test_what_is_told_twice_is_done_once() -> None:
    holder = Holder()
    for command in (
        grant("a", 500),
        SpendCredit(key="p", amount=300),
        GiveBackCredit(key="p"),
        SpendCreditAgain(key="p"),
        GiveBackCredit(key="p"),
        TakeBackCredit(source=GOODWILL, key="a"),
    ):
        assert holder.put(command)
        before = (holder.account, len(holder.ledger))
        assert not holder.put(command)
        assert (holder.account, len(holder.ledger)) == before
    assert holder.balance == 0
    for done in (grant("a", 500), SpendCredit(key="p", amount=300)):
        assert not holder.put(done)


def test_what_was_spent_of_a_grant_is_owed_when_it_is_taken_back() -> None:
    holder = Holder()
    holder.put(grant("a", 500))
    holder.put(SpendCredit(key="p", amount=300))
    holder.put(TakeBackCredit(source=GOODWILL, key="a"))
    assert (holder.balance, holder.account.credit, holder.account.owed) == (-300, 0, 300)
    holder.put(grant("b", 100))
    assert holder.balance == -200
    holder.put(grant("c", 250))
    assert holder.balance == 50
    assert (holder.account.credit, holder.account.owed) == (50, 0)


def test_what_a_payment_gives_back_repays_first() -> None:
    holder = Holder()
    holder.put(grant("a", 500))
    holder.put(SpendCredit(key="p", amount=500))
    holder.put(TakeBackCredit(source=GOODWILL, key="a"))
    holder.put(GiveBackCredit(key="p"))
    assert holder.balance == 0


def test_a_payment_that_succeeds_after_all_takes_its_credit_even_if_it_is_then_owed() -> None:
    holder = Holder()
    holder.put(grant("a", 500))
    holder.put(SpendCredit(key="p", amount=400))
    holder.put(GiveBackCredit(key="p"))
    holder.put(SpendCredit(key="q", amount=450))
    assert holder.put(SpendCreditAgain(key="p"))
    assert holder.balance == -350


def test_no_more_is_spent_than_there_is() -> None:
    holder = Holder()
    holder.put(grant("a", 500))
    with pytest.raises(CreditShortError, match=r"500 .* 501"):
        holder.put(SpendCredit(key="p", amount=501))
    assert holder.balance == 500
    assert len(holder.ledger) == 1


def test_a_key_stands_for_one_booking() -> None:
    holder = Holder()
    holder.put(grant("a", 500))
    with pytest.raises(CreditKeyTakenError):
        holder.put(grant("a", 501))
    assert holder.put(GrantCredit(source=CreditSource.REFERRAL, key="a", amount=501))
    booking = holder.bookings[GOODWILL, "a"]
    other = CreditAccount(person_id=holder.account.person_id, currency="INR")
    with pytest.raises(CreditKeyTakenError):
        decide(AccountCredit(other, booking), grant("a", 500), "v", START)
    with pytest.raises(NotFoundError):
        decide(AccountCredit(other, booking), TakeBackCredit(source=GOODWILL, key="a"), "v", START)


@pytest.mark.parametrize(
    "command",
    [
        TakeBackCredit(source=GOODWILL, key="x"),
        GiveBackCredit(key="x"),
        SpendCreditAgain(key="x"),
    ],
)
def test_what_was_never_booked_is_not_undone(
    command: TakeBackCredit | GiveBackCredit | SpendCreditAgain,
) -> None:
    with pytest.raises(NotFoundError, match="under the key x"):
        Holder().put(command)


@pytest.mark.parametrize("amount", [-1, 0, MOST_CREDIT + 1])
def test_an_amount_has_its_range(amount: int) -> None:
    for command in (grant("a", amount), SpendCredit(key="p", amount=amount)):
        with pytest.raises(InvalidValueError, match="minor units"):
            Holder().put(command)


def test_an_account_holds_so_much() -> None:
    holder = Holder()
    holder.put(grant("a", MOST_CREDIT))
    with pytest.raises(TooMuchCreditError):
        holder.put(grant("b", 1))
    assert holder.balance == MOST_CREDIT
