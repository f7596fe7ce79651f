"""Whatever happens to account credit, it adds up; rules page billing, invariants."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from domain.billing.account_credit_commands import (
    CreditShortError,
    GiveBackCredit,
    GrantCredit,
    SpendCredit,
    SpendCreditAgain,
    TakeBackCredit,
)
from domain.billing.events import CreditSource
from tests.domain.billing.credit_holder import Holder

amounts = st.integers(1, 50)
sources = st.sampled_from([CreditSource.GOODWILL, CreditSource.REFERRAL])


class CreditMachine(RuleBasedStateMachine):
    """Holds account credit against what is in force, which knows nothing of moves."""

    grants = Bundle("grants")
    payments = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self.holder = Holder()
        self.in_force: dict[tuple[CreditSource, str], int] = {}
        self.amounts: dict[str, int] = {}

    @rule(target=grants, source=sources, amount=amounts)
    def give(self, source: CreditSource, amount: int) -> tuple[CreditSource, str]:
        key = str(len(self.amounts))
        self.amounts[key] = amount
        assert self.holder.put(GrantCredit(source=source, key=key, amount=amount))
        self.in_force[source, key] = amount
        return source, key

    @rule(grant=grants)
    def take_back(self, grant: tuple[CreditSource, str]) -> None:
        source, key = grant
        happened = self.holder.put(TakeBackCredit(source=source, key=key))
        assert happened == (grant in self.in_force)
        self.in_force.pop(grant, None)

    @rule(target=payments, amount=amounts)
    def spend(self, amount: int) -> str:
        key, before = str(len(self.amounts)), self.holder.account
        self.amounts[key] = amount
        try:
            assert self.holder.put(SpendCredit(key=key, amount=amount))
        except CreditShortError:
            assert before.credit < amount
            assert self.holder.account == before
            return ""
        assert before.credit >= amount
        self.in_force[CreditSource.PAYMENT, key] = -amount
        return key

    @rule(key=payments)
    def give_back(self, key: str) -> None:
        if key:
            happened = self.holder.put(GiveBackCredit(key=key))
            assert happened == ((CreditSource.PAYMENT, key) in self.in_force)
            self.in_force.pop((CreditSource.PAYMENT, key), None)

    @rule(key=payments)
    def spend_again(self, key: str) -> None:
        if key:
            happened = self.holder.put(SpendCreditAgain(key=key))
            assert happened == ((CreditSource.PAYMENT, key) not in self.in_force)
            self.in_force[CreditSource.PAYMENT, key] = -self.amounts[key]

    @invariant()
    def it_is_the_sum_of_what_is_in_force(self) -> None:
        account = self.holder.account
        assert account.balance == sum(self.in_force.values())
        assert account.credit - account.owed == account.balance
        assert min(account.credit, account.owed) == 0

    @invariant()
    def the_ledger_tells_each_balance(self) -> None:
        balance = 0
        for number, line in enumerate(self.holder.ledger, 1):
            balance += line.amount
            assert (line.number, line.balance) == (number, balance)
            assert line.amount != 0
        assert balance == self.holder.balance
        assert self.holder.account.lines == len(self.holder.ledger)


CreditMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30)
test_account_credit_adds_up = CreditMachine.TestCase
