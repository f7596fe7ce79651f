"""Who delivers what to which endpoint, on PostgreSQL.

Leases run on the database's own clock: all processes share it, and it also runs where a test
clock stands still.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Interval,
    any_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.event_form import stored_event
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.tables import Instant, outbox
from adapters.postgres.tables import event_sinks as sinks
from adapters.postgres.tables import webhook_deliveries as deliveries
from adapters.postgres.tables import webhook_endpoints as endpoints
from adapters.postgres.webhooks import CHANGEABLE
from application.events.ports import DueDelivery, EndpointClaim, SinkClaim
from domain.events.deliveries import Delivery, DeliveryState
from domain.events.endpoints import EndpointStatus, WebhookEndpoint
from domain.events.policy import DeliveryPolicy

# Written out, so that the planner knows the partial indexes to be of use.
_PENDING: ColumnElement[str] = literal_column(f"'{DeliveryState.PENDING.value}'")
_now = bindparam("now", type_=Instant)
_settled = bindparam("settled", type_=BigInteger)
_real_now = func.clock_timestamp(type_=Instant)
_lease_end = _real_now + bindparam("lease", type_=Interval)


def _waits_for_earlier() -> ColumnElement[bool]:
    """Give the condition that an earlier delivery of the same person is not due yet."""
    earlier = deliveries.alias("earlier")
    return exists().where(
        earlier.c.endpoint_id == deliveries.c.endpoint_id,
        earlier.c.person_id == deliveries.c.person_id,
        earlier.c.state == _PENDING,
        earlier.c.position < deliveries.c.position,
        earlier.c.next_attempt_at > _now,
    )


_is_due = (
    (deliveries.c.state == _PENDING)
    & (deliveries.c.next_attempt_at <= _now)
    & ~_waits_for_earlier()
)


def _free(table_claimed_until: ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(table_claimed_until.is_(None), table_claimed_until <= _real_now)


_candidate = (
    select(endpoints.c.id)
    .where(
        endpoints.c.status == EndpointStatus.ENABLED.value,
        or_(endpoints.c.paused_until.is_(None), endpoints.c.paused_until <= _now),
        _free(endpoints.c.claimed_until),
        or_(
            endpoints.c.position < _settled,
            exists().where(deliveries.c.endpoint_id == endpoints.c.id, _is_due),
        ),
    )
    .order_by(endpoints.c.claimed_until.nulls_first())
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = Statement(
    update(endpoints)
    .where(endpoints.c.id == _candidate)
    .values(claim=bindparam("claim_id"), claimed_until=_lease_end)
    .returning(*columns_for(endpoints, WebhookEndpoint))
)
_HEALTH = ("failures", "failing_since", "paused_until")
_held = (endpoints.c.id == bindparam("id")) & (endpoints.c.claim == bindparam("claim_id"))
_RELEASE = Statement(
    update(endpoints)
    .where(_held)
    .values(
        {name: bindparam(name) for name in _HEALTH} | {"claim": null(), "claimed_until": _real_now}
    )
)
_DISABLE = Statement(
    update(endpoints)
    .where(_held, endpoints.c.status == EndpointStatus.ENABLED.value)
    .values({name: bindparam(name) for name in ("status", "disabled_at", "disabled_reason")})
)


@frozen
class PostgresEndpointClaims:
    """Who delivers to which endpoint."""

    executor: Executor

    async def claim(
        self, claim_id: UUID, now: datetime, settled: int, lease_seconds: int
    ) -> EndpointClaim | None:
        """Claim the endpoint that has work and was left alone for longest, if there is one."""
        row = await self.executor.row(
            _CLAIM, claim_id=claim_id, now=now, settled=settled, lease=_seconds(lease_seconds)
        )
        return None if row is None else EndpointClaim(claim_id, from_row(WebhookEndpoint, row))

    async def release(self, claim: EndpointClaim, judged: WebhookEndpoint) -> None:
        """Give up a claim, and keep how the endpoint fared; nothing if the claim was lost."""
        row = to_row(judged) | {"claim_id": claim.id}
        async with self.executor.transaction():
            if judged.status is EndpointStatus.DISABLED:
                await self.executor.rows(_DISABLE, **row)
            await self.executor.rows(_RELEASE, **row)


_mine = (
    select(endpoints.c.id, endpoints.c.position, endpoints.c.event_types)
    .where(_held, endpoints.c.position < _settled)
    .with_for_update()
    .cte("mine")
)
_most_pending = bindparam("most_pending", type_=Integer)
_pending = (
    select(literal(1))
    .where(
        deliveries.c.endpoint_id == bindparam("id"),
        deliveries.c.state == _PENDING,
    )
    .limit(_most_pending)
    .subquery()
)
_has_room = select(func.count()).select_from(_pending).scalar_subquery() < _most_pending
_intake = bindparam("intake", type_=Integer)
_next = (
    select(
        outbox.c.id,
        outbox.c.position,
        outbox.c.type,
        outbox.c.person_id,
        outbox.c.at,
        _mine.c.id.label("endpoint_id"),
        or_(_mine.c.event_types.is_(None), outbox.c.type == any_(_mine.c.event_types)).label(
            "taken"
        ),
    )
    .join(_mine, outbox.c.position > _mine.c.position)
    .where(outbox.c.position <= _settled, _has_room)
    .order_by(outbox.c.position)
    .limit(_intake)
    .cte("next")
)
_queued = (
    upsert(deliveries)
    .from_select(
        [
            "endpoint_id",
            "event_id",
            "position",
            "event_type",
            "person_id",
            "at",
            "state",
            "attempts",
            "next_attempt_at",
        ],
        select(
            _next.c.endpoint_id,
            _next.c.id,
            _next.c.position,
            _next.c.type,
            _next.c.person_id,
            _next.c.at,
            literal(DeliveryState.PENDING.value),
            literal(0),
            _now,
        ).where(_next.c.taken),
    )
    .on_conflict_do_nothing()
    .cte("queued")
)
_last = select(func.max(_next.c.position)).scalar_subquery()
_full = select(func.count()).select_from(_next).scalar_subquery() >= _intake
_TAKE_IN = Statement(
    update(endpoints)
    .where(endpoints.c.id == _mine.c.id, _has_room)
    .values(position=case((_full, _last), else_=_settled))
    .returning(endpoints.c.id)
    .add_cte(_queued)
)
_DUE = Statement(
    select(
        *columns_for(deliveries, Delivery),
        outbox.c.id,
        outbox.c.type,
        outbox.c.policy_version,
        outbox.c.data,
    )
    .join(outbox, outbox.c.position == deliveries.c.position)
    .where(deliveries.c.endpoint_id == bindparam("id"), _is_due)
    .order_by(deliveries.c.position)
    .limit(bindparam("take"))
)
_RECORD = Statement(
    update(deliveries)
    .where(
        deliveries.c.endpoint_id == bindparam("endpoint_id"),
        deliveries.c.event_id == bindparam("event_id"),
        exists().where(
            endpoints.c.id == deliveries.c.endpoint_id,
            endpoints.c.claim == bindparam("claim_id"),
        ),
    )
    .values({name: bindparam(name) for name in CHANGEABLE})
    .returning(deliveries.c.event_id)
)


@frozen
class PostgresDeliveryQueue:
    """The deliveries of an endpoint that somebody has claimed."""

    executor: Executor

    async def take_in(
        self, claim: EndpointClaim, settled: int, now: datetime, policy: DeliveryPolicy
    ) -> bool:
        """Queue the next events of the log, up to a position, that the endpoint takes."""
        advanced = await self.executor.row(
            _TAKE_IN,
            id=claim.endpoint.id,
            claim_id=claim.id,
            settled=settled,
            now=now,
            intake=policy.intake,
            most_pending=policy.most_pending,
        )
        return advanced is not None

    async def due(self, claim: EndpointClaim, now: datetime, limit: int) -> Sequence[DueDelivery]:
        """Give deliveries to try, in the order of the log."""
        rows = await self.executor.rows(_DUE, id=claim.endpoint.id, now=now, take=limit)
        names = field_names(Delivery)
        return [
            DueDelivery(from_row(Delivery, {name: row[name] for name in names}), stored_event(row))
            for row in rows
        ]

    async def record(self, claim: EndpointClaim, delivery: Delivery) -> bool:
        """Keep what came of an attempt; tell whether the claim still held."""
        row = to_row(delivery) | {"claim_id": claim.id}
        return await self.executor.row(_RECORD, **row) is not None


_ADD_SINK = Statement(
    upsert(sinks).values(name=bindparam("name"), position=0, failures=0).on_conflict_do_nothing()
)
_CLAIM_SINK = Statement(
    update(sinks)
    .where(
        sinks.c.name == bindparam("name"),
        sinks.c.position < _settled,
        or_(sinks.c.paused_until.is_(None), sinks.c.paused_until <= _now),
        _free(sinks.c.claimed_until),
    )
    .values(claim=bindparam("claim_id"), claimed_until=_lease_end)
    .returning(sinks.c.position, sinks.c.failures)
)
_KNOWN_SINK = Statement(select(sinks.c.name).where(sinks.c.name == bindparam("name")))
_RELEASE_SINK = Statement(
    update(sinks)
    .where(sinks.c.name == bindparam("name"), sinks.c.claim == bindparam("claim_id"))
    .values(
        position=bindparam("position"),
        failures=bindparam("failures"),
        paused_until=bindparam("paused_until"),
        claim=null(),
        claimed_until=_real_now,
    )
)


@frozen
class PostgresSinkClaims:
    """Who publishes to which bus, and how far it is."""

    executor: Executor

    async def claim(
        self, claim_id: UUID, name: str, now: datetime, settled: int, lease_seconds: int
    ) -> SinkClaim | None:
        """Claim a bus, if it lacks settled events, is not paused, and nobody else has it."""
        if await self.executor.row(_KNOWN_SINK, name=name) is None:
            await self.executor.rows(_ADD_SINK, name=name)
        row = await self.executor.row(
            _CLAIM_SINK,
            claim_id=claim_id,
            name=name,
            now=now,
            settled=settled,
            lease=_seconds(lease_seconds),
        )
        return None if row is None else SinkClaim(claim_id, name, row["position"], row["failures"])

    async def release(
        self, claim: SinkClaim, position: int, failures: int, paused_until: datetime | None
    ) -> None:
        """Give up a claim, and keep how far it came; nothing if the claim was lost."""
        await self.executor.rows(
            _RELEASE_SINK,
            name=claim.name,
            claim_id=claim.id,
            position=position,
            failures=failures,
            paused_until=paused_until,
        )


def _seconds(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)
