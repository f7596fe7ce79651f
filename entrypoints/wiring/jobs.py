"""The kinds of jobs there are, and the use cases about jobs."""

import random
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import (
    DependenciesContainer,
    Dict,
    Factory,
    List,
    Object,
    Singleton,
)

from application.achievements.publish_achievement import AWARD_BACK
from application.billing.keep_plans import BRING_UP
from application.shared.backlog import TellBacklog
from application.shared.counted_run import CountedRun
from application.shared.forget_answers import ForgetExpiredAnswers
from application.shared.forget_queue_log import ForgetQueueLog
from application.shared.jobs import Ahead, Handler, JobKind, JobKinds, StoredJob
from application.shared.manage_jobs import DiscardJob, ListJobs, RetryJob
from application.shared.run_due_jobs import RunDueJobs
from application.shared.run_job import RunJob


class _Foreseeing(Protocol):
    """Work that knows when there will be more of it."""

    async def __call__(self, job: StoredJob, /) -> object: ...

    async def ahead(self, now: datetime, /) -> datetime | None: ...


def job_kinds(
    every_minute: Mapping[str, Handler],
    foreseen: Mapping[str, _Foreseeing],
    every_hour: Mapping[str, Handler],
    every_day: Mapping[str, Handler],
    award_back: Handler,
    once: Sequence[JobKind],
    reconcile_payments: Handler,
) -> JobKinds:
    """Name every kind of job, and who does it."""
    minute, hour, day = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
    return JobKinds.of(
        (
            *(_sweep(name, handle, minute) for name, handle in every_minute.items()),
            *(_sweep(name, work, minute, ahead=work.ahead) for name, work in foreseen.items()),
            *(_sweep(name, handle, hour) for name, handle in every_hour.items()),
            *(_sweep(name, handle, day) for name, handle in every_day.items()),
            # It goes on where it was broken off, so a long one is many tries of a bounded time.
            JobKind(
                name=AWARD_BACK,
                handle=award_back,
                in_transaction=False,
                longest_run=hour,
            ),
            *once,
            JobKind(
                name="reconcile_payments",
                handle=reconcile_payments,
                every=day,
                in_transaction=False,
                tries=3,
                longest_run=hour,
            ),
        )
    )


def _sweep(name: str, handle: Handler, every: timedelta, ahead: Ahead | None = None) -> JobKind:
    """Give a periodic kind whose work is of many transactions, each of which does no harm twice."""
    return JobKind(
        name=name, handle=handle, every=every, ahead=ahead, in_transaction=False, tries=3
    )


def _asking_payments(name: str, handle: Handler) -> JobKind:
    """Give a kind that asks a payment provider, once an hour where that is away for days."""
    return JobKind(name=name, handle=handle, in_transaction=False, tries=100)


class Jobs(DeclarativeContainer):
    """Factories of the use cases about jobs."""

    ports = DependenciesContainer()
    video = DependenciesContainer()
    events = DependenciesContainer()
    sign_in = DependenciesContainer()
    achievements = DependenciesContainer()
    usage = DependenciesContainer()
    billing = DependenciesContainer()
    referrals = DependenciesContainer()
    personas = DependenciesContainer()

    kinds = Singleton(
        job_kinds,
        every_minute=Dict(
            settle_overdue_calls=video.settle_overdue_calls,
            settle_due_usage=usage.settle_due,
        ),
        foreseen=Dict(
            settle_rewards=video.settle_rewards,
            settle_referrals=referrals.settle_due,
            end_idle_sessions=personas.end_idle_sessions,
        ),
        every_hour=Dict(
            forget_events=events.forget_events,
            forget_expired_answers=Factory(
                ForgetExpiredAnswers, answers=ports.answers, clock=ports.clock
            ),
            forget_queue_log=Factory(ForgetQueueLog, log=ports.job_queue),
            forget_payment_notifications=billing.forget_notifications,
            forget_sign_ins=sign_in.forget_sign_ins,
            give_referral_rewards=referrals.apply_waiting_claims,
        ),
        every_day=Dict(forget_quotes=billing.forget_quotes),
        award_back=achievements.award_back_by_job,
        once=List(
            Factory(JobKind, name=BRING_UP, handle=billing.bring_plans_up),
            Factory(_asking_payments, "resolve_payment", billing.resolve_by_job),
            Factory(_asking_payments, "refund_payment", billing.refund_by_job),
            Factory(_asking_payments, "tell_renewal", billing.tell_renewal),
            # A model that is away is asked again by the rules of personas, not by these.
            Factory(
                JobKind, name="grow_summary", handle=personas.grow_summary, in_transaction=False
            ),
        ),
        reconcile_payments=billing.reconcile_payments,
    )
    run_job = Factory(
        RunJob,
        transactions=ports.transactions,
        runs=ports.job_runs,
        kinds=kinds,
        clock=ports.clock,
        chance=Object(random.random),
    )
    counted_run = Factory(
        CountedRun, run=run_job, figures=ports.figures, seconds=Object(time.perf_counter)
    )
    run_due_jobs = Factory(
        RunDueJobs,
        schedule=ports.job_schedule,
        queue=ports.job_queue,
        run=counted_run,
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
