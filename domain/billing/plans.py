"""What a person's subscriptions and passes give them at an instant, and why."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property

import attrs
from attrs import frozen

from ..shared.ids import PaymentId, SubscriptionId
from ..shared.tiers import Tier, highest
from .catalogue import PassItem, SubscriptionItem
from .payments import Payment
from .subscriptions import (
    Active,
    Canceled,
    Expired,
    GrantSource,
    PastDue,
    ProviderRefs,
    Subscription,
    SubscriptionSnapshot,
    SubscriptionState,
    SubscriptionStatus,
    Term,
    TierGrant,
    Trialing,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen(kw_only=True, slots=False)
class Plans:
    """All that gives a person a tier.

    Attributes:
        complimentary: The tier that a service has set.
        subscriptions: The person's, the newest first.
        terms: The time that they and passes were paid for.
        grace: For how long a subscription that was not renewed still gives its tier.
    """

    complimentary: Tier
    subscriptions: tuple[Subscription, ...]
    terms: tuple[Term, ...]
    grace: timedelta

    def state(self, subscription: Subscription, now: datetime) -> SubscriptionState:
        """Give the state that a subscription is in."""
        said = subscription.snapshot
        if (
            said is not None
            and said.status is SubscriptionStatus.TRIALING
            and now < said.period_ends_at
        ):
            return Trialing(
                period_starts_at=said.period_starts_at, period_ends_at=said.period_ends_at
            )
        term = self._term(subscription.id, now)
        canceled_at = subscription.not_renewed_since
        if term is None:
            return Expired(ended_at=self._ended_at(subscription))
        period = {"period_starts_at": term.starts_at, "period_ends_at": term.ends_at}
        if now < term.ends_at:
            if canceled_at is None:
                return Active(**period)
            return Canceled(**period, canceled_at=canceled_at)
        taken_back = term.reversed_at is not None and term.reversed_at <= term.ends_at
        if canceled_at is not None or taken_back:
            return Expired(ended_at=term.ends_at)
        grace_ends_at = term.ends_at + self.grace
        if now < grace_ends_at:
            return PastDue(**period, grace_ends_at=grace_ends_at)
        return Expired(ended_at=grace_ends_at)

    def grants(self, now: datetime) -> tuple[TierGrant, ...]:
        """Give all tiers that apply at an instant: the highest first, then the longest."""
        found = (*self._set_by_a_service(), *self._paid(now), *self._in_grace(now))
        return tuple(sorted(found, key=_order))

    def tier(self, now: datetime) -> Tier:
        """Give the tier that applies at an instant."""
        return highest(Tier.FREE, *(grant.tier for grant in self.grants(now)))

    def tier_of(self, now: datetime, *sources: GrantSource) -> Tier:
        """Give the highest tier of some sources only."""
        given = (grant.tier for grant in self.grants(now) if grant.source in sources)
        return highest(Tier.FREE, *given)

    def next_change(self, now: datetime) -> datetime | None:
        """Give when time alone next changes what applies, if it does."""
        return min((at for at in self._boundaries if at > now), default=None)

    def current(self, now: datetime) -> Subscription | None:
        """Give the subscription that is shown as the person's: one that runs, or the newest."""
        running = (
            known for known in self.subscriptions if not isinstance(self.state(known, now), Expired)
        )
        return next(running, next(iter(self.subscriptions), None))

    def was_given_back(self, subscription_id: SubscriptionId) -> bool:
        """Tell whether what was last paid for a subscription was taken back."""
        own = [term for term in self.terms if term.subscription_id == subscription_id]
        return bool(own) and max(own, key=lambda it: it.settled_at).reversed_at is not None

    @cached_property
    def _boundaries(self) -> tuple[datetime, ...]:
        ends = [at for term in self.terms for at in (term.starts_at, term.ends_at)]
        overdue = [term.ends_at + self.grace for term in self.terms if term.subscription_id]
        trials = [it.snapshot.period_ends_at for it in self.subscriptions if it.snapshot]
        return (*ends, *overdue, *trials)

    def _of(self, subscription_id: SubscriptionId) -> tuple[Term, ...]:
        return tuple(
            term
            for term in self.terms
            if term.subscription_id == subscription_id and term.starts_at < term.ends_at
        )

    def _term(self, subscription_id: SubscriptionId, now: datetime) -> Term | None:
        """Give the term that runs, else the next one, else the last one."""
        own = self._of(subscription_id)
        running = (term for term in own if term.covers(now))
        coming = sorted((term for term in own if term.starts_at > now), key=lambda it: it.starts_at)
        over = sorted(own, key=lambda it: it.ends_at, reverse=True)
        return next(iter((*running, *coming, *over)), None)

    def _ended_at(self, subscription: Subscription) -> datetime:
        taken = (
            term.reversed_at
            for term in self.terms
            if term.subscription_id == subscription.id and term.reversed_at is not None
        )
        return max(taken, default=subscription.started_at)

    def _set_by_a_service(self) -> Iterator[TierGrant]:
        if self.complimentary is not Tier.FREE:
            yield TierGrant(tier=self.complimentary, source=GrantSource.COMPLIMENTARY)

    def _paid(self, now: datetime) -> Iterator[TierGrant]:
        for term in self.terms:
            if term.covers(now):
                yield TierGrant(
                    tier=term.item.tier,
                    source=GrantSource.PASS
                    if isinstance(term.item, PassItem)
                    else GrantSource.SUBSCRIPTION,
                    until=self._until(term),
                    subscription_id=term.subscription_id,
                    payment_id=term.payment_id,
                )

    def _until(self, term: Term) -> datetime:
        """Give when what a term gives ends, with what was paid for to follow it at once."""
        ends_at = term.ends_at
        for later in sorted(self.terms, key=lambda it: it.starts_at):
            follows = later.starts_at <= ends_at < later.ends_at
            if (
                follows
                and type(later.item) is type(term.item)
                and later.item.tier == term.item.tier
            ):
                ends_at = later.ends_at
        return ends_at

    def _in_grace(self, now: datetime) -> Iterator[TierGrant]:
        for subscription in self.subscriptions:
            state = self.state(subscription, now)
            if isinstance(state, PastDue | Trialing):
                yield TierGrant(
                    tier=subscription.item.tier,
                    source=GrantSource.SUBSCRIPTION,
                    until=state.grace_ends_at
                    if isinstance(state, PastDue)
                    else state.period_ends_at,
                    subscription_id=subscription.id,
                )


