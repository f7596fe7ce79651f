"""The work that is due, on PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.tables import Instant, jobs, outbox
from adapters.postgres.tables import event_sinks as sinks
from adapters.postgres.tables import webhook_deliveries as deliveries
from adapters.postgres.tables import webhook_endpoints as endpoints
from application.events.ports import EventLog
from application.shared.backlog import LOOKED_AT_MOST, WEBHOOKS, Backlog, Lag
from application.shared.jobs import JobState
from domain.events.deliveries import DeliveryState
from domain.events.endpoints import EndpointStatus

# States are written out, so that the planner knows the partial indexes to be of use.
_WAITS: list[ColumnElement[str]] = [
    literal_column(f"'{state}'") for state in (JobState.WAITING, JobState.RETRYING)
]
_QUEUED: ColumnElement[str] = literal_column(f"'{JobState.QUEUED}'")
_PENDING: ColumnElement[str] = literal_column(f"'{DeliveryState.PENDING}'")

_due = union_all(
    select(jobs.c.kind).where(
        jobs.c.state.in_(_WAITS), jobs.c.at <= bindparam("now", type_=Instant)
    ),
    select(jobs.c.kind).where(jobs.c.state == _QUEUED),
).subquery("due")
_JOBS = Statement(select(_due.c.kind, func.count().label("number")).group_by(_due.c.kind))

_to_come = (
    select(outbox.c.type, outbox.c.at)
    .where(outbox.c.position <= bindparam("settled", type_=BigInteger))
    .order_by(outbox.c.position)
    .limit(LOOKED_AT_MOST)
)
_ahead = _to_come.where(outbox.c.position > endpoints.c.position).lateral("ahead")
_enabled = endpoints.c.status == EndpointStatus.ENABLED.value
_taken = or_(endpoints.c.event_types.is_(None), _ahead.c.type == func.any(endpoints.c.event_types))
# In one statement: an event that is taken in meanwhile is in one of the two, and not in both.
_WEBHOOKS = Statement(
    union_all(
        select(func.count().label("number"), func.min(deliveries.c.at).label("oldest_at"))
        .join(endpoints, endpoints.c.id == deliveries.c.endpoint_id)
        .where(_enabled, deliveries.c.state == _PENDING),
        select(func.count(), func.min(_ahead.c.at))
        .select_from(endpoints.join(_ahead, _taken))
        .where(_enabled),
    )
)

_place = select(sinks.c.position).where(sinks.c.name == bindparam("bus")).scalar_subquery()
_unpublished = _to_come.where(outbox.c.position > func.coalesce(_place, 0)).subquery("unpublished")
_BUS = Statement(
    select(func.count().label("number"), func.min(_unpublished.c.at).label("oldest_at"))
)


@frozen
class PostgresBacklogs:
    """The work that the database knows of."""

    executor: Executor
    log: EventLog

    async def read(self, now: datetime, buses: Collection[str]) -> Backlog:
        """Give the work that is due by an instant, that of the webhooks and of some buses too."""
        counted = await self.executor.rows(_JOBS, now=now)
        settled = await self.log.settled()
        relays = {WEBHOOKS: _lag(await self.executor.rows(_WEBHOOKS, settled=settled))}
        for bus in buses:
            relays[bus] = _lag(await self.executor.rows(_BUS, settled=settled, bus=bus))
        return Backlog({row["kind"]: row["number"] for row in counted}, relays)


def _lag(rows: Sequence[Row]) -> Lag:
    oldest = [row["oldest_at"] for row in rows if row["oldest_at"] is not None]
    return Lag(sum(row["number"] for row in rows), min(oldest, default=None))
