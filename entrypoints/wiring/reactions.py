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

_EARN_EVERY_SECONDS = 2.0
"""Every message counts for achievements, so those of a person are counted some at a time."""


class Reactions(DeclarativeContainer):
    """Factories of the use cases about reactions."""

    ports = DependenciesContainer()
    streaks = DependenciesContainer()
    achievements = DependenciesContainer()
    shop = DependenciesContainer()
    referrals = DependenciesContainer()

    # In this order: achievements look at what streaks come to.
    drains = List(streaks.drain, achievements.drain)
    drain_all = Singleton(DrainAll, drains=drains)
    catch_ups = List(
        Factory(
            CatchUp,
            progress=ports.reactions,
            drain=streaks.drain,
            seconds=Object(time.monotonic),
        ),
        Factory(
            CatchUp,
            progress=ports.reactions,
            drain=achievements.drain,
            seconds=Object(time.monotonic),
            rest_seconds=_EARN_EVERY_SECONDS,
        ),
        Factory(
            CatchUp,
            progress=ports.reactions,
            drain=shop.drain,
            seconds=Object(time.monotonic),
        ),
        Factory(
            CatchUp,
            progress=ports.reactions,
            drain=referrals.drain,
            seconds=Object(time.monotonic),
        ),
        Factory(
            CatchUp,
            progress=ports.reactions,
            drain=referrals.drain_claims,
            seconds=Object(time.monotonic),
        ),
    )
    reacted_up_to = Singleton(
        ReactedUpTo, progress=ports.reactions, new_catch_ups=catch_ups.provider
    )
