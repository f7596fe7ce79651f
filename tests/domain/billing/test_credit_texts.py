"""Account credit as a whole: what is booked and told of each move, and why there is none."""

from uuid import UUID

import attrs
import pytest

from domain.billing.account_credit import (
    AccountCredit,
    CreditAccount,
    CreditBooking,
    CreditLine,
    evolve,
    line,
)
from domain.billing.account_credit_commands import (
    MOST_CREDIT,
    CreditCommand,
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
from domain.billing.events import AccountCreditMoved, CreditMove, CreditSource
from domain.shared.errors import ConflictError, InvalidValueError, NotFoundError
from domain.shared.ids import PersonId
from tests.domain.billing.credit_holder import HOLDER, START

GOODWILL, PAYMENT = CreditSource.GOODWILL, CreditSource.PAYMENT
ACCOUNT = CreditAccount(person_id=HOLDER, currency="USD", balance=500, lines=3, version=7)
GRANTED = CreditBooking(
    source=GOODWILL, key="a", person_id=HOLDER, currency="USD", amount=200, at=START
)
SPENT = attrs.evolve(GRANTED, source=PAYMENT)
GIVEN_BACK = attrs.evolve(SPENT, undone_at=START)
GRANT = GrantCredit(source=GOODWILL, key="a", amount=200)
SPEND = SpendCredit(key="a", amount=200)


@pytest.mark.parametrize(
    ("booking", "command", "move", "source", "amount", "undone"),
    [
        (None, GRANT, CreditMove.GRANT, GOODWILL, 200, False),
        (
            GRANTED,
            TakeBackCredit(source=GOODWILL, key="a"),
            CreditMove.TAKE_BACK,
            GOODWILL,
            -200,
            True,
        ),
        (None, SPEND, CreditMove.SPEND, PAYMENT, -200, False),
        (SPENT, GiveBackCredit(key="a"), CreditMove.GIVE_BACK, PAYMENT, 200, True),
        (GIVEN_BACK, SpendCreditAgain(key="a"), CreditMove.SPEND, PAYMENT, -200, False),
    ],
)
def test_each_move_is_told_booked_and_a_line_of_the_ledger(
    booking: CreditBooking | None,
    command: CreditCommand,
    move: CreditMove,
    source: CreditSource,
    amount: int,
    undone: bool,
) -> None:
    state = AccountCredit(ACCOUNT, booking)
    event = decide(state, command, "v", START)
    assert event == AccountCreditMoved(
        at=START,
        person_id=HOLDER,
        policy_version="v",
        move=move,
        source=source,
        key="a",
        amount_minor=amount,
        currency="USD",
        balance_minor=500 + amount,
    )
    after = evolve(state, event)
    assert after == AccountCredit(
        attrs.evolve(ACCOUNT, balance=500 + amount, lines=4),
        attrs.evolve(GRANTED, source=source, undone_at=START if undone else None),
    )
    written = CreditLine(
        person_id=HOLDER,
        currency="USD",
        number=4,
        at=START,
        move=move,
        source=source,
        key="a",
        amount=amount,
        balance=500 + amount,
        reason=None,
        policy_version="v",
    )
    assert line(after, event) == written
    assert line(after, event, "Sorry.") == attrs.evolve(written, reason="Sorry.")


@pytest.mark.parametrize(
    ("balance", "command"),
    [
        (0, GrantCredit(source=GOODWILL, key="a", amount=1)),
        (0, GrantCredit(source=GOODWILL, key="a", amount=MOST_CREDIT)),
        (MOST_CREDIT - 1, GrantCredit(source=GOODWILL, key="a", amount=1)),
        (1, SpendCredit(key="a", amount=1)),
        (500, SpendCredit(key="a", amount=500)),
        (MOST_CREDIT, SpendCredit(key="a", amount=MOST_CREDIT)),
    ],
)
def test_credit_moves_up_to_its_limits(balance: int, command: CreditCommand) -> None:
    account = attrs.evolve(ACCOUNT, balance=balance)
    assert decide(AccountCredit(account), command, "v", START) is not None


TAKEN = "The key a stands for other credit; take a new one."
NEVER_BOOKED = "The person has no account credit under the key a."


@pytest.mark.parametrize(
    ("booking", "command", "error", "says"),
    [
        (
            None,
            GrantCredit(source=GOODWILL, key="a", amount=MOST_CREDIT - 499),
            TooMuchCreditError,
            "The person would have more than 1000000000 minor units of credit; grant less.",
        ),
        (
            None,
            SpendCredit(key="a", amount=501),
            CreditShortError,
            "There are 500 minor units of credit and 501 are to be spent; ask for a new quote.",
        ),
        (attrs.evolve(GRANTED, amount=201), GRANT, CreditKeyTakenError, TAKEN),
        (attrs.evolve(GRANTED, currency="INR"), GRANT, CreditKeyTakenError, TAKEN),
        (
            attrs.evolve(SPENT, person_id=PersonId(UUID(int=9))),
            SPEND,
            CreditKeyTakenError,
            TAKEN,
        ),
        (None, TakeBackCredit(source=GOODWILL, key="a"), NotFoundError, NEVER_BOOKED),
        (
            attrs.evolve(SPENT, person_id=PersonId(UUID(int=9))),
            GiveBackCredit(key="a"),
            NotFoundError,
            NEVER_BOOKED,
        ),
        (
            attrs.evolve(SPENT, currency="INR"),
            SpendCreditAgain(key="a"),
            NotFoundError,
            NEVER_BOOKED,
        ),
    ],
)
def test_what_moves_nothing_says_why(
    booking: CreditBooking | None, command: CreditCommand, error: type[ConflictError], says: str
) -> None:
    with pytest.raises(error) as refusal:
        decide(AccountCredit(ACCOUNT, booking), command, "v", START)
    assert refusal.value.detail == says


@pytest.mark.parametrize("amount", [-1, 0, MOST_CREDIT + 1])
def test_an_amount_out_of_its_range_is_named(amount: int) -> None:
    for command in (attrs.evolve(GRANT, amount=amount), attrs.evolve(SPEND, amount=amount)):
        with pytest.raises(InvalidValueError) as refusal:
            decide(AccountCredit(ACCOUNT), command, "v", START)
        assert (refusal.value.field, refusal.value.detail) == (
            "amount_minor",
            f"Give from 1 to 1000000000 minor units; {amount} were given.",
        )
