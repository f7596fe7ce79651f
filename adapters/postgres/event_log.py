"""The outbox, read as a log."""

from collections.abc import Collection, Sequence
from datetime import datetime

from attrs import define, field
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.event_form import stored_event
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.horizon import Horizon
from adapters.postgres.tables import (
    event_sinks,
    forgotten_events,
    outbox,
    webhook_deliveries,
    webhook_endpoints,
)
from application.events.ports import LogBounds, LoggedEvent
from domain.events.deliveries import DeliveryState
from domain.events.endpoints import EndpointStatus
from domain.shared.ids import PersonId

_after = bindparam("after", type_=BigInteger)
_upto = bindparam("upto", type_=BigInteger)
_between = select(outbox).where(outbox.c.position > _after, outbox.c.position <= _upto)
_READ = Statement(_between.order_by(outbox.c.position).limit(bindparam("take")))
_READ_OF = Statement(
    _between.where(outbox.c.person_id == any_(bindparam("person_ids", type_=ARRAY(Uuid)))).order_by(
        outbox.c.position
    )
)
_READ_ONE = Statement(
    _between.where(outbox.c.person_id == bindparam("person_id"))
    .order_by(outbox.c.position)
    .limit(bindparam("take"))
)
# The sequence also knows of positions whose events were deleted, or never committed.
_BOUNDS = Statement(
    text(
        """
        SELECT coalesce((SELECT position FROM forgotten_events), 0) AS forgotten,
            last_value AS newest
        FROM outbox_position_seq
        """
    )
)
_OLD = Statement(
    select(outbox.c.position, outbox.c.at)
    .where(outbox.c.position <= _upto)
    .order_by(outbox.c.position)
    .limit(bindparam("take"))
)
_positions = bindparam("positions", type_=ARRAY(BigInteger))
_FORGET = Statement(delete(outbox).where(outbox.c.position == any_(_positions)))
_forgotten = upsert(forgotten_events).values(
    only_row=True, position=bindparam("position", type_=BigInteger)
)
_NOTE_FORGOTTEN = Statement(
    _forgotten.on_conflict_do_update(
        index_elements=["only_row"],
        set_={"position": func.greatest(forgotten_events.c.position, _forgotten.excluded.position)},
    )
)
_FORGET_DELIVERIES = Statement(
    delete(webhook_deliveries).where(webhook_deliveries.c.position == any_(_positions))
)


@define
class PostgresEventLog:
    """All events that are kept, in the order of their positions."""

    executor: Executor
    _horizon: Horizon = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._horizon = Horizon(self.executor)

    async def settled(self) -> int:
        """Give the position up to which no event can be added any more."""
        return await self._horizon.settled()

    async def bounds(self) -> LogBounds:
        """Give what part of the log is kept."""
        row = await self.executor.row(_BOUNDS)
        return LogBounds(0, 0) if row is None else LogBounds(row["forgotten"], row["newest"])

    async def read(self, after: int, upto: int, limit: int) -> Sequence[LoggedEvent]:
        """Give the first events after a position, and up to another."""
        return _logged(await self.executor.rows(_READ, after=after, upto=upto, take=limit))

    async def read_of(
        self, person_ids: Collection[PersonId], after: int, upto: int
    ) -> Sequence[LoggedEvent]:
        """Give all events of some persons after a position, and up to another."""
        return _logged(
            await self.executor.rows(_READ_OF, person_ids=list(person_ids), after=after, upto=upto)
        )

    async def read_one(
        self, person_id: PersonId, after: int, upto: int, limit: int
    ) -> Sequence[LoggedEvent]:
        """Give the first events of a person after a position, and up to another."""
        return _logged(
            await self.executor.rows(
                _READ_ONE, person_id=person_id, after=after, upto=upto, take=limit
            )
        )

    async def forget(self, before: datetime, upto: int, limit: int) -> int:
        """Delete events up to a position that are older, with their deliveries."""
        oldest = await self.executor.rows(_OLD, upto=upto, take=limit)
        positions = [row["position"] for row in oldest if row["at"] < before]
        if positions:
            async with self.executor.transaction():
                await self.executor.rows(_FORGET_DELIVERIES, positions=positions)
                await self.executor.rows(_FORGET, positions=positions)
                await self.executor.rows(_NOTE_FORGOTTEN, position=positions[-1])
        return len(positions)


def _logged(rows: Sequence[Row]) -> list[LoggedEvent]:
    return [LoggedEvent(row["position"], stored_event(row)) for row in rows]


# Written out, so that the planner knows the partial index to be of use.
_PENDING: ColumnElement[str] = literal_column(f"'{DeliveryState.PENDING}'")
_enabled = webhook_endpoints.c.status == EndpointStatus.ENABLED.value
_taken_in = select(func.min(webhook_endpoints.c.position)).where(_enabled).scalar_subquery()
_sent = (
    select(func.min(webhook_deliveries.c.position) - 1)
    .join(webhook_endpoints, webhook_endpoints.c.id == webhook_deliveries.c.endpoint_id)
    .where(_enabled, webhook_deliveries.c.state == _PENDING)
    .scalar_subquery()
)
_published = (
    select(func.coalesce(func.min(event_sinks.c.position), 0))
    .where(event_sinks.c.name == bindparam("sink"))
    .scalar_subquery()
)
_UPTO = Statement(select(func.least(_taken_in, _sent).label("upto")))
_UPTO_WITH_SINK = Statement(select(func.least(_taken_in, _sent, _published).label("upto")))


@define
class PostgresDeliveredEverywhere:
    """How far all who are to be told have been told."""

    executor: Executor

    async def upto(self, sink: str | None) -> int | None:
        """Give the position up to which enabled endpoints and a bus have everything."""
        if sink is None:
            row = await self.executor.row(_UPTO)
        else:
            row = await self.executor.row(_UPTO_WITH_SINK, sink=sink)
        upto: int | None = None if row is None else row["upto"]
        return upto
