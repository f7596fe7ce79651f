"""What the use cases of billing need of a store and of other contexts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from attrs import frozen

from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.billing.payments import Payment, Provider
from domain.billing.quotes import Discount, Quote
from domain.billing.subscriptions import Subscription, Term, TierGrant
from domain.shared.ids import PaymentId, PersonId, QuoteId, SubscriptionId
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

    async def unsettled(
        self, since: datetime, after: PaymentId | None, limit: int
    ) -> tuple[Payment, ...]:
        """Give payments made since an instant, by their ids; the settled ones among them too."""
        ...


class Subscriptions(Protocol):
    """The subscriptions and the terms of persons."""

    async def of_person(self, person_id: PersonId) -> tuple[Subscription, ...]:
        """Give a person's subscriptions, the newest first."""
        ...

    async def find(self, provider: Provider, provider_subscription_id: str) -> Subscription | None:
        """Give the subscription that a provider knows by an id."""
        ...

    async def get(self, subscription_id: SubscriptionId) -> Subscription | None:
        """Give a subscription, if there is one of this id."""
        ...

    async def terms(self, person_id: PersonId) -> tuple[Term, ...]:
        """Give the terms of a person, by their beginning."""
        ...

    async def record(
        self,
        person_id: PersonId,
        subscriptions: Iterable[Subscription],
        terms: Iterable[Term],
        events: Iterable[OutboxEvent],
    ) -> None:
        """Write subscriptions, all terms of a locked person, and what is told of them."""
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


class ComplimentaryTiers(Protocol):
    """The tiers that a service has set by itself."""

    async def of(self, person_id: PersonId) -> Tier:
        """Give a person's; free if none was set."""
        ...

    async def keep(self, person_id: PersonId, tier: Tier) -> None:
        """Keep a locked person's."""
        ...


class AccountCredit(Protocol):
    """Account credit, as far as payments move it: each call in the running transaction.

    Each is idempotent by the payment, which is locked together with its person.
    """

    async def spend(self, payment: Payment) -> None:
        """Take the credit that a new payment applies.

        Raises:
            ConflictError: Less is there than the quote said; make a new quote.
        """
        ...

    async def give_back(self, payment: Payment) -> None:
        """Give back what a payment took, as it was given up or taken back in full."""
        ...

    async def spend_late(self, payment: Payment) -> None:
        """Take again what was given back, as the payment was made after all; it may be owed."""
        ...


class Discounts(Protocol):
    """The lower prices that a person has earned; several of them may be asked."""

    async def of(self, person_id: PersonId, now: datetime) -> tuple[Discount, ...]:
        """Give those that apply to a quote made now."""
        ...


class Grants(Protocol):
    """What a person may use now, brought up to the present."""

    async def of(self, person_id: PersonId, now: datetime) -> tuple[TierGrant, ...]:
        """Give the tiers that apply now, the highest first."""
        ...
