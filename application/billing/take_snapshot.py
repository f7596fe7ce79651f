"""Take in what a provider says of a subscription of its own."""

from attrs import frozen

from application.billing.keep_plans import PlanKeeper
from application.billing.ports import Payments
from application.billing.provider_ports import Providers
from application.shared.outbox import outgoing
from domain.billing.subscriptions import (
    Subscription,
    SubscriptionSnapshot,
    with_snapshot,
    without_payer,
)


class TiedError(Exception):
    """Two snapshots are of the same instant: the provider is to be asked which one stands."""


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
        return await self.apply(await self.settled(subscription, said), asked=True)

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

    async def apply(self, said: SubscriptionSnapshot, *, asked: bool) -> bool:
        """Take a snapshot in, in one transaction; give False where we know of none.

        Raises:
            TiedError: Another of the same instant came meanwhile, and the provider was not asked.
        """

        async def work() -> bool:
            seen = await self.found(said)
            if seen is None:
                return False
            buyer = await self.keep.locked(seen.person_id)
            before = await self.found(said)
            if before is None:
                return False
            began = await self.keep.begun_by(before)
            if said.payment_id is not None and began is not None and said.payment_id != began.id:
                return await self._replaced(before, said)
            after = with_snapshot(before, said)
            if buyer.deleted:
                after = without_payer(after)
            last = before.snapshot
            if not asked and after != before and last is not None and last.created == said.created:
                raise TiedError
            if after != before:
                await self.keep.subscriptions.record((after,), outgoing(self.keep.new_id, ()))
                await self.keep.bring_up(buyer)
            return True

        return await self.keep.transactions.run(work)

    async def _replaced(self, subscription: Subscription, said: SubscriptionSnapshot) -> bool:
        """Stop what another payment has taken the place of; give False if it has not begun."""
        payment = None if said.payment_id is None else await self.payments.get(said.payment_id)
        if payment is None or payment.charge is None:
            return False
        if said.renews:
            await self.keep.stop_renewal(subscription, said.provider, said.refs.subscription_id)
        return True