def subscriptions_of(
    payments: Iterable[Payment], known: Iterable[Subscription]
) -> tuple[Subscription, ...]:
    """Give the subscriptions that payments make, with what else is kept of them.

    Args:
        payments: Those of a person for plans.
        known: Their subscriptions as they were.
    """
    kept = {subscription.id: subscription for subscription in known}
    paid: dict[SubscriptionId, list[Payment]] = {}
    for payment in payments:
        if payment.settled_at is not None and payment.subscription_id is not None:
            paid.setdefault(payment.subscription_id, []).append(payment)
    made = (_made(own, kept.get(subscription_id)) for subscription_id, own in paid.items())
    return tuple(sorted(made, key=lambda it: (it.started_at, it.id), reverse=True))


def _made(paid: list[Payment], known: Subscription | None) -> Subscription:
    settled = sorted(paid, key=lambda it: (it.settled_at or it.created_at, it.id))
    last = next((it for it in reversed(settled) if it.reversed_at is None), settled[-1])
    item = last.item
    assert isinstance(item, SubscriptionItem)  # noqa: S101 - what has a subscription's id
    first = settled[0]
    made = Subscription(
        id=first.subscription_id or SubscriptionId(first.id),
        person_id=last.person_id,
        provider=last.provider,
        item=item,
        amount_minor=last.price_minor,
        currency=last.currency,
        refs=ProviderRefs(invoice_id=last.invoice_id),
        started_at=first.settled_at or first.created_at,
        policy_version=last.policy_version,
    )
    if known is None:
        return made
    # What was decided is over once the person pays again; a renewal is no decision of theirs.
    bought = (it.settled_at for it in settled if it.quote_id is not None)
    bought_at = max((at for at in bought if at is not None), default=first.created_at)
    decided = known.decided_at is not None and known.decided_at >= bought_at
    return attrs.evolve(
        made,
        refs=attrs.evolve(known.refs, invoice_id=last.invoice_id or known.refs.invoice_id),
        status=known.status,
        snapshot=known.snapshot,
        canceled_at=known.canceled_at if decided else None,
        decided_at=known.decided_at,
        next_item=known.next_item if decided else None,
    )


