"""Bringing what a person's plans give them up to the present, in one place."""

from datetime import datetime, timedelta
from uuid import UUID

import attrs
from attrs import frozen

from application.billing.ports import (
    Buyer,
    Buyers,
    HeldPlan,
    HeldTiers,
    PaymentList,
    PlanStanding,
    PlanStandings,
    Subscriptions,
)
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.jobs import Job, Jobs, StoredJob
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import required
from application.shared.transaction import Transactions
from domain.billing.catalogue import Item
from domain.billing.events import EntitlementsChanged, SubscriptionChanged
from domain.billing.paid_subscriptions import begun_by, subscriptions_of
from domain.billing.payments import Payment, Provider
from domain.billing.plans import Plans
from domain.billing.subscription_changes import QuotedPlan, quoted_plan
from domain.billing.subscriptions import (
    Expired,
    GrantSource,
    PastDue,
    Subscription,
    replaced,
)
from domain.billing.terms import terms_of
from domain.shared.ids import PersonId
from domain.shared.standing import require_not_deleted
from domain.shared.tiers import Tier

BRING_UP = "bring_plans_up"
"""The kind of the job that does it when time has changed what applies."""

TELL_RENEWAL = "tell_renewal"
"""The kind of the job that tells the provider whether a subscription is to be renewed."""


@frozen
class PlanKeeper:
    """Keeps subscriptions, and the tier that a person holds, in step with what was paid.

    Whoever calls it in a transaction has locked the person, which is the first of all locks.
    """

    transactions: Transactions
    buyers: Buyers
    payments: PaymentList
    subscriptions: Subscriptions
    standings: PlanStandings
    tiers: HeldTiers
    jobs: Jobs
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def read(self, person_id: PersonId) -> Plans:
        """Give a person's plans as they are by what was paid."""
        known = await self.subscriptions.of_person(person_id)
        paid = await self.payments.plans(person_id)
        standing = await self.standings.get(person_id)
        own = tuple(payment for payment in paid if payment.subscription_id is not None)
        return Plans(
            complimentary=Tier.FREE if standing is None else standing.complimentary,
            subscriptions=subscriptions_of(own, known),
            terms=terms_of(paid),
            grace=timedelta(seconds=self.rulebook.policies.billing.grace_seconds),
        )

    async def quoted(
        self, person_id: PersonId, item: Item, currency: str, at: datetime | None = None
    ) -> QuotedPlan:
        """Tell what buying an item now, or at an instant, means for the subscription that runs.

        Raises:
            PlanChangeRefusedError: It would overlap with what is paid for.
        """
        paid = await self.payments.plans(person_id)
        plans = await self.read(person_id)
        return quoted_plan(item, plans, paid, currency, at or await self.clock.now())

    async def known(self, person_id: PersonId) -> Buyer:
        """Give a person.

        Raises:
            NotFoundError: There is no such person.
        """
        return required(await self.buyers.get(person_id), person_id)

    async def locked(self, person_id: PersonId) -> Buyer:
        """Lock a person and give them.

        Raises:
            NotFoundError: There is no such person.
        """
        return required(await self.buyers.get(person_id, lock=True), person_id)

    async def brought_up(self, person_id: PersonId) -> Plans:
        """Bring a person's plans up to the present, if time has changed them, and give them.

        Raises:
            NotFoundError: There is no such person.
        """
        buyer = await self.known(person_id)
        now = await self.clock.now()
        plans = await self.read(person_id)
        if buyer.deleted or not await self._is_behind(buyer, plans, now):
            return plans

        async def work() -> Plans:
            return await self.bring_up(await self.locked(person_id))

        return await self.transactions.run(work)

    async def bring_up(self, buyer: Buyer, complimentary: Tier | None = None) -> Plans:
        """Bring a locked person's plans up to the present, in the running transaction.

        Args:
            buyer: The person.
            complimentary: What a service sets their tier to, if one does.
        """
        now = await self.clock.now()
        plans = await self.read(buyer.person_id)
        if complimentary is not None:
            plans = attrs.evolve(plans, complimentary=complimentary)
        await self._keep_subscriptions(buyer, plans, now)
        if not buyer.deleted:
            await self.tiers.hold(buyer.person_id, held_plan(plans, now))
            await self._keep_standing(buyer.person_id, plans, now)
            if (at := plans.next_change(now)) is not None:
                person = str(buyer.person_id)
                job = Job(kind=BRING_UP, key=person, at=at, data={"person_id": person})
                await self.jobs.enqueue(job)
        return plans

    async def begun_by(self, subscription: Subscription) -> Payment | None:
        """Give the payment that the subscription at the provider was begun by."""
        return begun_by(subscription, await self.payments.plans(subscription.person_id))

    async def replace(self, payment: Payment) -> None:
        """Let a subscription that a locked person has paid for be the only one renewed.

        Whatever else their providers renew for them is stopped, or they would pay twice.
        """
        if payment.quote_id is None:
            return
        for known in await self.subscriptions.of_person(payment.person_id):
            own = known.id == payment.subscription_id
            began = await self.begun_by(known)
            if own and (began is None or began.id != payment.id):
                continue
            await self.stop_renewal(known, known.provider, known.renewed_by)
            if own:
                await self.subscriptions.record((replaced(known),), ())

    async def stop_renewal(
        self, subscription: Subscription, provider: Provider, own_id: str | None
    ) -> None:
        """Have a provider told, after the transaction, to end one of its own at once.

        What a person may use goes by what they paid, not by what the provider has of it.
        """
        if own_id is None:
            return
        data = {
            "person_id": str(subscription.person_id),
            "subscription_id": str(subscription.id),
            "provider": provider.value,
            "own_id": own_id,
        }
        job = Job(kind=TELL_RENEWAL, key=own_id, at=await self.clock.now(), data=data)
        await self.jobs.enqueue(job)

    async def stop_all_renewals(self, person_id: PersonId) -> None:
        """Have whatever providers renew for a locked person ended, after the transaction."""
        for known in await self.subscriptions.of_person(person_id):
            began = await self.begun_by(known)
            provider = known.provider if began is None else began.provider
            await self.stop_renewal(known, provider, known.renewed_by)

    async def _is_behind(self, buyer: Buyer, plans: Plans, now: datetime) -> bool:
        known = await self.subscriptions.of_person(buyer.person_id)
        statuses = {it.id: it.status for it in known}
        changed = any(
            statuses.get(it.id) is not plans.state(it, now).status for it in plans.subscriptions
        )
        return changed or plans.tier(now) is not buyer.tier

    async def _keep_subscriptions(self, buyer: Buyer, plans: Plans, now: datetime) -> None:
        before = {it.id: it for it in await self.subscriptions.of_person(buyer.person_id)}
        for subscription in plans.subscriptions:
            after = attrs.evolve(subscription, status=plans.state(subscription, now).status)
            if buyer.deleted or plans.was_given_back(after.id):
                began = await self.begun_by(after)
                provider = after.provider if began is None else began.provider
                await self.stop_renewal(after, provider, after.renewed_by)
            if after != before.get(after.id):
                event = self.subscription_changed(after, plans, now)
                await self.subscriptions.record((after,), outgoing(self.new_id, (event,)))

    def subscription_changed(
        self, subscription: Subscription, plans: Plans, now: datetime
    ) -> SubscriptionChanged:
        """Give what is told of a subscription that is other than before."""
        state = plans.state(subscription, now)
        return SubscriptionChanged(
            at=now,
            person_id=subscription.person_id,
            policy_version=self.rulebook.version,
            subscription_id=subscription.id,
            item_key=subscription.item.key,
            status=state.status.value,
            period_ends_at=None if isinstance(state, Expired) else state.period_ends_at,
        )

    async def _keep_standing(self, person_id: PersonId, plans: Plans, now: datetime) -> None:
        known = await self.standings.get(person_id)
        best = next(iter(plans.grants(now)), None)
        after = PlanStanding(
            person_id=person_id,
            complimentary=plans.complimentary,
            tier=Tier.FREE if best is None else best.tier,
            until=None if best is None else best.until,
        )
        nothing = not plans.terms and after.tier is Tier.FREE
        if after == known or (known is None and nothing):
            return
        event = EntitlementsChanged(
            at=now,
            person_id=person_id,
            policy_version=self.rulebook.version,
            tier=after.tier,
            until=after.until,
        )
        await self.standings.record(after, outgoing(self.new_id, (event,)))


