"""The use cases that belong to no context."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Singleton

from application.shared.idempotency import Once, OnceOutside
from application.shared.move_clock import MoveClock


class Shared(DeclarativeContainer):
    """Factories of the use cases that belong to no context."""

    ports = DependenciesContainer()
    jobs = DependenciesContainer()

    once = Singleton(
        Once, transactions=ports.transactions, answers=ports.answers, clock=ports.clock
    )
    once_outside = Singleton(
        OnceOutside, transactions=ports.transactions, answers=ports.answers, clock=ports.clock
    )
    move_clock = Factory(MoveClock, clock=ports.test_clock, run_due_jobs=jobs.run_due_jobs)
