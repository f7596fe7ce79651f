"""The use cases of achievements."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, List, Singleton

from application.achievements.award_back import AwardByNow, AwardToThoseWhoEarned
from application.achievements.change_award import ChangeAward
from application.achievements.publish_achievement import (
    ChangeAchievement,
    PublishAchievement,
    PublishCatalogue,
)
from application.achievements.queries import AchievementQueries
from application.achievements.reactions import EarnAchievements
from application.shared.reactions import Drain, DrainAll


class Achievements(DeclarativeContainer):
    """Factories of the use cases of achievements."""

    ports = DependenciesContainer()
    streaks = DependenciesContainer()

    reaction = Singleton(
        EarnAchievements,
        achievements=ports.achievements,
        achievers=ports.achievers,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    drain = Singleton(
        Drain, transactions=ports.transactions, pending=ports.reactions, reaction=reaction
    )
    # Streaks first: what they come to counts here.
    drain_all = Singleton(DrainAll, drains=List(streaks.drain, drain))
    award = Singleton(
        AwardByNow,
        transactions=ports.transactions,
        achievers=ports.achievers,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    award_back = Factory(
        AwardToThoseWhoEarned,
        transactions=ports.transactions,
        achievements=ports.achievements,
        award_backs=ports.award_backs,
        award=award,
        clock=ports.clock,
    )
    award_back_by_job = award_back.provided.by_job
    publish_achievement = Factory(
        PublishAchievement,
        transactions=ports.transactions,
        achievements=ports.achievements,
        award_backs=ports.award_backs,
        jobs=ports.jobs,
        clock=ports.clock,
    )
    publish_catalogue = Factory(
        PublishCatalogue, achievements=ports.achievements, publish=publish_achievement
    )
    change_achievement = Factory(
        ChangeAchievement,
        transactions=ports.transactions,
        achievements=ports.achievements,
        clock=ports.clock,
    )
    change_award = Factory(
        ChangeAward,
        transactions=ports.transactions,
        achievements=ports.achievements,
        achievers=ports.achievers,
        awards=ports.awards,
        drain=drain_all,
        clock=ports.clock,
    )
    queries = Factory(
        AchievementQueries,
        achievements=ports.achievements,
        achievers=ports.achievers,
        awards=ports.awards,
        sights=ports.sights,
        award=award,
        drain=drain_all,
        clock=ports.clock,
    )
