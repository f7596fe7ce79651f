"""The use cases of usage."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Singleton

from application.usage.charge_companions import CompanionUsage
from application.usage.continue_session import (
    BeatUsageSession,
    ExtendUsageSession,
    SessionKeeper,
    SettleUsageSession,
)
from application.usage.follow_person import FollowPerson
from application.usage.grant_seconds import GrantSeconds
from application.usage.keep_account import AccountKeeper
from application.usage.queries import UsageQueries
from application.usage.settle_due import SettleDueUsage
from application.usage.start_session import StartUsageSession


class Usage(DeclarativeContainer):
    """Factories of the use cases of usage."""

    ports = DependenciesContainer()

    keeper = Singleton(
        AccountKeeper,
        transactions=ports.transactions,
        subscribers=ports.subscribers,
        accounts=ports.usage_accounts,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    follow_person = Singleton(FollowPerson, keep=keeper)
    start_session = Factory(
        StartUsageSession,
        keep=keeper,
        sessions=ports.usage_sessions,
        new_id=ports.new_id,
        tally=ports.figures,
    )
    session_keeper = Singleton(SessionKeeper, keep=keeper, sessions=ports.usage_sessions)
    beat_session = Factory(BeatUsageSession, sessions=session_keeper)
    extend_session = Factory(ExtendUsageSession, sessions=session_keeper)
    settle_session = Factory(SettleUsageSession, sessions=session_keeper)
    grant_seconds = Factory(GrantSeconds, keep=keeper)
    settle_due = Factory(SettleDueUsage, keep=keeper, accounts=ports.due_accounts)
    companions = Factory(CompanionUsage, keep=keeper, stats=ports.usage_stats)
    queries = Factory(
        UsageQueries, keep=keeper, records=ports.usage_records, stats=ports.usage_stats
    )
