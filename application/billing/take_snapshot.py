"""Take in what a provider says of a subscription of its own."""

from attrs import frozen

from application.billing.keep_plans import PlanKeeper
from application.billing.ports import Payments
from application.billing.provider_ports import Providers
from application.shared.outbox import outgoing
from domain.billing.plans import with_snapshot
from domain.billing.subscriptions import Subscription, SubscriptionSnapshot


@frozen
class SnapshotTaker:
    """Applies snapshots: of two the later one, and of two at once what the provider says now."""

    keep: PlanKeeper
    payments: Payments
    providers: Providers

    async def __call__(self, said: SubscriptionSnapshot) -> bool:
        """Take it in; give False where we know of no such subscription."""
        subscription = await self.found(said)
        if subscription is None:
            return False
        return await self.apply(await self.settled(subscription, said))

    async def settled(
        self, subscription: Subscription, said: SubscriptionSnapshot
    ) -> SubscriptionSnapshot:
        """Give the snapshot, or what the provider says now where it came together with another.

        Raises:
            ProviderAwayError: The provider does not say.
        """
        last, own_id = subscription.snapshot, said.refs.subscription_id
        if last is None or own_id is None or last.created != said.created:
            return said
        if with_snapshot(subscription, said) == subscription:
            return said
        renewals = self.providers.of(said.provider).renewals
        return await renewals.fetch_subscription(own_id) or said

    async def found(self, said: SubscriptionSnapshot) -> Subscription | None:
        """Give our subscription that a snapshot is of, if we know it."""
        if said.refs.subscription_id is not None:
            known = await self.keep.subscriptions.find(said.provider, said.refs.subscription_id)
            if known is not None:
                return known
        if said.payment_id is None:
            return None
        payment = await self.payments.get(said.payment_id)
        if payment is None or payment.provider is not said.provider:
            return None
        own = await self.keep.subscriptions.of_person(payment.person_id)
        return next((it for it in own if it.id == payment.subscription_id), None)

    async def apply(self, said: SubscriptionSnapshot) -> bool:
        """Take a snapshot in, in one transaction; give False where we know of none."""

        async def work() -> bool:
            seen = await self.found(said)
            if seen is None:
                return False
            buyer = await self.keep.locked(seen.person_id)
            before = await self.found(said)
            if before is None:
                return False
            after = with_snapshot(before, said)
            if after != before:
                await self.keep.subscriptions.record((after,), outgoing(self.keep.new_id, ()))
                await self.keep.bring_up(buyer)
            return True

        return await self.keep.transactions.run(work)
