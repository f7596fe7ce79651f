"""A worker on PostgreSQL: it hands due jobs to PgQueuer, and takes its share of them back."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog
from attrs import define, field, frozen
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import Job as QueuedJob

from adapters.jobs.queue import SETTINGS, STALLED_AFTER, queries_on, ticket_from_bytes
from adapters.postgres.executor import AWAY, why
from adapters.postgres.jobs import CHANNEL
from application.shared.clock import Clock
from application.shared.job_ports import JobElsewhereError, JobSchedule
from application.shared.run_job import JobRun, TakesTurns
from application.shared.transaction import ConcurrentUpdateError, StoreUnavailableError

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

_log = structlog.get_logger("kithkin.jobs")

_APPLICATION = "kithkin-worker"
_CONNECT_SECONDS = 5.0
_COMMAND_SECONDS = 10.0
_LOOK_SECONDS = 1.0
_DRAIN_SECONDS = 3.0  # requests were given their time before, and a server is to end within 12
_AT_ONCE = 100

# What it would report of connections that are lost, and of jobs left to others, we report.
logging.getLogger("pgqueuer").setLevel(logging.CRITICAL + 1)


class _LeftToOthers(BaseException):
    """Leaves a job as it is in the queue: as it gives no more signs, another worker takes it.

    PgQueuer takes any Exception, and a cancelled task, as the job's end.
    """


@frozen
class PgQueuerWorker:
    """Works on jobs until it is told to stop.

    Attributes:
        url: Where the database is.
        slots: The most jobs at once.
        schedule: Where jobs wait.
        clock: When they are due.
        stalled_after: After how long without a sign a worker's job is another's.
        drain_seconds: How long jobs may take to end when the worker is to stop.
    """

    url: str
    slots: int
    schedule: JobSchedule
    clock: Clock
    stalled_after: timedelta = STALLED_AFTER
    drain_seconds: float = _DRAIN_SECONDS

    async def __call__(
        self, run: TakesTurns, told: Callable[[JobRun], None], stop: asyncio.Event
    ) -> None:
        """Work until `stop` is set; then let what runs come to its end.

        Args:
            run: Takes a job's turn.
            told: Is given each turn that was taken.
            stop: When to stop.

        Raises:
            StoreUnavailableError: The database went away.
        """
        try:
            connection = await asyncpg.connect(
                self.url,
                timeout=_CONNECT_SECONDS,
                command_timeout=_COMMAND_SECONDS,
                server_settings={"application_name": _APPLICATION, "timezone": "UTC"},
            )
        except AWAY as error:
            raise StoreUnavailableError(why(error)) from error
        try:
            await self._work(connection, _Hands(run, told), stop)
        except (*AWAY, asyncpg.PostgresError, FailingListenerError) as error:
            raise StoreUnavailableError(why(error)) from error
        finally:
            connection.terminate()

    async def _work(self, connection: "Connection", hands: "_Hands", stop: asyncio.Event) -> None:
        await self.schedule.plan(
            [kind.planned(await self.clock.now()) for kind in hands.run.kinds.periodic]
        )
        manager = self._manager(connection, hands)
        wake = asyncio.Event()
        await connection.add_listener(CHANNEL, lambda *_: wake.set())
        managing = asyncio.create_task(
            manager.run(
                batch_size=self.slots // 2,
                max_concurrent_tasks=self.slots,
                dequeue_timeout=self.stalled_after / 4,
                heartbeat_timeout=self.stalled_after,
                shutdown_on_listener_failure=True,
                log_aggregation_interval=timedelta(0),
            )
        )
        promoting = asyncio.create_task(self._promote(wake))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((managing, promoting, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (promoting, stopping):
                task.cancel()
            manager.shutdown.set()
            await hands.finish(managing, self.drain_seconds)
        # Both are asked: an error that nobody takes is told by asyncio, with a trace.
        for outcome in await asyncio.gather(managing, promoting, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    def _manager(self, connection: "Connection", hands: "_Hands") -> QueueManager:
        manager = QueueManager(queries_on(AsyncpgDriver(connection)), channel=SETTINGS.channel)
        for kind in hands.run.kinds.names:
            manager.entrypoint(kind, accepts_context=False, on_failure="hold")(hands.take)
        return manager

    async def _promote(self, wake: asyncio.Event) -> None:
        while True:
            wake.clear()
            with suppress(ConcurrentUpdateError):
                while await self.schedule.promote(await self.clock.now(), _AT_ONCE):
                    pass
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), _LOOK_SECONDS)


@define
class _Hands:
    """What PgQueuer calls for each job."""

    run: TakesTurns
    _told: Callable[[JobRun], None]
    _at_work: "set[asyncio.Task[Any]]" = field(factory=set, init=False)

    async def take(self, queued: QueuedJob) -> None:
        """Take a job's turn, or leave it to another worker."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - PgQueuer makes a task for each job
        self._at_work.add(task)
        try:
            self._told(await self.run(ticket_from_bytes(queued.payload)))
        except (
            asyncio.CancelledError,
            ConcurrentUpdateError,
            JobElsewhereError,
            StoreUnavailableError,
        ):
            raise _LeftToOthers from None
        except Exception as error:
            # The job itself cannot raise here: its failure is a turn like any other.
            _log.error("job_turn_failed", kind=queued.entrypoint, exc_info=error)
            raise _LeftToOthers from error
        finally:
            self._at_work.discard(task)

    async def finish(self, managing: "asyncio.Task[None]", seconds: float) -> None:
        """Let what runs come to its end for some seconds; leave the rest to others."""
        await asyncio.wait((managing,), timeout=seconds)
        for task in self._at_work:
            task.cancel()
        await asyncio.wait((managing,))
