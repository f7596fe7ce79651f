"""What the use cases of billing need of a store and of other contexts."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from attrs import frozen

from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.billing.payments import Payment, Provider
from domain.billing.quotes import Discount, Quote
from domain.billing.refunds import Refund
from domain.billing.subscriptions import Subscription
from domain.shared.ids import PaymentId, PersonId, QuoteId, RefundId
from domain.shared.tiers import Tier


@frozen(kw_only=True)
class Buyer:
    """A person, as far as billing needs to know them.

    Attributes:
        person_id: Theirs.
        active: They are neither suspended nor deleted.
        deleted: They were erased.
        tier: The tier held now.
        email: Theirs, if known.
        timezone: Their zone.
    """

    person_id: PersonId
    active: bool
    deleted: bool
    tier: Tier
    email: str | None
    timezone: str


class Buyers(Protocol):
    """The persons who buy."""

    async def get(self, person_id: PersonId, *, lock: bool = False) -> Buyer | None:
        """Give a person; with `lock` nobody changes them until the transaction ends."""
        ...


class Quotes(Protocol):
    """The quotes."""

    async def get(self, quote_id: QuoteId) -> Quote | None:
        """Give a quote, if there is one of this id."""
        ...

    async def add(self, quote: Quote) -> None:
        """Keep a new quote."""
        ...

    async def forget(self, before: datetime, after: Position | None, limit: int) -> Position | None:
        """Look at quotes that held until before an instant, and delete those no payment is of.

        Args:
            before: That instant.
            after: Where to go on from.
            limit: How many to look at, at most.

        Returns:
            Where to go on from; None once all were looked at.
        """
        ...


class Payments(Protocol):
    """The payments, each with all its reports."""

    async def get(self, payment_id: PaymentId, *, lock: bool = False) -> Payment | None:
        """Give a payment; with `lock` nobody changes it until the transaction ends."""
        ...

    async def find(self, provider: Provider, provider_order_id: str) -> PaymentId | None:
        """Give our id of a provider's order, if we know of it."""
        ...

    async def of_quote(self, quote_id: QuoteId) -> Payment | None:
        """Give the payment that a quote was taken by, if one was."""
        ...

    async def record(
        self, before: Payment | None, after: Payment, events: Iterable[OutboxEvent]
    ) -> None:
        """Write a payment, its reports and what is told of it.

        Raises:
            ConcurrentUpdateError: A payment for the quote or the order exists already.
        """
        ...


class PaymentList(Protocol):
    """The payments as they are read."""

    async def page(self, person_id: PersonId, after: Position | None, limit: int) -> Page[Payment]:
        """Give payments of a person, the newest first."""
        ...

    async def plans(self, person_id: PersonId) -> tuple[Payment, ...]:
        """Give all payments of a person that settled and are for a subscription or a pass."""
        ...

    async def made_since(
        self, since: datetime, after: Position | None, limit: int
    ) -> Page[Payment]:
        """Give payments made since an instant, the oldest first."""
        ...

    async def open_before(
        self, before: datetime, after: Position | None, limit: int
    ) -> Page[Payment]:
        """Give payments made before an instant, neither paid nor given up; the oldest first."""
        ...


class Subscriptions(Protocol):
    """The subscriptions of persons."""

    async def of_person(self, person_id: PersonId) -> tuple[Subscription, ...]:
        """Give a person's subscriptions, the newest first."""
        ...

    async def find(self, provider: Provider, provider_subscription_id: str) -> Subscription | None:
        """Give the subscription that a provider knows by an id."""
        ...

    async def record(
        self, subscriptions: Iterable[Subscription], events: Iterable[OutboxEvent]
    ) -> None:
        """Write subscriptions of a locked person, and what is told of them."""
        ...


class Refunds(Protocol):
    """The refunds that were asked for."""

    async def of_payment(self, payment_id: PaymentId) -> tuple[Refund, ...]:
        """Give those of a payment, the first one first."""
        ...

    async def get(self, refund_id: RefundId) -> Refund | None:
        """Give a refund, if there is one of this id."""
        ...

    async def put(self, refund: Refund) -> None:
        """Write a refund of a locked payment."""
        ...


