"""Who reacts to the events of others. A context that does is added here."""

import time

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import (
    DependenciesContainer,
    Factory,
    List,
    Object,
    Singleton,
)

from application.shared.catch_up import CatchUp, ReactedUpTo
from application.shared.reactions import DrainAll


class Reactions(DeclarativeContainer):
    """Factories of the use cases about reactions."""

    ports = DependenciesContainer()
    streaks = DependenciesContainer()

    drains = List(streaks.drain)
    drain_all = Singleton(DrainAll, drains=drains)
    catch_ups = List(
        Factory(
            CatchUp,
            progress=ports.reactions,
            drain=streaks.drain,
            seconds=Object(time.monotonic),
        ),
    )
    reacted_up_to = Singleton(
        ReactedUpTo, progress=ports.reactions, new_catch_ups=catch_ups.provider
    )
