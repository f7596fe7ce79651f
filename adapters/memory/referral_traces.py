"""What persons can be known again by, who has paid, and milestone rewards, in memory."""

from collections.abc import Collection, Iterable
from datetime import datetime

import attrs
from attrs import frozen

from adapters.memory.referral_tables import PayerRow, TraceRow
from adapters.memory.store import MemoryStore
from application.referrals.ports import Trace, TraceKind
from application.shared.outbox import OutboxEvent
from application.shared.transaction import ConcurrentUpdateError
from domain.referrals.milestones import Claim, MilestoneReward
from domain.shared.ids import PaymentId, PersonId, ReferralRewardId


@frozen
class MemoryTraces:
    """What persons who are referred can be known again by."""

    _store: MemoryStore

    async def note(self, person_id: PersonId, traces: Collection[Trace]) -> None:
        """Keep traces of a person."""
        async with self._store.access():
            for trace in traces:
                self._store.referral_traces.put(TraceRow(person_id, trace))

    async def shared(
        self, referrer_id: PersonId, referee_id: PersonId, traces: Collection[Trace]
    ) -> frozenset[TraceKind]:
        """Give the kinds of those traces that the referrer has, or others whom they referred."""
        async with self._store.access():
            return frozenset(
                trace.kind
                for trace in traces
                for row in self._store.referral_traces.group("trace", trace)
                if row.person_id != referee_id and self._is_of_book(row.person_id, referrer_id)
            )

    def _is_of_book(self, person_id: PersonId, referrer_id: PersonId) -> bool:
        came = self._store.referrals.by("referee", person_id)
        return person_id == referrer_id or (came is not None and came.referrer_id == referrer_id)

    async def common(self, referrer_id: PersonId, referee_id: PersonId, kind: TraceKind) -> bool:
        """Tell whether the two have a trace of a kind in common."""
        async with self._store.access():
            one, other = (
                {
                    row.trace
                    for row in self._store.referral_traces.group("person", person_id)
                    if row.trace.kind is kind
                }
                for person_id in (referrer_id, referee_id)
            )
        return bool(one & other)


@frozen
class MemoryPayers:
    """When persons first paid."""

    _store: MemoryStore

    async def first_paid_at(self, person_id: PersonId) -> datetime | None:
        """Give when a person first paid; None if they never did."""
        async with self._store.access():
            row = self._store.referral_payers.get(person_id)
        return None if row is None else row.first_paid_at

    async def note(self, person_id: PersonId, paid_at: datetime) -> None:
        """Keep that a locked person paid, if that was earlier than what is known."""
        async with self._store.access():
            row = self._store.referral_payers.get(person_id)
            first = paid_at if row is None else min(row.first_paid_at, paid_at)
            self._store.referral_payers.put(PayerRow(person_id, first))


@frozen
class MemoryMilestoneRewards:
    """What is given for so many referrals."""

    _store: MemoryStore

    async def all(self) -> tuple[MilestoneReward, ...]:
        """Give all of them, by how many referrals they take."""
        async with self._store.access():
            rows = self._store.referral_rewards.all()
        return tuple(sorted(rows, key=lambda row: (row.required_referrals, row.created_at, row.id)))

    async def get(
        self,
        reward_id: ReferralRewardId,
        *,
        lock: bool = False,  # noqa: ARG002 - whoever touches the store has it to themself
    ) -> MilestoneReward | None:
        """Give one, if there is one of this id."""
        async with self._store.access():
            return self._store.referral_rewards.get(reward_id)

    async def count(self) -> int:
        """Give how many there are."""
        async with self._store.access():
            return len(self._store.referral_rewards.all())

    async def put(self, reward: MilestoneReward) -> None:
        """Add one, or put it in the place of the one of its id."""
        async with self._store.access():
            known = self._store.referral_rewards.get(reward.id)
            made_at = reward.created_at if known is None else known.created_at
            self._store.referral_rewards.put(attrs.evolve(reward, created_at=made_at))


@frozen
class MemoryClaims:
    """The milestone rewards that persons claimed."""

    _store: MemoryStore

    async def of(self, person_id: PersonId) -> tuple[Claim, ...]:
        """Give those of a person, the first one first."""
        async with self._store.access():
            rows = self._store.referral_claims.group("person", person_id)
        return tuple(sorted(rows, key=lambda row: (row.claimed_at, row.reward_id)))

    async def add(self, claim: Claim, events: Iterable[OutboxEvent]) -> bool:
        """Add one; give False, and write nothing, where the person has it already."""
        async with self._store.access():
            if (claim.person_id, claim.reward_id) in self._store.referral_claims:
                return False
            self._store.referral_claims.insert(claim)
            self._store.publish(events)
            return True

    async def applied(self, claim: Claim, events: Iterable[OutboxEvent]) -> None:
        """Keep that one has reached whoever gives it."""
        async with self._store.access():
            known = self._store.referral_claims.get((claim.person_id, claim.reward_id))
            if known is None or known.applied_at is not None:
                raise ConcurrentUpdateError
            self._store.referral_claims.put(claim)
            self._store.publish(events)

    async def waiting(self, after: Claim | None, limit: int) -> tuple[Claim, ...]:
        """Give those that have reached nobody yet, the one that waits longest first."""
        async with self._store.access():
            rows = self._store.referral_claims.all()
        start = None if after is None else _place(after)
        found = sorted(
            (
                row
                for row in rows
                if row.applied_at is None and (start is None or _place(row) > start)
            ),
            key=_place,
        )
        return tuple(found[:limit])


def _place(claim: Claim) -> tuple[datetime, PersonId, ReferralRewardId]:
    return claim.claimed_at, claim.person_id, claim.reward_id


@frozen
class MemoryDiscounts:
    """Which payments have the discounts that persons claimed."""

    _store: MemoryStore

    async def take(
        self, person_id: PersonId, reward_id: ReferralRewardId, payment_id: PaymentId
    ) -> bool:
        """Let a payment have a locked person's discount; give False where another one has it."""
        async with self._store.access():
            claim = self._store.referral_claims.get((person_id, reward_id))
            if claim is None or claim.payment_id not in (None, payment_id):
                return False
            self._store.referral_claims.put(attrs.evolve(claim, payment_id=payment_id))
            return True

    async def give_back(self, person_id: PersonId, payment_id: PaymentId) -> None:
        """Take from a payment the discount that it has, if it has one."""
        async with self._store.access():
            for claim in self._store.referral_claims.group("person", person_id):
                if claim.payment_id == payment_id:
                    self._store.referral_claims.put(attrs.evolve(claim, payment_id=None))
