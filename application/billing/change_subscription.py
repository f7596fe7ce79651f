"""Change, cancel or resume a subscription."""

from collections.abc import Awaitable
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
from domain.billing.payments import Provider
from domain.billing.plans import Plans
from domain.billing.quotes import Quote
from domain.billing.subscription_changes import (
    PlanChange,
    PlanChangeRefusedError,
    canceled,
    changed_later,
    plan_change,
    require_resumable,
    resumed,
    running,
)
from domain.billing.subscriptions import Expired, PastDue, Subscription
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

        Where the period is over and not renewed, any other item begins once paid.

        Raises:
            NotFoundError: There is no such person, or no such subscription is sold.
            NoSubscriptionError: No subscription of theirs runs.
            PlanUnchangedError: It is for that item already.
            PlanChangeRefusedError: It cannot be changed to that item.
            PersonSuspendedError: The person may not act.
            PersonDeletedError: They were erased.
        """
        offer = catalogue_of(self.keep.rulebook).offer(item_key)
        item = offer.item
        if not isinstance(item, SubscriptionItem):
            raise NotFoundError(
                f"'{item_key}' is no subscription; take the key of one, or make a quote for it."
            )
        plans = await self.keep.brought_up(person_id)
        now = await self.keep.clock.now()
        subscription = running(plans, now)
        overdue = isinstance(plans.state(subscription, now), PastDue)
        change = plan_change(subscription.item, item)
        if change is PlanChange.UPGRADE or (overdue and change is PlanChange.LATER):
            if subscription.currency not in offer.prices:
                raise PlanChangeRefusedError(
                    f"{item_key} is not sold in {subscription.currency}, in which the subscription "
                    "was paid; once that is over, make a quote in "
                    f"{', '.join(sorted(offer.prices))}."
                )
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
            PlanChangeRefusedError: What was to be renewed is over at the provider.
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
            if decide is resumed and after != before:
                require_resumable(plans, before)
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
            # What was overdue is over once it is canceled.
            changed = next(it for it in plans.subscriptions if it.id == after.id)
            return ChangedSubscription(changed, plans)

        return await self.keep.transactions.run(work)


class _Decision(Protocol):
    def __call__(self, subscription: Subscription, now: datetime) -> Subscription: ...


@frozen
class TellRenewal:
    """Tells the provider, as a job, whether a subscription of its own is to be renewed."""

    keep: PlanKeeper
    providers: Providers

    async def __call__(self, job: StoredJob) -> None:
        """Tell it what the person decided last; what was replaced is ended, whatever that is.

        What is not paid for any longer is ended too: the provider may be asking for it still.

        Raises:
            ProviderAwayError: The provider does not say; the job is tried again.
        """
        key = str(job.id)
        if (replaced_id := job.data.get("own_id")) is not None:
            renewals = self.providers.of(Provider(job.data["provider"])).renewals
            await _told(renewals.end_renewal(replaced_id, key))
            return
        plans = await self.keep.read(PersonId(UUID(job.data["person_id"])))
        wanted = UUID(job.data["subscription_id"])
        subscription = next((it for it in plans.subscriptions if it.id == wanted), None)
        if subscription is None or subscription.refs.subscription_id is None:
            return
        own_id = subscription.refs.subscription_id
        renewals = self.providers.of(subscription.provider).renewals
        state = plans.state(subscription, await self.keep.clock.now())
        if subscription.canceled_at is None and subscription.next_item is None:
            if not plans.was_given_back(subscription.id):
                await _told(renewals.resume_renewal(own_id, key))
        elif isinstance(state, Expired | PastDue):
            await _told(renewals.end_renewal(own_id, key))
        else:
            await _told(renewals.cancel_renewal(own_id, key))


async def _told(telling: Awaitable[None]) -> None:
    try:
        await telling
    except ProviderRefusedError:
        # It is over there; what the provider tells of it says the rest.
        return
