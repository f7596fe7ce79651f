"""Jobs on PostgreSQL: those to come and those at work in our table, those due in the queue."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from attrs import frozen
from sqlalchemy import and_, bindparam, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.jobs.queue import PgQueuerQueue
from adapters.postgres import tables
from adapters.postgres.codec import field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from application.shared.ids import NewId
from application.shared.job_ports import JobElsewhereError
from application.shared.jobs import Job, JobState, StoredJob, Ticket, first_state, ticket_of

CHANNEL = "kithkin_jobs"
"""PostgreSQL tells workers here of new jobs as it commits them."""

_jobs = tables.jobs
_WAITS = (JobState.WAITING, JobState.RETRYING)
_COLUMNS = field_names(StoredJob)
_CHANGES = ("state", "at", "tries", "error", "failed_at")

_insert = insert(_jobs).values({name: bindparam(name) for name in _COLUMNS})
_ENQUEUE = Statement(
    _insert.on_conflict_do_update(
        index_elements=[_jobs.c.kind, _jobs.c.key],
        index_where=literal_column("state = 'waiting'"),
        set_={"at": func.least(_jobs.c.at, _insert.excluded.at)},
    )
)
_TELL = Statement(select(func.pg_notify(literal_column(f"'{CHANNEL}'"), literal_column("''"))))
_PLAN = Statement(_insert.on_conflict_do_nothing())

_due = (
    select(_jobs.c.id)
    .where(_jobs.c.state.in_([literal_column(f"'{state}'") for state in _WAITS]))
    .where(_jobs.c.at <= bindparam("now"))
    .order_by(_jobs.c.at, _jobs.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_PROMOTE = Statement(
    update(_jobs)
    .where(_jobs.c.id == _due.c.id)
    .values(state=JobState.QUEUED.value, turn=_jobs.c.turn + 1)
    .returning(*_jobs.c)
)
_of_kinds = _jobs.c.kind == func.any(bindparam("kinds"))
_waits = _jobs.c.state.in_([literal_column(f"'{state}'") for state in _WAITS])
_FIRST_AT = Statement(
    select(func.min(_jobs.c.at).label("at")).where(
        _waits, _jobs.c.at <= bindparam("until"), _of_kinds
    )
)
_UNFINISHED = Statement(
    select(_jobs.c.id)
    .where(
        or_(
            and_(_waits, _jobs.c.at <= bindparam("now")),
            _jobs.c.state == literal_column(f"'{JobState.QUEUED}'"),
        ),
        _of_kinds,
    )
    .limit(1)
)

_turn = and_(
    _jobs.c.id == bindparam("job_id"),
    _jobs.c.turn == bindparam("in_turn"),
    _jobs.c.state == JobState.QUEUED.value,
)
_IS_OPEN = Statement(select(_jobs.c.id).where(_turn))
_HOLD = Statement(select(_jobs.c.id).where(_turn).with_for_update(skip_locked=True))
_free = select(_jobs.c.id).where(_turn).with_for_update(skip_locked=True).cte("free")
_BEGIN = Statement(
    update(_jobs)
    .where(_jobs.c.id == _free.c.id)
    .values(tries=_jobs.c.tries + 1)
    .returning(*_jobs.c)
)
_END = Statement(delete(_jobs).where(_turn).returning(_jobs.c.id))
_CHANGE = Statement(
    update(_jobs)
    .where(_turn)
    .values({name: bindparam(f"new_{name}") for name in _CHANGES})
    .returning(_jobs.c.id)
)

_in_state = select(_jobs).where(_jobs.c.state == bindparam("of_state")).limit(bindparam("limit"))
_IN_STATE = Statement(_in_state.order_by(_jobs.c.failed_at.desc(), _jobs.c.at, _jobs.c.id))
_FAILED = Statement(
    select(_jobs)
    .where(_jobs.c.id == bindparam("job_id"), _jobs.c.state == JobState.FAILED.value)
    .with_for_update()
)
_REMOVE = Statement(delete(_jobs).where(_jobs.c.id == bindparam("job_id")))
_REPLACE = Statement(
    update(_jobs)
    .where(_jobs.c.id == bindparam("job_id"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGES})
)


def job_to_row(job: StoredJob) -> dict[str, Any]:
    """Make a job's row."""
    return {**to_row(job), "data": msgspec.json.encode(job.data).decode()}


