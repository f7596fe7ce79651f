"""Random years of one person's use, and what must hold in each of them.

`python -m tests.domain.usage.years 20000` runs so many years.
"""

import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import attrs
from attrs import define, field, frozen

from domain.shared.errors import ConflictError, RefusedError
from domain.shared.ids import PersonId, UsageSessionId
from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount
from domain.usage.commands import (
    Beat,
    CatchUp,
    ChangeZone,
    Extend,
    Settle,
    StartSession,
    UsageCommand,
    decide,
    open_account,
)
from domain.usage.events import UsageChange
from domain.usage.ledger import lines_of
from domain.usage.periods import ClosedPeriod, bank_cap
from domain.usage.plan_changes import ChangeTier
from domain.usage.policy import UsagePolicy, UsageRules
from domain.usage.purchased import Grant
from domain.usage.seconds import Seconds

PERSON = PersonId(UUID(int=1))
RULES = UsageRules(tiers=TierCatalogue(), policy=UsagePolicy(), version="test")
ZONES = ("UTC", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Auckland", "Africa/Cairo")
YEAR = timedelta(days=366)


@frozen
class Step:
    """A command at an instant."""

    at: datetime
    command: UsageCommand


@frozen
class Plan:
    """What a person does in a year, and what they begin with."""

    opens_at: datetime
    tier: Tier
    timezone: str
    steps: tuple[Step, ...]

    @property
    def ends_at(self) -> datetime:
        return self.opens_at + YEAR


def a_plan(chance: random.Random) -> Plan:
    opens_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(31_536_000))
    steps: list[Step] = []
    at, number = opens_at, 0
    while (at := at + _pause(chance)) < opens_at + YEAR:
        kind = chance.random()
        if kind < 0.7:
            number += 1
            if chance.random() < 0.3:
                at = _near_a_month_end(at, chance)
            steps.extend(_a_session(UsageSessionId(UUID(int=number)), at, chance))
        elif kind < 0.8:
            steps.append(Step(at, ChangeTier(tier=chance.choice(list(Tier)))))
        elif kind < 0.9:
            steps.append(Step(at, Grant(seconds=chance.randrange(1, 5000))))
        else:
            steps.append(Step(at, ChangeZone(timezone=chance.choice(ZONES))))
    steps.sort(key=lambda step: step.at)
    tier, zone = chance.choice(list(Tier)), chance.choice(ZONES)
    return Plan(opens_at, tier, zone, tuple(step for step in steps if step.at >= opens_at))


def _pause(chance: random.Random) -> timedelta:
    return timedelta(seconds=chance.choice((60, 3600, 86_400, 864_000)) * chance.random() * 2)


def _near_a_month_end(at: datetime, chance: random.Random) -> datetime:
    month = (at.replace(day=28) + timedelta(days=4)).replace(day=1, hour=0, minute=0, second=0)
    return max(at, month - timedelta(hours=chance.choice((0, 5.5, -3, 13)), seconds=600))


def _a_session(session_id: UsageSessionId, at: datetime, chance: random.Random) -> Iterator[Step]:
    """Beats come on time, or late, or stop; somebody settles it, or nobody."""
    yield Step(at, StartSession(session_id=session_id))
    for _ in range(chance.choice((3, 10, 10, 70))):
        at += timedelta(seconds=chance.choice((15, 15, 15, 15.25, 40, 59)))
        kind = chance.random()
        if kind < 0.03:
            yield Step(at, Extend(session_id=session_id))
        elif kind < 0.04:
            return
        else:
            yield Step(at, Beat(session_id=session_id))
    yield Step(at + timedelta(seconds=chance.choice((0, 7.5, 61))), Settle(session_id=session_id))


