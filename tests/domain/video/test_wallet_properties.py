"""Whatever happens to a wallet, it adds up; rules page video, Video messages."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
)

from domain.shared.ids import CreditLotId
from domain.video.credits import Account, LotKind
from domain.video.video_message_allowance import VideoCreditsNeededError
from domain.video.video_message_events import UnitSource
from domain.video.video_message_policy import VideoMessagePolicy
from domain.video.video_messages import Failed, VideoMessage
from tests.domain.video.wallets import DAY, Owner

numbers = st.integers(1, 8)


class WalletMachine(RuleBasedStateMachine):
    """Holds a wallet against plain counters that know nothing of events or lots."""

    lots = Bundle("lots")
    pending = Bundle("pending")

    def __init__(self) -> None:
        super().__init__()
        self.owner = Owner(VideoMessagePolicy(free_per_day=2))
        self.came: Counter[str] = Counter()
        self.in_force = 0
        self.charged_back = 0
        self.free_sent: Counter[object] = Counter()

    @rule(target=lots, number=numbers)
    def buy(self, number: int) -> CreditLotId:
        self.came["purchased"] += number
        return self.owner.buy(number)

    @rule(number=numbers)
    def be_given(self, number: int) -> None:
        self.came["granted"] += number
        owed = self.owner.accounts.debt
        self.owner.be_given(number)
        assert self.owner.accounts.debt == owed

    @rule(lot_id=lots)
    def charge_back(self, lot_id: CreditLotId) -> None:
        lot = self.owner.wallet.lot(lot_id)
        assert lot is not None
        before = self.owner.accounts
        happened = self.owner.charge_back(lot_id)
        assert happened == (lot.charged_back_at is None)
        if not happened:
            assert self.owner.accounts == before
            return
        after = self.owner.accounts
        self.charged_back += lot.credits
        taken = before.remaining - after.remaining
        assert (taken, after.debt - before.debt) == (lot.remaining, lot.credits - lot.remaining)

    @rule(target=pending, recipients=st.integers(1, 5))
    def send(self, recipients: int) -> object:
        before, accounts = self.owner.wallet, self.owner.accounts
        free = max(0, 2 - accounts.free_used_on(self.owner.today))
        try:
            messages = self.owner.send(recipients)
        except VideoCreditsNeededError:
            assert free + accounts.remaining < recipients
            assert self.owner.wallet == before
            return multiple()
        paid = [message for message in messages if message.source is UnitSource.CREDIT]
        assert len(paid) == max(0, recipients - free) <= accounts.remaining
        oldest = [lot.id for lot in before.lots for _ in range(lot.remaining)]
        assert [message.lot_id for message in paid] == oldest[: len(paid)]
        self.in_force += len(paid)
        self.free_sent[self.owner.today] += len(messages) - len(paid)
        return multiple(*messages)

    @rule(message=consumes(pending))
    def fail(self, message: VideoMessage) -> None:
        before = self.owner.accounts
        failed = self.owner.fail(message)
        after = self.owner.accounts
        assert isinstance(failed, Failed)
        if message.source is UnitSource.FREE:
            assert failed.given_back == (message.counted_on == self.owner.today)
            assert after.remaining == before.remaining
            self.free_sent[message.counted_on] -= failed.given_back
        else:
            assert failed.given_back
            self.in_force -= 1
            gained = after.remaining - before.remaining
            assert gained + before.debt - after.debt == 1
        self.owner.fail(message)
        assert self.owner.accounts == after

    @rule(message=consumes(pending))
    def complete(self, message: VideoMessage) -> None:
        before = self.owner.wallet
        self.owner.complete(message)
        assert self.owner.wallet == before

    @rule(days=st.integers(1, 2))
    def sleep(self, days: int) -> None:
        self.owner.now += days * DAY

    @invariant()
    def it_adds_up(self) -> None:
        accounts = self.owner.accounts
        remaining = accounts.purchased + accounts.granted - accounts.spent - accounts.refunded
        assert remaining == accounts.remaining == self.owner.total(Account.CREDITS) >= 0
        assert remaining == sum(lot.remaining for lot in self.owner.wallet.lots)
        assert accounts.purchased == self.came["purchased"]
        assert accounts.granted == self.came["granted"]
        assert accounts.spent == self.in_force >= 0

    @invariant()
    def what_is_owed_is_what_chargebacks_could_not_take(self) -> None:
        accounts = self.owner.accounts
        assert accounts.debt == self.owner.total(Account.DEBT) >= 0
        assert accounts.debt == self.charged_back - accounts.refunded

    @invariant()
    def the_ledger_tells_each_balance(self) -> None:
        sums: Counter[Account] = Counter()
        for number, entry in enumerate(self.owner.ledger, 1):
            sums[entry.account] += entry.amount
            assert (entry.number, entry.balance) == (number, sums[entry.account])
            assert entry.amount != 0
            assert entry.balance >= 0
        assert self.owner.accounts.moves == len(self.owner.ledger)

    @invariant()
    def no_day_has_more_than_its_free_units(self) -> None:
        assert all(0 <= number <= 2 for number in self.free_sent.values())
        today = self.owner.today
        assert self.owner.accounts.free_used_on(today) == self.free_sent[today]

    @invariant()
    def lots_keep_their_order_and_bounds(self) -> None:
        lots = self.owner.wallet.lots
        assert [lot.number for lot in lots] == list(range(1, len(lots) + 1))
        assert all(0 <= lot.remaining <= lot.credits for lot in lots)
        for lot in lots:
            if lot.charged_back_at is not None and self.owner.accounts.debt > 0:
                assert lot.kind is LotKind.PURCHASE
                assert lot.remaining == 0


WalletMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=30)
test_a_wallet_adds_up = WalletMachine.TestCase
