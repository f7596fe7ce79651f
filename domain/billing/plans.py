"""What a person's subscriptions and passes give them at an instant, and why."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property

from attrs import frozen

from ..shared.ids import SubscriptionId
from ..shared.tiers import Tier, highest
from .catalogue import PassItem
from .subscriptions import (
    Active,
    Canceled,
    Expired,
    GrantSource,
    PastDue,
    Subscription,
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


def _order(grant: TierGrant) -> tuple[object, ...]:
    ends = grant.until is not None
    remaining = timedelta() if grant.until is None else _EPOCH - grant.until
    return (-grant.tier.rank, ends, remaining, grant.source.value, str(grant.payment_id))