def begun_by(subscription: Subscription, payments: Iterable[Payment]) -> Payment | None:
    """Give the payment that the subscription at the provider was begun by.

    That is the last that the person made: each of them begins one there, and takes the place
    of those before it. One that was taken back has done so all the same.
    """
    made = [
        payment
        for payment in payments
        if payment.subscription_id == subscription.id
        and payment.quote_id is not None
        and payment.settled_at is not None
    ]
    return max(made, key=lambda it: (it.settled_at, it.id), default=None)


def renewal_is_wanted(
    subscription_id: SubscriptionId,
    payments: Iterable[Payment],
    asked_at: datetime,
    charged_at: datetime,
    begun_by_id: PaymentId | None = None,
) -> bool:
    """Tell whether a provider was to renew a subscription.

    Only what the person bought last is renewed, and not where that was taken back.

    Args:
        subscription_id: Ours.
        payments: Those of the person for plans that are paid.
        asked_at: Since when the provider asked for it: what was bought later took its place.
        charged_at: When it was paid.
        begun_by_id: The payment that began it at the provider, where that is not the last that is
            known of the subscription.
    """
    paid = [
        payment
        for payment in payments
        if payment.settled_at is not None and isinstance(payment.item, SubscriptionItem)
    ]
    bought = [payment for payment in paid if payment.quote_id is not None]
    last = max(bought, key=lambda it: (it.settled_at, it.id), default=None)
    if last is None or last.settled_at is None:
        return True
    own_last = last.subscription_id == subscription_id and begun_by_id in (None, last.id)
    if not own_last or last.settled_at > asked_at:
        return False
    own = (payment for payment in paid if payment.subscription_id == subscription_id)
    reversed_at = max(own, key=lambda it: (it.settled_at, it.id)).reversed_at
    return reversed_at is None or reversed_at > charged_at


def replaced(subscription: Subscription) -> Subscription:
    """Give a subscription without what the provider said of the one that it was there."""
    refs = ProviderRefs(customer_id=subscription.refs.customer_id)
    return attrs.evolve(subscription, refs=refs, snapshot=None)


def without_payer(subscription: Subscription) -> Subscription:
    """Give a subscription without what the provider calls who pays for it, for the books."""
    return attrs.evolve(subscription, refs=attrs.evolve(subscription.refs, customer_id=None))


def with_snapshot(subscription: Subscription, said: SubscriptionSnapshot) -> Subscription:
    """Give a subscription after a snapshot; one that is older than the last changes nothing.

    The ids that it names are kept beside it.
    """
    last = subscription.snapshot
    if last is not None and said.created < last.created:
        return subscription
    return attrs.evolve(
        subscription,
        snapshot=attrs.evolve(said, refs=ProviderRefs(), payment_id=None),
        refs=attrs.evolve(
            subscription.refs,
            **{name: value for name, value in attrs.asdict(said.refs).items() if value is not None},
        ),
    )


def _order(grant: TierGrant) -> tuple[object, ...]:
    ends = grant.until is not None
    remaining = timedelta() if grant.until is None else _EPOCH - grant.until
    return (-grant.tier.rank, ends, remaining, grant.source.value, str(grant.payment_id))
