"""Change, cancel or resume a subscription."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from attrs import frozen

from application.billing.keep_plans import TELL_RENEWAL, PlanKeeper
from application.billing.provider_ports import ProviderRefusedError, Providers
from application.billing.show_catalogue import catalogue_of
from application.shared.jobs import Job, StoredJob
from application.shared.outbox import outgoing
from domain.billing.catalogue import SubscriptionItem
from domain.billing.changes import (
    PlanChange,
    canceled,
    changed_later,
    plan_change,
    resumed,
    running,
)
from domain.billing.payments import Provider
from domain.billing.plans import Plans
from domain.billing.quotes import Quote
from domain.billing.subscriptions import Subscription
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId
from domain.shared.standing import person_reasons, require_standing


class MakesQuotes(Protocol):
    """What makes quotes."""

    async def __call__(self, person_id: PersonId, item_key: str, currency: str) -> Quote:
        """Make a quote of an item for a person; see there for what it raises."""
        ...


@frozen
class ChangedSubscription:
    """What became of a change.

    Attributes:
        subscription: As it is now.
        plans: What it is part of.
        quote: What is to be paid before an upgrade, which then begins at once.
    """

    subscription: Subscription
    plans: Plans
    quote: Quote | None = None


@frozen
class SubscriptionChanger:
    """Changes the subscription that runs for a person."""

    keep: PlanKeeper
    quote: MakesQuotes

    async def change(self, person_id: PersonId, item_key: str) -> ChangedSubscription:
        """Change what the subscription is for: upwards once paid, downwards at the period's end.

        Raises:
            NotFoundError: There is no such person, or no such subscription is sold.
            NoSubscriptionError: No subscription of theirs runs.
            PlanUnchangedError: It is for that item already.
            PlanChangeRefusedError: It cannot be changed to that item.
            PersonSuspendedError: The person may not act.
            PersonDeletedError: They were erased.
        """
        item = catalogue_of(self.keep.rulebook).offer(item_key).item
        if not isinstance(item, SubscriptionItem):
            raise NotFoundError(
                f"'{item_key}' is no subscription; take the key of one, or make a quote for it."
            )
        plans = await self.keep.brought_up(person_id)
        subscription = running(plans, await self.keep.clock.now())
        if plan_change(subscription.item, item) is PlanChange.UPGRADE:
            quote = await self.quote(person_id, item_key, subscription.currency)
            return ChangedSubscription(subscription, plans, quote)
        return await self._decide(person_id, lambda known, now: changed_later(known, item, now))

    async def cancel(self, person_id: PersonId) -> ChangedSubscription:
        """Renew it no more; what was paid for stays to the period's end.

        Raises:
            NotFoundError: There is no such person.
            NoSubscriptionError: No subscription of theirs runs.
            PersonDeletedError: They were erased.
        """
        return await self._decide(person_id, canceled)

    async def resume(self, person_id: PersonId) -> ChangedSubscription:
        """Renew it again, and leave it for what it is.

        Raises:
            NotFoundError: There is no such person.
            NoSubscriptionError: No subscription of theirs runs.
            PersonSuspendedError: The person may not act.
            PersonDeletedError: They were erased.
        """
        return await self._decide(person_id, resumed)

    async def _decide(self, person_id: PersonId, decide: "_Decision") -> ChangedSubscription:
        async def work() -> ChangedSubscription:
            buyer = await self.keep.locked(person_id)
            # Who may not act may still stop paying.
            active = buyer.active or decide is canceled
            require_standing(person_reasons(active=active, deleted=buyer.deleted))
            plans = await self.keep.bring_up(buyer)
            now = await self.keep.clock.now()
            before = running(plans, now)
            after = decide(before, now)
            if after == before:
                return ChangedSubscription(before, plans)
            await self.keep.subscriptions.record((after,), outgoing(self.keep.new_id, ()))
            plans = await self.keep.bring_up(buyer)
            job = Job(
                kind=TELL_RENEWAL,
                key=str(after.id),
                at=now,
                data={"person_id": str(person_id), "subscription_id": str(after.id)},
            )
            await self.keep.jobs.enqueue(job)
            return ChangedSubscription(running(plans, now), plans)

        return await self.keep.transactions.run(work)


class _Decision(Protocol):
    def __call__(self, subscription: Subscription, now: datetime) -> Subscription: ...


@frozen
class TellRenewal:
    """Tells the provider, as a job, whether a subscription of its own is to be renewed."""

    keep: PlanKeeper
    providers: Providers

    async def __call__(self, job: StoredJob) -> None:
        """Tell it what the person decided last; what was replaced is stopped, whatever that is.

        Raises:
            ProviderAwayError: The provider does not say; the job is tried again.
        """
        if (replaced_id := job.data.get("own_id")) is not None:
            await self._tell(Provider(job.data["provider"]), replaced_id, str(job.id), stops=True)
            return
        known = await self.keep.subscriptions.of_person(PersonId(UUID(job.data["person_id"])))
        wanted = UUID(job.data["subscription_id"])
        subscription = next((it for it in known if it.id == wanted), None)
        if subscription is None or subscription.refs.subscription_id is None:
            return
        stops = subscription.canceled_at is not None or subscription.next_item is not None
        own_id = subscription.refs.subscription_id
        await self._tell(subscription.provider, own_id, str(job.id), stops=stops)

    async def _tell(self, provider: Provider, own_id: str, key: str, *, stops: bool) -> None:
        renewals = self.providers.of(provider).renewals
        try:
            if stops:
                await renewals.cancel_renewal(own_id, key)
            else:
                await renewals.resume_renewal(own_id, key)
        except ProviderRefusedError:
            # It is over there; what the provider tells of it says the rest.
            return
