"""Persons' seconds in the simulation, as their tier and zone change and when they leave."""

from fractions import Fraction
from math import floor

from tests.simulation import rules
from tests.simulation.journal import Journal
from tests.simulation.usage_facts import MONTHLY, AccountLog
from tests.simulation.usage_time import MONTHLY_SECONDS, a_month, end, pass_time, pay_earlier

A_MOMENT = rules.MINUTE / 60_000_000


def known(journal: Journal, person: int) -> AccountLog | None:
    """Give a person's account with what time has brought, if they have one."""
    account = journal.usage.accounts.get(person)
    if account is not None:
        pass_time(journal.usage, account, journal.now)
    return account


def would_open(journal: Journal, person: int) -> AccountLog:
    log = journal.persons[person]
    account = AccountLog(log.tiers[-1][1] if log.tiers else "free", log.timezone)
    today = rules.wall_date(journal.now, log.timezone)
    account.months.append(a_month(account, today.year, today.month, None))
    return account


def opened(journal: Journal, person: int) -> AccountLog:
    account = journal.usage.accounts[person] = would_open(journal, person)
    return account


def tier_changed(journal: Journal, person: int, tier: str) -> None:
    """Take in a person's tier, by which their month is granted if this is their first."""
    account = known(journal, person)
    if account is None:
        opened(journal, person)
        return
    month, ranks = account.month, rules.TIERS.index
    if ranks(tier) > ranks(month.tier):
        left = (month.ends_at - journal.now) // A_MOMENT
        whole = (month.ends_at - month.starts_at) // A_MOMENT
        more = MONTHLY_SECONDS[tier] - MONTHLY_SECONDS[month.tier]
        added = floor(Fraction(more * left, whole))
        month.granted += added
        month.left[MONTHLY] += added
        month.tier = tier
    account.tier = tier


def moved(journal: Journal, person: int, timezone: str) -> None:
    """Take in a person's zone, in which their next month will end."""
    account = known(journal, person)
    if account is not None:
        account.zone = timezone


def left(journal: Journal, person: int) -> None:
    """End the sessions of a person who is erased, and their account."""
    account = known(journal, person)
    if account is None:
        return
    facts = journal.usage
    going_on = facts.going_on(account)
    for session in going_on:
        pay_earlier(facts, account, session, journal.now)
    for session in going_on:
        end(facts, account, session, journal.now, journal.now, "erasure")
    account.ended = True