def held_plan(plans: Plans, now: datetime) -> HeldPlan:
    """Give what plans mean for the tier held and for usage."""
    month_tier = plans.tier_of(now, GrantSource.COMPLIMENTARY, GrantSource.SUBSCRIPTION)
    pass_tier = plans.tier_of(now, GrantSource.PASS)
    states = [plans.state(subscription, now) for subscription in plans.subscriptions]
    over = bool(states) and all(isinstance(state, Expired) for state in states)
    return HeldPlan(
        tier=plans.tier(now),
        month_tier=month_tier,
        pass_tier=None if pass_tier is Tier.FREE else pass_tier,
        bank_frozen=any(isinstance(state, PastDue) for state in states),
        bank_lost=over and month_tier is Tier.FREE,
    )


@frozen
class BringPlansUp:
    """Does, as a job, what is due at an instant at which a person's plans change."""

    keep: PlanKeeper

    async def __call__(self, job: StoredJob) -> None:
        """Bring the plans of the job's person up to the present."""
        person_id = PersonId(UUID(job.data["person_id"]))
        buyer = await self.keep.buyers.get(person_id, lock=True)
        if buyer is not None:
            await self.keep.bring_up(buyer)


@frozen
class GiveTier:
    """Sets the tier that a person has whatever they pay for."""

    keep: PlanKeeper

    async def __call__(self, person_id: PersonId, tier: Tier) -> None:
        """Set it, in the running transaction; the highest of all that applies is held.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        buyer = await self.keep.locked(person_id)
        require_not_deleted(deleted=buyer.deleted)
        await self.keep.bring_up(buyer, complimentary=tier)