def from_job_row(row: Row) -> StoredJob:
    """Make the job of a row."""
    return from_row(StoredJob, {**row, "data": msgspec.json.decode(row["data"])})


def _changes(after: StoredJob) -> dict[str, Any]:
    return {f"new_{name}": getattr(after, name) for name in _CHANGES}


@frozen
class PostgresJobs:
    """Where work for later is left."""

    executor: Executor
    new_id: NewId

    async def enqueue(self, job: Job) -> None:
        """Leave a job, in the running transaction if there is one."""
        async with self.executor.transaction():
            await self.executor.rows(_ENQUEUE, **job_to_row(first_state(job, self.new_id())))
            await self.executor.rows(_TELL)


@frozen
class PostgresJobSchedule:
    """The jobs that wait for their time."""

    executor: Executor
    queue: PgQueuerQueue

    async def plan(self, jobs: Iterable[StoredJob]) -> None:
        """Add the jobs of periodic kinds, but for those that are there."""
        for job in jobs:
            await self.executor.rows(_PLAN, **job_to_row(job))

    async def promote(self, now: datetime, limit: int) -> int:
        """Hand jobs that are due to the queue, the earliest first; tell how many."""
        async with self.executor.transaction():
            rows = await self.executor.rows(_PROMOTE, now=now, limit=limit)
            due = sorted(map(from_job_row, rows), key=lambda job: (job.at, job.id))
            await self.queue.add(map(ticket_of, due))
        return len(due)

    async def first_at(self, until: datetime, kinds: Iterable[str]) -> datetime | None:
        """Give when the first job of these kinds is due that is due by an instant."""
        row = await self.executor.row(_FIRST_AT, until=until, kinds=list(kinds))
        return None if row is None else row["at"]

    async def unfinished(self, now: datetime, kinds: Iterable[str]) -> bool:
        """Tell whether a job of these kinds that is due by now is not done."""
        return await self.executor.row(_UNFINISHED, now=now, kinds=list(kinds)) is not None


@frozen
class PostgresJobRuns:
    """The jobs that are worked on."""

    executor: Executor

    async def begin(self, ticket: Ticket) -> StoredJob | None:
        """Count one more try and give the job; None if this turn of it is over."""
        turn = {"job_id": ticket.job_id, "in_turn": ticket.turn}
        row = await self.executor.row(_BEGIN, **turn)
        if row is None:
            await self._require_over(turn)
            return None
        return from_job_row(row)

    async def hold(self, job: StoredJob) -> bool:
        """Keep others from it until the transaction ends; tell whether this turn goes on."""
        turn = {"job_id": job.id, "in_turn": job.turn}
        if await self.executor.row(_HOLD, **turn) is None:
            await self._require_over(turn)
            return False
        return True

    async def end(self, job: StoredJob, after: StoredJob | None) -> bool:
        """End a turn: by what the job becomes, or None if it is done."""
        turn = {"job_id": job.id, "in_turn": job.turn}
        if after is None:
            return await self.executor.row(_END, **turn) is not None
        return await self.executor.row(_CHANGE, **turn, **_changes(after)) is not None

    async def _require_over(self, turn: dict[str, Any]) -> None:
        if await self.executor.row(_IS_OPEN, **turn) is not None:
            raise JobElsewhereError


@frozen
class PostgresJobList:
    """The jobs as an operator sees them."""

    executor: Executor

    async def in_state(self, state: JobState, limit: int) -> tuple[StoredJob, ...]:
        """Give jobs in a state: the last to fail first, others by their time."""
        rows = await self.executor.rows(_IN_STATE, of_state=state.value, limit=limit)
        return tuple(map(from_job_row, rows))

    async def failed(self, job_id: UUID) -> StoredJob | None:
        """Give a failed job, which nobody else changes until the transaction ends."""
        row = await self.executor.row(_FAILED, job_id=job_id)
        return None if row is None else from_job_row(row)

    async def replace(self, job: StoredJob, after: StoredJob | None) -> None:
        """Change or remove a job that is locked."""
        if after is None:
            await self.executor.rows(_REMOVE, job_id=job.id)
        else:
            await self.executor.rows(_REPLACE, job_id=job.id, **_changes(after))
