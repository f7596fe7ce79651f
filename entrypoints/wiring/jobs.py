"""The kinds of jobs there are, and the use cases about jobs."""

import random
import time
from datetime import timedelta

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Object, Singleton

from application.shared.backlog import TellBacklog
from application.shared.forget_answers import ForgetExpiredAnswers
from application.shared.forget_queue_log import ForgetQueueLog
from application.shared.jobs import Handler, JobKind, JobKinds
from application.shared.manage_jobs import DiscardJob, ListJobs, RetryJob
from application.shared.run_due_jobs import RunDueJobs
from application.shared.run_job import RunJob


def job_kinds(
    settle_overdue_calls: Handler,
    forget_events: Handler,
    forget_expired_answers: Handler,
    forget_queue_log: Handler,
    settle_due_usage: Handler,
) -> JobKinds:
    """Name every kind of job, and who does it. A new kind is added here."""
    return JobKinds.of(
        (
            _sweep("settle_overdue_calls", settle_overdue_calls, timedelta(minutes=1)),
            _sweep("settle_due_usage", settle_due_usage, timedelta(minutes=1)),
            _sweep("forget_events", forget_events, timedelta(hours=1)),
            _sweep("forget_expired_answers", forget_expired_answers, timedelta(hours=1)),
            _sweep("forget_queue_log", forget_queue_log, timedelta(hours=1)),
        )
    )


def _sweep(name: str, handle: Handler, every: timedelta) -> JobKind:
    """Give a periodic kind whose work is of many transactions, each of which does no harm twice."""
    return JobKind(name=name, handle=handle, every=every, in_transaction=False, tries=3)


class Jobs(DeclarativeContainer):
    """Factories of the use cases about jobs."""

    ports = DependenciesContainer()
    video = DependenciesContainer()
    events = DependenciesContainer()
    usage = DependenciesContainer()

    kinds = Singleton(
        job_kinds,
        settle_overdue_calls=video.settle_overdue_calls,
        forget_events=events.forget_events,
        forget_expired_answers=Factory(
            ForgetExpiredAnswers, answers=ports.answers, clock=ports.clock
        ),
        forget_queue_log=Factory(ForgetQueueLog, log=ports.job_queue),
        settle_due_usage=usage.settle_due,
    )
    run_job = Factory(
        RunJob,
        transactions=ports.transactions,
        runs=ports.job_runs,
        kinds=kinds,
        clock=ports.clock,
        chance=Object(random.random),
    )
    run_due_jobs = Factory(
        RunDueJobs,
        schedule=ports.job_schedule,
        queue=ports.job_queue,
        run=run_job,
        kinds=kinds,
        clock=ports.clock,
        seconds=Object(time.monotonic),
    )
    tell_backlog = Singleton(
        TellBacklog,
        backlogs=ports.backlogs,
        figures=ports.figures,
        clock=ports.clock,
        kinds=kinds,
        buses=events.buses,
    )
    list_jobs = Factory(ListJobs, jobs=ports.job_list)
    retry_job = Factory(
        RetryJob, transactions=ports.transactions, jobs=ports.job_list, clock=ports.clock
    )
    discard_job = Factory(DiscardJob, transactions=ports.transactions, jobs=ports.job_list)
