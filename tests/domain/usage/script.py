"""A person's use, played from a script."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from attrs import define

from domain.shared.ids import PersonId, UsageSessionId
from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount
from domain.usage.commands import (
    Beat,
    CatchUp,
    Settle,
    StartSession,
    UsageCommand,
    decide,
    open_account,
)
from domain.usage.events import UsageChange
from domain.usage.periods import ClosedPeriod
from domain.usage.plan_changes import ChangeTier
from domain.usage.policy import UsagePolicy, UsageRules
from domain.usage.purchased import Grant
from domain.usage.sessions import OpenSession, SettledSession

START = datetime(2026, 3, 1, tzinfo=UTC)
PERSON = PersonId(UUID(int=1))
RULES = UsageRules(tiers=TierCatalogue(), policy=UsagePolicy(), version="v1")
DAY = timedelta(days=1)


@define
class Script:
    """An account, the time, and all that happened."""

    account: UsageAccount
    now: datetime
    events: list[UsageChange]
    sessions: int = 0
    rules: UsageRules = RULES

    def wait(self, **time: float) -> "Script":
        self.now += timedelta(**time)
        return self

    def until(self, at: datetime) -> "Script":
        self.now = at
        return self

    def put(self, command: UsageCommand) -> "Script":
        outcome = decide(self.account, command, self.rules, self.now)
        self.account = outcome.account
        self.events.extend(outcome.events)
        return self

    def look(self) -> UsageAccount:
        return self.put(CatchUp()).account

    def start(self) -> UsageSessionId:
        self.sessions += 1
        session_id = UsageSessionId(UUID(int=self.sessions))
        self.put(StartSession(session_id=session_id))
        return session_id

    def beat(self, session_id: UsageSessionId) -> "Script":
        return self.put(Beat(session_id=session_id))

    def go_on(self, session_id: UsageSessionId, seconds: int) -> "Script":
        """Beat every 15 seconds for so long."""
        for _ in range(seconds // 15):
            self.wait(seconds=15).beat(session_id)
        return self.wait(seconds=seconds % 15)

    def settle(self, session_id: UsageSessionId) -> SettledSession:
        self.put(Settle(session_id=session_id))
        return self.settled(session_id)

    def use(self, seconds: int) -> SettledSession:
        session_id = self.start()
        return self.go_on(session_id, seconds).settle(session_id)

    def grant(self, seconds: int) -> "Script":
        return self.put(Grant(seconds=seconds))

    def hold(self, tier: Tier) -> "Script":
        return self.put(ChangeTier(tier=tier))

    def open(self, session_id: UsageSessionId) -> OpenSession:
        session = self.account.session(session_id)
        assert session is not None
        return session

    def settled(self, session_id: UsageSessionId) -> SettledSession:
        (found,) = (one for one in self.account.settled if one.id == session_id)
        return found

    def closed(self, period: str) -> ClosedPeriod:
        (found,) = (one for one in self.account.closed if one.period == period)
        return found


def a_script(
    tier: Tier = Tier.FREE,
    timezone: str = "UTC",
    at: datetime = START,
    rules: UsageRules = RULES,
) -> Script:
    outcome = open_account(PERSON, tier, timezone, rules, at)
    return Script(outcome.account, at, list(outcome.events), rules=rules)
