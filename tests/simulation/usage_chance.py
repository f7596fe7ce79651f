"""What the people of the simulation do next with their seconds, by chance."""

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulation.commands import NOBODY
from tests.simulation.usage_commands import (
    AskPaywall,
    AskUsage,
    BeatUsage,
    ExtendUsage,
    GrantSeconds,
    SettleUsage,
    StartUsage,
    UsageCommand,
)

if TYPE_CHECKING:
    from random import Random

    from tests.simulation.journal import Journal

SOON = timedelta(minutes=2)
_LEAST = 30
_MOMENT = timedelta(microseconds=1)
_SECOND = timedelta(seconds=1)


def going_on(journal: "Journal") -> list[int]:
    """Give the sessions that go on and are not silent yet."""
    return [
        number
        for number, session in enumerate(journal.usage.sessions)
        if session.ended_at is None and session.silent_at > journal.now
    ]


def month_ends_soon(journal: "Journal") -> list[int]:
    """Give the persons whose month will be over in a moment."""
    return [
        person
        for person, account in journal.usage.accounts.items()
        if timedelta() <= account.month.ends_at - journal.now < SOON and not account.ended
    ]


def is_in_session(journal: "Journal") -> bool:
    """Tell whether somebody is to be heard of soon, or a month is about to end."""
    return bool(going_on(journal) or month_ends_soon(journal))


def pick(random: "Random", journal: "Journal", person: int) -> UsageCommand:
    """Pick a command of a person's; sometimes one that makes no sense."""
    current, soon = going_on(journal), month_ends_soon(journal)
    if not current or random.randrange(8 * len(current)) == 0:
        poor = _poorest(journal) if random.randrange(2) else []
        return _of_person(random, journal, random.choice(soon or poor or [person]))
    if random.randrange(20) == 0:
        return BeatUsage(random.randrange(-1, len(journal.usage.sessions)))
    number = min(current, key=lambda known: journal.usage.sessions[known].silent_at)
    if random.randrange(4) == 0:
        number = random.choice(current)
    if random.randrange(40) == 0:
        return SettleUsage(number, random.choice((None, 0, 250, -1)))
    return ExtendUsage(number) if random.randrange(20) == 0 else BeatUsage(number)


def wait(random: "Random", journal: "Journal") -> int:
    """Pick how many microseconds to wait while sessions go on: mostly so that they still do."""
    now = journal.now
    until = {
        now + random.randrange(3, 20) * _SECOND: 400,
        now + random.randrange(1, 60_000_000) * _MOMENT: 60,
        **{journal.usage.accounts[who].month.ends_at: 100 for who in month_ends_soon(journal)},
    }
    if current := going_on(journal):
        session = journal.usage.sessions[random.choice(current)]
        until[session.silent_at + random.choice((-1, -1, 0, 1)) * _MOMENT] = 5
        hold_ends_at = session.at + session.held * _SECOND
        if now <= hold_ends_at < session.silent_at:
            until[hold_ends_at] = 200
    at = random.choices(list(until), list(until.values()))[0]
    return max(0, (at - now) // _MOMENT)


def until_month_end(random: "Random", journal: "Journal") -> int:
    """Pick how many microseconds to wait until shortly before somebody's month is over."""
    accounts = [one for one in journal.usage.accounts.values() if not one.ended]
    if not accounts:
        return 0
    ends_at = random.choice(accounts).month.ends_at
    return max(0, (ends_at - random.randrange(5, 50) * _SECOND - journal.now) // _MOMENT)


def _poorest(journal: "Journal") -> list[int]:
    """Give the person who has least, but enough to start: so that somebody uses up a month."""
    left = {
        person: sum(account.month.left.values()) + account.purchased
        for person, account in journal.usage.accounts.items()
        if journal.persons[person].active
    }
    return sorted((person for person in left if left[person] >= _LEAST), key=left.__getitem__)[:1]


def _of_person(random: "Random", journal: "Journal", person: int) -> UsageCommand:
    kind = random.randrange(12)
    if kind == 0:
        return GrantSeconds(person, random.choice((0, 20, 40, 500, 2000, 1_000_001)))
    if kind == 1:
        return AskPaywall(person)
    if kind in {2, 3}:
        return AskUsage(person)
    if kind == 4:
        return SettleUsage(random.randrange(-1, len(journal.usage.sessions) + 1), None)
    about = random.randrange(-1, len(journal.conversations)) if random.randrange(2) else None
    mode = "realtime" if random.randrange(8) == 0 else "traditional"
    return StartUsage(NOBODY if random.randrange(60) == 0 else person, mode, about)
