"""How a subscription is begun at Stripe: who pays, for what, and what the first bill is."""

from typing import Any

from attrs import field, frozen
from stripe import StripeClient
from stripe.params import SubscriptionCreateParams

from adapters.payments.stripe_calls import MissingError, asked, done, once, read
from adapters.payments.stripe_forms import Invoice, PaymentIntent, Plan, Subscription
from adapters.payments.stripe_news import PAYMENT_KEY, SUBSCRIPTION_KEY
from application.billing.provider_ports import (
    CheckoutIntent,
    ProviderAwayError,
    ProviderRefusedError,
)
from domain.billing.catalogue import BillingCycle, SubscriptionItem

_INTERVALS = {BillingCycle.MONTHLY: "month", BillingCycle.ANNUAL: "year"}


@frozen
class StripeSubscriptions:
    """Begins subscriptions.

    Attributes:
        client: Stripe's library.
    """

    client: StripeClient = field(repr=False)

    async def subscribed(self, intent: CheckoutIntent, item: SubscriptionItem) -> PaymentIntent:
        """Make a subscription that nobody has paid for yet; give the order of its first bill.

        Raises:
            ProviderAwayError: It is unknown whether it was made.
            ProviderRefusedError: It was not, and will not be.
        """
        customer_id = intent.payer.customer_id or await self._customer(intent)
        full = intent.renewal_minor or intent.amount_minor
        wanted: SubscriptionCreateParams = {
            "customer": customer_id,
            "items": [{"plan": await self._plan(item, full, intent.currency)}],
            "payment_behavior": "default_incomplete",
            "payment_settings": {"save_default_payment_method": "on_subscription"},
            "metadata": {PAYMENT_KEY: str(intent.payment_id)},
            "expand": ["latest_invoice.confirmation_secret"],
        }
        if intent.amount_minor != full:
            wanted["discounts"] = [{"coupon": await self._coupon(intent, full)}]
        made = await done(
            self.client.v1.subscriptions.create_async(wanted, once(intent, "subscription"))
        )
        subscription = read(made, Subscription)
        bill = subscription.latest_invoice
        secret = bill.confirmation_secret if isinstance(bill, Invoice) else None
        if (
            not isinstance(bill, Invoice)
            or secret is None
            or bill.amount_due != intent.amount_minor
        ):
            await done(self.client.v1.subscriptions.cancel_async(subscription.id))
            raise ProviderRefusedError("Stripe asks for another amount than was quoted.")
        marked = await done(
            self.client.v1.payment_intents.update_async(
                secret.client_secret.partition("_secret_")[0],
                {
                    "metadata": {
                        PAYMENT_KEY: str(intent.payment_id),
                        SUBSCRIPTION_KEY: subscription.id,
                        "item": item.key,
                    }
                },
            )
        )
        return read(marked, PaymentIntent)

    async def _customer(self, intent: CheckoutIntent) -> str:
        wanted: Any = {"metadata": {"person_id": str(intent.payer.person_id)}}
        if intent.payer.email is not None:
            wanted["email"] = intent.payer.email
        made = await done(self.client.v1.customers.create_async(wanted, once(intent, "customer")))
        return str(made.id)

    async def _plan(self, item: SubscriptionItem, amount_minor: int, currency: str) -> str:
        """Give the plan of an item at a price; its id says both, so that it is made once."""
        code = currency.lower()
        plan_id = f"kithkin_{item.key}_{code}_{amount_minor}"
        plans = self.client.v1.plans
        try:
            found = await asked(plans.retrieve_async(plan_id))
        except MissingError:
            try:
                found = await asked(
                    plans.create_async(
                        {
                            "id": plan_id,
                            "amount": amount_minor,
                            "currency": code,
                            "interval": _INTERVALS[item.cycle],
                            "product": await self._product(item),
                        }
                    )
                )
            except (ProviderRefusedError, ProviderAwayError):
                found = await done(plans.retrieve_async(plan_id))  # somebody else made it
        return read(found, Plan).id

    async def _product(self, item: SubscriptionItem) -> str:
        product_id = f"kithkin_{item.tier}"
        products = self.client.v1.products
        try:
            await asked(products.retrieve_async(product_id))
        except MissingError:
            try:
                await asked(products.create_async({"id": product_id, "name": item.tier.title()}))
            except (ProviderRefusedError, ProviderAwayError):
                await done(products.retrieve_async(product_id))  # somebody else made it
        return product_id

    async def _coupon(self, intent: CheckoutIntent, full: int) -> str:
        """Give what takes the discount, the credit or the unused time off the first bill."""
        if intent.amount_minor > full:
            raise ProviderRefusedError("A first period cannot cost more than the later ones.")
        made = await done(
            self.client.v1.coupons.create_async(
                {
                    "id": f"kithkin_{intent.payment_id}",
                    "amount_off": full - intent.amount_minor,
                    "currency": intent.currency.lower(),
                    "duration": "once",
                    "max_redemptions": 1,
                },
                once(intent, "coupon"),
            )
        )
        return str(made.id)
