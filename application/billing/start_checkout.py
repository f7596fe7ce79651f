"""Start to pay for what was quoted."""

from datetime import datetime, timedelta

import attrs
from attrs import frozen

from application.billing.ports import Quotes, Subscriptions
from application.billing.provider_ports import (
    CheckoutIntent,
    Payer,
    ProviderRefusedError,
    Providers,
    StartedCheckout,
)
from application.billing.record_reports import PaymentRecorder
from application.shared.jobs import Job
from application.shared.outbox import outgoing
from domain.billing.catalogue import SubscriptionItem
from domain.billing.payment_changes import paid_by_nobody, payment_started
from domain.billing.payments import Payment, Provider, Report, ReportKind
from domain.billing.quotes import Quote, no_such_quote
from domain.billing.subscription_changes import PlanChangeRefusedError
from domain.shared.ids import PaymentId, PersonId, QuoteId, SubscriptionId
from domain.shared.standing import person_reasons, require_standing

RESOLVE = "resolve_payment"
"""The kind of the job that asks the provider what became of a payment."""

FIRST_LOOK = timedelta(minutes=1)
"""How long after a payment was started the provider is first asked about it."""


def resolving(payment_id: PaymentId, at: datetime) -> Job:
    """Give the job that asks the provider, at an instant, what became of a payment."""
    return Job(kind=RESOLVE, key=str(payment_id), at=at, data={"payment_id": str(payment_id)})


@frozen
class StartCheckout:
    """Makes a payment of a quote, and its order at the provider.

    The payment is stored before the provider is asked, and the provider is asked under the
    payment's own id: whatever breaks off in between, asking again makes no second order,
    and a job finds out what became of the first.
    """

    quotes: Quotes
    subscriptions: Subscriptions
    record: PaymentRecorder
    providers: Providers

    async def __call__(self, quote_id: QuoteId, viewer_id: PersonId | None) -> Payment:
        """Start it and give the payment; a quote that was taken gives the payment it made.

        Args:
            quote_id: The quote.
            viewer_id: Whose it must be, if a person asks.

        Raises:
            NotFoundError: There is no such quote.
            QuoteExpiredError: Its time is over.
            ConflictError: What it uses up besides money is not there any more.
            PlanChangeRefusedError: It upgrades a subscription that has changed since.
            PersonSuspendedError: The person may not act.
            PersonDeletedError: They were erased.
            ProviderAwayError: The provider does not answer; ask again.
            ProviderRefusedError: It will not take this payment.
        """
        payment, email = await self.record.keep.transactions.run(
            lambda: self._made(quote_id, viewer_id)
        )
        if payment.provider_order_id is not None or payment.settles:
            return payment
        ports = self.providers.of(payment.provider)
        try:
            started = await ports.payments.start_checkout(await self._intent(payment, email))
        except ProviderRefusedError as error:
            await self._refused(payment, error)
            raise
        return await self.record.changed(payment.id, lambda it: with_checkout(it, started))

    async def _made(
        self, quote_id: QuoteId, viewer_id: PersonId | None
    ) -> tuple[Payment, str | None]:
        keep, payments = self.record.keep, self.record.payments
        quote = await self.quotes.get(quote_id)
        if quote is None or viewer_id not in (None, quote.person_id):
            raise no_such_quote()
        buyer = await keep.locked(quote.person_id)
        require_standing(person_reasons(active=buyer.active, deleted=buyer.deleted))
        known = await payments.of_quote(quote_id)
        if known is not None:
            return known, buyer.email
        now = await keep.clock.now()
        quote.require_valid(now)
        await self._require_unused(quote)
        payment = self._payment(quote, now)
        started = payment_started(payment, keep.rulebook.version, now)
        await payments.record(None, payment, outgoing(keep.new_id, (started,)))
        await self.record.credit.spend(payment)
        if payment.provider is Provider.NONE:
            paid = payment.told((paid_by_nobody(payment, now),))
            await self.record.record(buyer, payment, paid)
            return paid, buyer.email
        await keep.jobs.enqueue(resolving(payment.id, now + FIRST_LOOK))
        return payment, buyer.email

    async def _require_unused(self, quote: Quote) -> None:
        """Refuse an upgrade of what was replaced since: its unused time was taken off already.

        So it is where what was paid for it is other than it seemed, as it was taken back.
        """
        if not quote.upgrades:
            return
        now = await self.record.keep.clock.now()
        for at in (now, quote.created_at):
            plan = await self.record.keep.quoted(quote.person_id, quote.item, quote.currency, at)
            upgrade = plan.upgrade
            if (
                upgrade is None
                or upgrade.subscription_id != quote.subscription_id
                or (at == quote.created_at and not quote.takes_off(upgrade))
            ):
                raise PlanChangeRefusedError(
                    "The subscription has changed since this was quoted; make a new quote."
                )

    def _payment(self, quote: Quote, now: datetime) -> Payment:
        keep = self.record.keep
        payment_id = PaymentId(keep.new_id())
        subscription_id = quote.subscription_id
        if subscription_id is None and isinstance(quote.item, SubscriptionItem):
            subscription_id = SubscriptionId(payment_id)
        lasts = timedelta(seconds=keep.rulebook.policies.billing.checkout_seconds)
        return Payment(
            id=payment_id,
            person_id=quote.person_id,
            provider=self.providers.current if quote.total_minor else Provider.NONE,
            item=quote.item,
            amount_minor=quote.total_minor,
            currency=quote.currency,
            credit_applied_minor=quote.credit_applied_minor,
            lines=quote.lines,
            quote_id=quote.id,
            subscription_id=subscription_id,
            created_at=now,
            checkout_ends_at=now + lasts,
            policy_version=quote.policy_version,
        )

    async def _intent(self, payment: Payment, email: str | None) -> CheckoutIntent:
        subscriptions = await self.subscriptions.of_person(payment.person_id)
        customers = (
            known.refs.customer_id
            for known in subscriptions
            if known.provider is payment.provider
            # Some providers let a customer pay in one currency only.
            and known.currency == payment.currency
            and known.refs.customer_id is not None
        )
        payer = Payer(person_id=payment.person_id, email=email, customer_id=next(customers, None))
        renewed = isinstance(payment.item, SubscriptionItem)
        return CheckoutIntent(
            payment_id=payment.id,
            payer=payer,
            item=payment.item,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            created_at=payment.created_at,
            ends_at=payment.checkout_ends_at,
            renewal_minor=payment.price_minor if renewed else None,
        )

    async def _refused(self, payment: Payment, error: ProviderRefusedError) -> None:
        """Give up a payment whose order was not made and will not be."""
        failed = Report(
            kind=ReportKind.FAILED,
            occurred_at=payment.created_at,
            failure_code=error.code,
        )
        await self.record.changed(
            payment.id,
            lambda it: attrs.evolve(it.told((failed,)), closed_at=payment.created_at),
        )


def with_checkout(payment: Payment, started: StartedCheckout) -> Payment:
    """Give a payment with where to pay for it; what is known of that stays."""
    return attrs.evolve(
        payment,
        provider_order_id=payment.provider_order_id or started.provider_order_id,
        page_url=payment.page_url or started.page_url,
        client_token=payment.client_token or started.client_token,
    )
