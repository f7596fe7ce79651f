"""Who reacts to the events of others. A context that does is added here."""

import time
from collections.abc import Sequence

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import (
    Callable,
    DependenciesContainer,
    List,
    Object,
    Singleton,
)

from application.shared.catch_up import CatchUp, ReactedUpTo
from application.shared.reactions import Drain, DrainAll


def _names(drains: Sequence[Drain]) -> tuple[str, ...]:
    return tuple(drain.reaction.reacting.name for drain in drains)


class Reactions(DeclarativeContainer):
    """Factories of the use cases about reactions."""

    ports = DependenciesContainer()
    streaks = DependenciesContainer()

    drains = List(streaks.drain)
    drain_all = Singleton(DrainAll, drains=drains)
    catch_ups = List(
        Singleton(
            CatchUp,
            progress=ports.reactions,
            drain=streaks.drain,
            seconds=Object(time.monotonic),
        ),
    )
    reacted_up_to = Singleton(ReactedUpTo, progress=ports.reactions, names=Callable(_names, drains))