@define
class Year:
    """A person's year as it goes."""

    account: UsageAccount
    events: list[UsageChange] = field(factory=list)
    looks: Callable[[datetime], Iterator[datetime]] = lambda _: iter(())

    def go(self, plan: Plan) -> "Year":
        for step in plan.steps:
            for look in self.looks(step.at):
                self._keep(*_outcome(self.account, None, look))
            try:
                self._keep(*_outcome(self.account, step.command, step.at))
            except (RefusedError, ConflictError):
                self._keep(*_outcome(self.account, None, step.at))
        self._keep(*_outcome(self.account, None, plan.ends_at))
        return self

    def _keep(self, account: UsageAccount, events: tuple[UsageChange, ...]) -> None:
        self.account = account
        self.events.extend(events)
        never_more_than_there_is(account)


def _outcome(
    account: UsageAccount, command: UsageCommand | None, now: datetime
) -> tuple[UsageAccount, tuple[UsageChange, ...]]:
    outcome = decide(account, command or CatchUp(), RULES, now)
    return outcome.account, outcome.events


def begun(plan: Plan) -> Year:
    outcome = open_account(PERSON, plan.tier, plan.timezone, RULES, plan.opens_at)
    return Year(outcome.account, list(outcome.events))


def never_more_than_there_is(account: UsageAccount) -> None:
    assert account.available >= 0
    assert 0 <= account.held <= account.left.total
    for source in attrs.astuple(account.left):
        assert source >= 0


def conserved(year: Year) -> None:
    account = year.account
    for period in account.closed:
        kept = period.seconds_used + period.seconds_forfeited + period.seconds_banked
        assert period.monthly_seconds == kept
        bank = period.banked_seconds_used + period.banked_seconds_forfeited
        assert period.banked_seconds == bank
    periods = (*account.closed, account.period)
    for before, after in pairwise(periods):
        assert isinstance(before, ClosedPeriod)
        assert before.ends_at == after.starts_at
        cap = bank_cap(RULES.tiers.of(after.first_tier), RULES.policy.bank_percent)
        unused = before.monthly_seconds - before.seconds_used
        assert after.banked_seconds == before.seconds_banked == min(unused, cap)
    assert account.purchased_seconds == account.purchased_seconds_used + account.left.purchased
    assert account.purchased_seconds == sum(period.purchased_seconds for period in periods)
    used_by_sessions = sum(session.seconds_consumed for session in account.settled)
    used_in_periods = sum(
        period.seconds_used + period.banked_seconds_used + period.purchased_seconds_used
        for period in periods
    )
    certain = sum(session.settled_seconds for session in account.sessions)
    assert used_in_periods == used_by_sessions + certain
    adds_up(year)


def adds_up(year: Year) -> None:
    """The ledger's lines come to nothing in a closed period, and to what is left in all."""
    lines = lines_of(year.events, 0)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    total = Seconds()
    by_period: dict[str, Seconds] = {}
    for line in lines:
        seconds = Seconds(line.banked, line.monthly, line.purchased)
        total += seconds
        by_period[line.period] = by_period.get(line.period, Seconds()) + seconds
    assert total == year.account.left
    for period in year.account.closed:
        assert by_period[period.period].banked == by_period[period.period].monthly == 0
        bought = period.purchased_seconds - period.purchased_seconds_used
        assert by_period[period.period].purchased == bought


def a_random_year(seed: int) -> Year:
    """A year, looked at once as it goes and once at random instants too: both are the same."""
    chance = random.Random(seed)
    plan = a_plan(chance)
    plain, looked_at = begun(plan).go(plan), begun(plan)
    last = [plan.opens_at]

    def looks(until: datetime) -> Iterator[datetime]:
        for _ in range(chance.randrange(3)):
            last[0] += (until - last[0]) * chance.random()
            yield last[0]

    looked_at.looks = looks
    looked_at.go(plan)
    conserved(plain)
    caught_up = decide(plain.account, CatchUp(), RULES, plan.ends_at).account
    assert looked_at.account == plain.account == caught_up
    assert looked_at.events == plain.events
    return plain


if __name__ == "__main__":
    years = int(sys.argv[1])
    sessions = sum(len(a_random_year(seed).account.settled) for seed in range(years))
    print(f"{years} years with {sessions} sessions: every second is conserved")  # noqa: T201
