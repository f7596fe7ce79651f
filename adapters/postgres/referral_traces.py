"""What persons can be known again by, who has paid, and milestone rewards, on PostgreSQL."""

from collections.abc import Collection, Iterable
from datetime import datetime

from attrs import frozen
from sqlalchemy import Text, Uuid, bindparam, func, null, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.types import LargeBinary

from adapters.postgres import tables
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.referral_rows import (
    claim_from_row,
    claim_to_row,
    reward_from_row,
    reward_to_row,
)
from adapters.postgres.referral_tables import IS_WAITING
from application.referrals.ports import Trace, TraceKind
from application.shared.outbox import OutboxEvent
from application.shared.transaction import ConcurrentUpdateError
from domain.referrals.milestones import Claim, MilestoneReward
from domain.shared.ids import PaymentId, PersonId, ReferralRewardId

_traces, _payers, _referrals = tables.referral_traces, tables.referral_payers, tables.referrals
_rewards, _claims = tables.referral_rewards, tables.referral_reward_claims
_person = bindparam("person_id", type_=Uuid)
_referrer = bindparam("referrer_id", type_=Uuid)
_referee = bindparam("referee_id", type_=Uuid)
_kind = bindparam("kind", type_=Text)

_given = (
    func.unnest(
        bindparam("kinds", type_=ARRAY(Text)),
        bindparam("digests", type_=ARRAY(LargeBinary)),
    )
    .table_valued("kind", "digest", name="given")
    .render_derived()
)
_NOTE = Statement(
    upsert(_traces)
    .from_select(["person_id", "kind", "digest"], select(_person, _given.c.kind, _given.c.digest))
    .on_conflict_do_nothing()
)
_is_of_their_book = or_(
    _traces.c.person_id == _referrer,
    select(_referrals.c.id)
    .where(_referrals.c.referee_id == _traces.c.person_id, _referrals.c.referrer_id == _referrer)
    .exists(),
)
_SHARED = Statement(
    select(_traces.c.kind)
    .distinct()
    .join(
        _given,
        tuple_(_traces.c.kind, _traces.c.digest) == tuple_(_given.c.kind, _given.c.digest),
    )
    .where(_traces.c.person_id != _referee, _is_of_their_book)
)
_others = _traces.alias("others")
_COMMON = Statement(
    select(_traces.c.kind)
    .join(_others, (_others.c.kind == _traces.c.kind) & (_others.c.digest == _traces.c.digest))
    .where(
        _traces.c.person_id == _referrer,
        _traces.c.kind == _kind,
        _others.c.person_id == _referee,
    )
    .limit(1)
)


@frozen
class PostgresTraces:
    """What persons who are referred can be known again by."""

    executor: Executor

    async def note(self, person_id: PersonId, traces: Collection[Trace]) -> None:
        """Keep traces of a person."""
        await self.executor.rows(_NOTE, person_id=person_id, **_columns(traces))

    async def shared(
        self, referrer_id: PersonId, referee_id: PersonId, traces: Collection[Trace]
    ) -> frozenset[TraceKind]:
        """Give the kinds of those traces that the referrer has, or others whom they referred."""
        rows = await self.executor.rows(
            _SHARED, referrer_id=referrer_id, referee_id=referee_id, **_columns(traces)
        )
        return frozenset(TraceKind(row["kind"]) for row in rows)

    async def common(self, referrer_id: PersonId, referee_id: PersonId, kind: TraceKind) -> bool:
        """Tell whether the two have a trace of a kind in common."""
        row = await self.executor.row(
            _COMMON, referrer_id=referrer_id, referee_id=referee_id, kind=kind.value
        )
        return row is not None


def _columns(traces: Collection[Trace]) -> dict[str, list[str] | list[bytes]]:
    return {
        "kinds": [trace.kind.value for trace in traces],
        "digests": [trace.digest for trace in traces],
    }


_FIRST_PAID = Statement(select(_payers.c.first_paid_at).where(_payers.c.person_id == _person))
_NOTE_PAID = Statement(
    (
        paid := upsert(_payers).values(person_id=_person, first_paid_at=bindparam("paid_at"))
    ).on_conflict_do_update(
        index_elements=["person_id"],
        set_={"first_paid_at": func.least(_payers.c.first_paid_at, paid.excluded.first_paid_at)},
    )
)


@frozen
class PostgresPayers:
    """When persons first paid."""

    executor: Executor

    async def first_paid_at(self, person_id: PersonId) -> datetime | None:
        """Give when a person first paid; None if they never did."""
        row = await self.executor.row(_FIRST_PAID, person_id=person_id)
        return None if row is None else row["first_paid_at"]

    async def note(self, person_id: PersonId, paid_at: datetime) -> None:
        """Keep that a locked person paid, if that was earlier than what is known."""
        await self.executor.rows(_NOTE_PAID, person_id=person_id, paid_at=paid_at)


_ALL_REWARDS = Statement(
    select(_rewards).order_by(_rewards.c.required_referrals, _rewards.c.created_at, _rewards.c.id)
)
_one_reward = select(_rewards).where(_rewards.c.id == bindparam("id"))
_GET_REWARD = Statement(_one_reward)
_LOCK_REWARD = Statement(_one_reward.with_for_update(key_share=True))
_ONE_ADDS_A_REWARD = Statement(text("SELECT pg_advisory_xact_lock(7520110396)"))
_COUNT_REWARDS = Statement(select(func.count().label("number")).select_from(_rewards))
_put_reward = upsert(_rewards).values(
    {column.name: bindparam(column.name) for column in _rewards.c}
)
_PUT_REWARD = Statement(
    _put_reward.on_conflict_do_update(
        index_elements=["id"],
        set_={
            column.name: _put_reward.excluded[column.name]
            for column in _rewards.c
            if column.name not in {"id", "created_at"}
        },
    )
)


