"""The use cases of streaks."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Singleton

from application.shared.idempotency import Once
from application.shared.reactions import Drain
from application.streaks.change_streak import (
    PauseStreak,
    RepairStreak,
    ResumeStreak,
    StreakChanger,
)
from application.streaks.queries import StreakQueries
from application.streaks.reactions import CountForStreaks
from application.streaks.record_activity import RecordActivity


class Streaks(DeclarativeContainer):
    """Factories of the use cases of streaks."""

    ports = DependenciesContainer()

    reaction = Singleton(
        CountForStreaks,
        streaks=ports.streaks,
        last_credits=ports.streaks,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    drain = Singleton(
        Drain, transactions=ports.transactions, pending=ports.reactions, reaction=reaction
    )
    record_activity = Singleton(
        RecordActivity,
        transactions=ports.transactions,
        streaks=ports.streaks,
        drain=drain,
        once=Singleton(
            Once, transactions=ports.transactions, answers=ports.answers, clock=ports.clock
        ),
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    changer = Singleton(
        StreakChanger,
        transactions=ports.transactions,
        streaks=ports.streaks,
        drain=drain,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    repair_streak = Factory(RepairStreak, change=changer)
    pause_streak = Factory(PauseStreak, change=changer)
    resume_streak = Factory(ResumeStreak, change=changer)
    queries = Factory(
        StreakQueries,
        streaks=ports.streaks,
        days=ports.streaks,
        drain=drain,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
