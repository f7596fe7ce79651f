"""What the use cases of billing need of whoever takes the money, in our own words.

Nothing of it runs inside a transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from domain.billing.catalogue import Item
from domain.billing.payments import Payment, Provider, Report
from domain.billing.subscriptions import SubscriptionSnapshot
from domain.shared.errors import ConflictError, DomainError, UnavailableError
from domain.shared.ids import PaymentId, PersonId


class ProviderAwayError(UnavailableError):
    """The provider cannot be reached, is too slow, or answers with a fault of its own.

    It may have done what it was asked for all the same.
    """

    code = "payment_provider_away"


class ProviderRefusedError(ConflictError):
    """The provider understood what it was asked for, did not do it, and will not."""

    code = "payment_provider_refused"


class InvalidSignatureError(DomainError):
    """A notification is not the provider's own: its signature, time or form is wrong."""

    code = "invalid_signature"


@frozen(kw_only=True)
class Payer:
    """Who pays, as far as a provider needs to know.

    Attributes:
        person_id: Ours.
        email: Where to send a receipt, if known.
        customer_id: The provider's own id of them, if it has told one.
    """

    person_id: PersonId
    email: str | None = None
    customer_id: str | None = None


@frozen(kw_only=True)
class CheckoutIntent:
    """What is to be paid. Asking twice with the same payment id never makes two orders.

    Attributes:
        payment_id: Our order id, and the idempotency key.
        payer: Who pays.
        item: For what; a subscription is renewed by those providers that can.
        amount_minor: How much, in minor units; more than 0.
        currency: Its ISO 4217 code.
        created_at: When it was asked for.
        ends_at: Until when the page can be used; a provider may end it earlier.
        renewal_minor: What each later period costs, where that differs from this payment.
    """

    payment_id: PaymentId
    payer: Payer
    item: Item
    amount_minor: int
    currency: str
    created_at: datetime
    ends_at: datetime
    renewal_minor: int | None = None


@frozen(kw_only=True)
class StartedCheckout:
    """An order at the provider.

    Attributes:
        provider_order_id: Its id there.
        page_url: Where the person pays, if the provider has a page.
        client_token: What the provider's client library needs, if it needs something.
    """

    provider_order_id: str
    page_url: str | None = None
    client_token: str | None = None


@frozen(kw_only=True)
class PaymentNotification:
    """News of an order.

    Attributes:
        event_key: The provider's id of the news; the same one again is a repeat.
        report: What it says.
        payment_id: Our order id, if it names it.
        provider_order_id: The provider's id of the order, if it names it.
        renews: The provider's id of the subscription that this is a renewal of, if it is
            one; such an order was not asked for by us, and `provider_order_id` is its bill.
    """

    event_key: str
    report: Report
    payment_id: PaymentId | None = None
    provider_order_id: str | None = None
    renews: str | None = None


@frozen(kw_only=True)
class SubscriptionNotification:
    """News of a subscription.

    Attributes:
        event_key: The provider's id of the news.
        snapshot: What it says.
    """

    event_key: str
    snapshot: SubscriptionSnapshot


@frozen(kw_only=True)
class OtherNotification:
    """News that changes nothing.

    Attributes:
        event_key: The provider's id of the news.
        type: What the provider calls it.
    """

    event_key: str
    type: str


Notification = PaymentNotification | SubscriptionNotification | OtherNotification


@frozen(kw_only=True)
class Delivery:
    """What a verified delivery holds.

    Attributes:
        notifications: The news in it.
        stale: It is too old to be believed by itself: what it says is only done once the
            provider, asked for the order, says the same.
    """

    notifications: tuple[Notification, ...]
    stale: bool = False


@frozen(kw_only=True)
class OrderRef:
    """An order at the provider.

    Attributes:
        payment_id: Our order id.
        provider_order_id: The provider's, if it has told it.
        created_at: When it was asked for.
    """

    payment_id: PaymentId
    provider_order_id: str | None
    created_at: datetime

    @classmethod
    def of(cls, payment: Payment) -> "OrderRef":
        """Give the order of a payment."""
        return cls(
            payment_id=payment.id,
            provider_order_id=payment.provider_order_id,
            created_at=payment.created_at,
        )


