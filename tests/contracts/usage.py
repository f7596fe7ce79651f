"""The use cases of usage, on the stores under test."""

from typing import Any

from uuid_utils.compat import uuid7

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
from tests.contracts.stores import Stores
from tests.contracts.values import RULEBOOK

NO_JOB: Any = None
"""A sweep asks nothing of the job that it is done for."""


def account_keeper(stores: Stores) -> AccountKeeper:
    return AccountKeeper(
        stores.transactions,
        stores.subscribers,
        stores.usage_accounts,
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def follow_person(stores: Stores) -> FollowPerson:
    return FollowPerson(account_keeper(stores))


def start_usage(stores: Stores) -> StartUsageSession:
    return StartUsageSession(account_keeper(stores), stores.usage_sessions, uuid7)


def session_keeper(stores: Stores) -> SessionKeeper:
    return SessionKeeper(account_keeper(stores), stores.usage_sessions)


def beat_usage(stores: Stores) -> BeatUsageSession:
    return BeatUsageSession(session_keeper(stores))


def extend_usage(stores: Stores) -> ExtendUsageSession:
    return ExtendUsageSession(session_keeper(stores))


def settle_usage(stores: Stores) -> SettleUsageSession:
    return SettleUsageSession(session_keeper(stores))


def grant_seconds(stores: Stores) -> GrantSeconds:
    return GrantSeconds(account_keeper(stores))


def settle_due(stores: Stores) -> SettleDueUsage:
    return SettleDueUsage(account_keeper(stores), stores.due_accounts)


def usage_queries(stores: Stores) -> UsageQueries:
    return UsageQueries(account_keeper(stores), stores.usage_records, stores.usage_stats)