@frozen
class PostgresMilestoneRewards:
    """What is given for so many referrals."""

    executor: Executor

    async def all(self) -> tuple[MilestoneReward, ...]:
        """Give all of them, by how many referrals they take."""
        return tuple(reward_from_row(row) for row in await self.executor.rows(_ALL_REWARDS))

    async def get(
        self, reward_id: ReferralRewardId, *, lock: bool = False
    ) -> MilestoneReward | None:
        """Give one, if there is one; with `lock` nobody changes it until the transaction ends."""
        row = await self.executor.row(_LOCK_REWARD if lock else _GET_REWARD, id=reward_id)
        return None if row is None else reward_from_row(row)

    async def count(self) -> int:
        """Give how many there are; nobody else adds one until the transaction ends."""
        await self.executor.rows(_ONE_ADDS_A_REWARD)
        row = await self.executor.row(_COUNT_REWARDS)
        return 0 if row is None else int(row["number"])

    async def put(self, reward: MilestoneReward) -> None:
        """Add one, or put it in the place of the one of its id."""
        await self.executor.rows(_PUT_REWARD, **reward_to_row(reward))


_CLAIMS_OF = Statement(
    select(_claims)
    .where(_claims.c.person_id == _person)
    .order_by(_claims.c.claimed_at, _claims.c.reward_id)
)
_ADD_CLAIM = Statement(
    upsert(_claims)
    .values({column.name: bindparam(column.name) for column in _claims.c})
    .on_conflict_do_nothing()
    .returning(_claims.c.reward_id)
)
_APPLIED = Statement(
    update(_claims)
    .where(
        _claims.c.person_id == bindparam("of_person"),
        _claims.c.reward_id == bindparam("of_reward"),
        _claims.c.applied_at.is_(None),
    )
    .values(applied_at=bindparam("at"), expires_at=bindparam("ends"))
    .returning(_claims.c.reward_id)
)
_after_at = bindparam("after_at", type_=tables.Instant)
_place = tuple_(_claims.c.claimed_at, _claims.c.person_id, _claims.c.reward_id)
_WAITING = Statement(
    select(_claims)
    .where(
        text(IS_WAITING),
        or_(
            _after_at.is_(None),
            _place > tuple_(_after_at, _person, bindparam("reward_id", type_=Uuid)),
        ),
    )
    .order_by(_claims.c.claimed_at, _claims.c.person_id, _claims.c.reward_id)
    .limit(bindparam("take"))
)
_payment = bindparam("payment", type_=Uuid)
_TAKE_DISCOUNT = Statement(
    update(_claims)
    .where(
        _claims.c.person_id == bindparam("of_person"),
        _claims.c.reward_id == bindparam("of_reward"),
        or_(_claims.c.payment_id.is_(None), _claims.c.payment_id == _payment),
    )
    .values(payment_id=_payment)
    .returning(_claims.c.reward_id)
)
_GIVE_DISCOUNT_BACK = Statement(
    update(_claims)
    .where(_claims.c.person_id == bindparam("of_person"), _claims.c.payment_id == _payment)
    .values(payment_id=null())
)


@frozen
class PostgresClaims:
    """The milestone rewards that persons claimed."""

    executor: Executor

    async def of(self, person_id: PersonId) -> tuple[Claim, ...]:
        """Give those of a person, the first one first."""
        rows = await self.executor.rows(_CLAIMS_OF, person_id=person_id)
        return tuple(claim_from_row(row) for row in rows)

    async def add(self, claim: Claim, events: Iterable[OutboxEvent]) -> bool:
        """Add one; give False, and write nothing, where the person has it already."""
        if await self.executor.row(_ADD_CLAIM, **claim_to_row(claim)) is None:
            return False
        await write_events(self.executor, events)
        return True

    async def applied(self, claim: Claim, events: Iterable[OutboxEvent]) -> None:
        """Keep that one has reached whoever gives it."""
        row = await self.executor.row(
            _APPLIED,
            of_person=claim.person_id,
            of_reward=claim.reward_id,
            at=claim.applied_at,
            ends=claim.expires_at,
        )
        if row is None:
            raise ConcurrentUpdateError
        await write_events(self.executor, events)

    async def waiting(self, after: Claim | None, limit: int) -> tuple[Claim, ...]:
        """Give those that have reached nobody yet, the one that waits longest first."""
        rows = await self.executor.rows(
            _WAITING,
            after_at=None if after is None else after.claimed_at,
            person_id=None if after is None else after.person_id,
            reward_id=None if after is None else after.reward_id,
            take=limit,
        )
        return tuple(claim_from_row(row) for row in rows)


@frozen
class PostgresDiscounts:
    """Which payments have the discounts that persons claimed."""

    executor: Executor

    async def take(
        self, person_id: PersonId, reward_id: ReferralRewardId, payment_id: PaymentId
    ) -> bool:
        """Let a payment have a locked person's discount; give False where another one has it."""
        row = await self.executor.row(
            _TAKE_DISCOUNT, of_person=person_id, of_reward=reward_id, payment=payment_id
        )
        return row is not None

    async def give_back(self, person_id: PersonId, payment_id: PaymentId) -> None:
        """Take from a payment the discount that it has, if it has one."""
        await self.executor.rows(_GIVE_DISCOUNT_BACK, of_person=person_id, payment=payment_id)