@frozen(kw_only=True)
class FetchedOrder:
    """What a provider says of an order when it is asked.

    Attributes:
        checkout: The order as it is there; its page, where it can still be paid.
        reports: All that has happened to it: the same, in substance, as was or will be told
            by notifications, with the same charge ids, refund ids and times.
        subscription: The provider's subscription that came of it, if one did.
    """

    checkout: StartedCheckout
    reports: tuple[Report, ...] = field(default=())
    subscription: SubscriptionSnapshot | None = None


@frozen(kw_only=True)
class RefundIntent:
    """Money that is to be given back. Asking twice with the same key gives it back once.

    Attributes:
        order: The order.
        charge_id: The provider's id of the payment.
        amount_minor: How much of it.
        currency: Its currency.
        key: The idempotency key, at most 40 characters of letters, digits, `-` and `_`.
    """

    order: OrderRef
    charge_id: str
    amount_minor: int
    currency: str
    key: str


class PaymentProvider(Protocol):
    """Who takes the money, and gives it back."""

    @property
    def name(self) -> Provider:
        """Which one it is."""
        ...

    def least_minor(self, currency: str) -> int:
        """Give the least that it charges, in minor units of a currency; 1 where it says none."""
        ...

    async def start_checkout(self, intent: CheckoutIntent) -> StartedCheckout:
        """Make the order at the provider and give where to pay.

        Raises:
            ProviderAwayError: It is unknown whether the order was made.
            ProviderRefusedError: It was not, and will not be.
        """
        ...

    async def fetch_payment(self, order: OrderRef) -> FetchedOrder | None:
        """Give all that the provider knows of an order, or None if it knows no such order.

        Raises:
            ProviderAwayError: The provider does not say.
        """
        ...

    async def refund(self, intent: RefundIntent) -> Report | None:
        """Ask for a refund; give it if it is done at once, None if the provider will tell.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        ...


class NotificationReader(Protocol):
    """Who reads a provider's webhooks."""

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
        """Verify the raw bytes and give what they say.

        Args:
            body: As it came over the wire.
            headers: By their names in lower case.
            now: The present instant.

        Raises:
            InvalidSignatureError: They are not the provider's own, or of no known form.
        """
        ...


class Renewals(Protocol):
    """The subscriptions that a provider renews by itself; nothing to do for those it doesn't."""

    async def cancel_renewal(self, provider_subscription_id: str, key: str) -> None:
        """Renew it no more after the current period. Asking twice is as once.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        ...

    async def resume_renewal(self, provider_subscription_id: str, key: str) -> None:
        """Renew it again, while its period lasts.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        ...

    async def end_renewal(self, provider_subscription_id: str, key: str) -> None:
        """End it at once, and ask for nothing more that is not paid of it. Twice is as once.

        Raises:
            ProviderAwayError: It is unknown whether it was taken in.
            ProviderRefusedError: It was not, and will not be.
        """
        ...

    async def fetch_subscription(
        self, provider_subscription_id: str
    ) -> SubscriptionSnapshot | None:
        """Give it as it is now, or None if there is none.

        Raises:
            ProviderAwayError: The provider does not say.
        """
        ...

    async def bill_of(self, provider_order_id: str) -> str | None:
        """Give the bill that an order of the provider's own has paid, or None if it paid none.

        Raises:
            ProviderAwayError: The provider does not say.
        """
        ...


@frozen(kw_only=True)
class ProviderPorts:
    """All that one provider does.

    Attributes:
        payments: Takes money and gives it back.
        notifications: Reads its webhooks.
        renewals: Its subscriptions.
    """

    payments: PaymentProvider
    notifications: NotificationReader
    renewals: Renewals


@frozen(kw_only=True)
class Providers:
    """The providers that are set up.

    Attributes:
        current: Where new payments go.
        by_name: All of them: payments made before a change of provider are still heard of.
    """

    current: Provider
    by_name: Mapping[Provider, ProviderPorts]

    def least_minor(self, currency: str) -> int:
        """Give the least that can be charged, in minor units of a currency."""
        ports = self.by_name.get(self.current)
        return 1 if ports is None else ports.payments.least_minor(currency)

    def of(self, provider: Provider) -> ProviderPorts:
        """Give one of them.

        Raises:
            UnavailableError: It is not set up here.
        """
        found = self.by_name.get(provider)
        if found is None:
            raise UnavailableError(f"The payment provider {provider} is not set up here.")
        return found