class Notifications(Protocol):
    """What providers have told us, so that nothing is taken in twice."""

    async def take(self, provider: Provider, event_key: str, now: datetime) -> bool:
        """Keep the key of a notification; give False where it was known before.

        Two at once wait for each other: the second finds it known only if the first has
        kept its effects.
        """
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete keys that were kept before an instant; tell how many."""
        ...


@frozen(kw_only=True)
class PlanStanding:
    """What is kept of a person's plans besides what was paid.

    Attributes:
        person_id: Whose.
        complimentary: The tier that a service has set.
        tier: The tier that was last told.
        until: When that ends as far as was known.
    """

    person_id: PersonId
    complimentary: Tier
    tier: Tier
    until: datetime | None


class PlanStandings(Protocol):
    """What is kept of persons' plans besides what was paid."""

    async def get(self, person_id: PersonId) -> PlanStanding | None:
        """Give a person's, if something was kept."""
        ...

    async def record(self, standing: PlanStanding, events: Iterable[OutboxEvent]) -> None:
        """Write a locked person's, and what is told of it."""
        ...


class HeldTiers(Protocol):
    """The tier that a person holds, as everything else goes by it."""

    async def hold(self, person_id: PersonId, plan: "HeldPlan") -> None:
        """Let a locked person hold a tier, and their use follow it, in the transaction."""
        ...


@frozen(kw_only=True)
class HeldPlan:
    """What a person's plans give them at once.

    Attributes:
        tier: The highest of all.
        month_tier: The highest without passes: a month's seconds go by it.
        pass_tier: The highest of passes, if one runs.
        bank_frozen: The bank waits, as the subscription's renewal is overdue.
        bank_lost: What is free of the bank is gone, as the subscription is over.
    """

    tier: Tier
    month_tier: Tier
    pass_tier: Tier | None
    bank_frozen: bool
    bank_lost: bool


class SoldVideoCredits(Protocol):
    """Where video credits that were paid for go."""

    async def sell(self, person_id: PersonId, purchase_id: UUID, number: int) -> None:
        """Add them, in the running transaction; the same purchase again adds nothing."""
        ...

    async def take_back(self, person_id: PersonId, purchase_ids: Iterable[UUID]) -> None:
        """Take back what is left of those of these purchases that there are; the rest is owed."""
        ...


class SoldSeconds(Protocol):
    """Where seconds that were paid for go."""

    async def sell(self, person_id: PersonId, seconds: int) -> None:
        """Add them, in the running transaction; those that are owed are repaid first."""
        ...

    async def take_back(self, person_id: PersonId, seconds: int) -> None:
        """Take back what is left of them; the rest is owed."""
        ...

    async def add_pass(
        self, person_id: PersonId, payment_id: PaymentId, tier: Tier, length: timedelta
    ) -> None:
        """Add what a pass of a tier gives for its length."""
        ...

    async def take_back_pass(self, person_id: PersonId, payment_id: PaymentId) -> None:
        """Take back what is left of what a pass gave."""
        ...

    async def give_pass_again(self, person_id: PersonId, payment_id: PaymentId, tier: Tier) -> None:
        """Add again what was taken back of a pass."""
        ...


class SpentOnce(Protocol):
    """What payments use up besides money, such as account credit and discounts that hold once.

    Each call is in the running transaction, and idempotent by the payment, which is locked
    together with its person.
    """

    async def spend(self, payment: Payment) -> None:
        """Take what a new payment applies.

        Raises:
            ConflictError: It is not there any more as the quote said; make a new quote.
        """
        ...

    async def give_back(self, payment: Payment) -> None:
        """Give back what a payment took, as it was given up or taken back in full."""
        ...

    async def spend_late(self, payment: Payment) -> None:
        """Take again what was given back, as far as can be: the payment was made after all."""
        ...


class Discounts(Protocol):
    """The lower prices that a person has earned; several of them may be asked."""

    async def of(self, person_id: PersonId, now: datetime) -> tuple[Discount, ...]:
        """Give those that apply to a quote made now."""
        ...
