"""What must hold of every event about payments and account credit, at the moment it is told."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field

from domain.billing.events import (
    AccountCreditMoved,
    CreditMove,
    CreditSource,
    PaymentChargedBack,
    PaymentNeedsReview,
    PaymentRefunded,
    PaymentSettled,
    PaymentStarted,
)
from domain.shared.events import Event
from domain.shared.ids import PaymentId, PersonId


@define
class Booking:
    """Credit that was given for a reason, or that went to a payment."""

    person_id: PersonId
    currency: str
    amount: int
    in_force: bool = True


@define
class ShopBook:
    """Money by the events alone.

    Attributes:
        balances: What the moves of credit add up to, by person and currency.
        bookings: Each grant and each payment's credit.
        settled: How each payment was told to be paid; once at most.
        refunded: How much of each was given back.
        charged_back: Those that banks took back.
        reviewed: Charges that pay for nothing.
    """

    balances: Counter[tuple[PersonId, str]] = field(factory=Counter)
    bookings: dict[tuple[CreditSource, str], Booking] = field(factory=dict)
    started: dict[PaymentId, PaymentStarted] = field(factory=dict)
    settled: dict[PaymentId, PaymentSettled] = field(factory=dict)
    refunded: Counter[PaymentId] = field(factory=Counter)
    charged_back: set[PaymentId] = field(factory=set)
    reviewed: set[tuple[PaymentId, str]] = field(factory=set)

    def take(self, event: Event) -> Iterator[str]:
        """Take an event in, and give a line for what does not hold of it."""
        taken = _TAKEN.get(type(event))
        return iter(()) if taken is None else taken(self, event)

    def is_back(self, payment_id: PaymentId) -> bool:
        """Tell whether what a payment paid for is to be taken back by what was told."""
        settled = self.settled.get(payment_id)
        if settled is None:
            return False
        full = self.refunded[payment_id] >= settled.amount_minor and settled.amount_minor > 0
        return full or payment_id in self.charged_back

    def _started(self, event: PaymentStarted) -> Iterator[str]:
        if event.payment_id in self.started:
            yield f"a payment began twice: {event}"
        self.started[event.payment_id] = event

    def _charged_back(self, event: PaymentChargedBack) -> Iterator[str]:
        if event.payment_id in self.charged_back or event.payment_id not in self.settled:
            yield f"charged back twice, or what was not paid: {event}"
        self.charged_back.add(event.payment_id)

    def _reviewed(self, event: PaymentNeedsReview) -> Iterator[str]:
        charge = (event.payment_id, event.charge_id)
        if charge in self.reviewed:
            yield f"told twice to be looked at: {event}"
        self.reviewed.add(charge)

    def _settled(self, event: PaymentSettled) -> Iterator[str]:
        known = self.started.get(event.payment_id)
        if event.payment_id in self.settled:
            yield f"paid twice: {event}"
        if known is not None and (known.amount_minor, known.currency, known.item_key) != (
            event.amount_minor,
            event.currency,
            event.item_key,
        ):
            yield f"paid for something else than was asked for: {event}"
        self.settled[event.payment_id] = event

    def _refunded(self, event: PaymentRefunded) -> Iterator[str]:
        before, now = self.refunded[event.payment_id], event.refunded_minor
        if event.payment_id not in self.settled:
            yield f"given back what was not paid: {event}"
        if not before <= now <= event.amount_minor:
            yield f"given back {now} after {before}: {event}"
        if event.in_full is not (now >= event.amount_minor):
            yield f"in full or not: {event}"
        self.refunded[event.payment_id] = now

    def _moved(self, event: AccountCreditMoved) -> Iterator[str]:
        account, amount = (event.person_id, event.currency), event.amount_minor
        before = self.balances[account]
        self.balances[account] += amount
        if self.balances[account] != event.balance_minor:
            yield f"the moves add up to {self.balances[account]}: {event}"
        name = (event.source, event.key)
        known = self.bookings.get(name)
        rises = event.move in {CreditMove.GRANT, CreditMove.GIVE_BACK}
        if amount == 0 or rises is (amount < 0):
            yield f"moved the wrong way: {event}"
        if known is None:
            begins = event.move in {CreditMove.GRANT, CreditMove.SPEND}
            if not begins or (event.move is CreditMove.SPEND and before + amount < 0):
                yield f"undone what was never done, or spent what was not there: {event}"
            self.bookings[name] = Booking(event.person_id, event.currency, abs(amount))
            return
        undoes = event.move in {CreditMove.TAKE_BACK, CreditMove.GIVE_BACK}
        if (known.person_id, known.currency, known.amount) != (*account, abs(amount)):
            yield f"another amount than {known}: {event}"
        if undoes is not known.in_force or event.move is CreditMove.GRANT:
            yield f"done or undone twice: {event}"
        known.in_force = not undoes


_TAKEN: dict[type, Callable[[ShopBook, Any], Iterator[str]]] = {
    PaymentStarted: ShopBook._started,
    PaymentSettled: ShopBook._settled,
    PaymentRefunded: ShopBook._refunded,
    PaymentChargedBack: ShopBook._charged_back,
    PaymentNeedsReview: ShopBook._reviewed,
    AccountCreditMoved: ShopBook._moved,
}
