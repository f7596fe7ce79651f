"""What must hold of the seconds of a simulation: none is lost, and none is used twice."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator

from domain.shared.ids import PersonId
from domain.usage.accounts import UsageAccount
from domain.usage.commands import CatchUp
from domain.usage.events import SecondsUsed, UsageSessionSettled
from domain.usage.periods import ClosedPeriod, Period
from domain.usage.seconds import Seconds
from tests.simulation import usage, usage_kithkin
from tests.simulation.journal import Journal
from tests.simulation.kithkin import Simulated
from tests.simulation.usage_facts import AccountLog
from tests.simulation.usage_time import pass_time

_ALL = 1_000_000


async def broken(journal: Journal, kithkin: Simulated) -> AsyncIterator[str]:
    """Give a line for everything that does not hold."""
    ports = kithkin.kithkin.ports
    for person, log in journal.usage.accounts.items():
        person_id = kithkin.person(person)
        account = await kithkin.kithkin.usage.keeper()(person_id, CatchUp())
        pass_time(journal.usage, log, journal.now)
        if account is None:
            yield f"person {person} has no account"
            continue
        periods = (await ports.usage_records().periods(person_id, None, _ALL)).items[::-1]
        for line in _broken_account(account, periods):
            yield f"person {person}: {line}"
        if not log.ended:
            for line in _not_as_expected(periods, log):
                yield f"person {person}: {line}"
        async for line in _broken_lines(kithkin, account, periods):
            yield f"person {person}: {line}"
    async for line in _broken_events(journal, kithkin):
        yield line


def _broken_account(account: UsageAccount, periods: tuple[Period, ...]) -> Iterator[str]:
    if not 0 <= account.held <= account.left.total:
        yield f"{account.held} seconds are held of {account.left}"
    bought = sum(period.purchased_seconds for period in periods)
    used = sum(period.purchased_seconds_used for period in periods)
    if bought != used + account.left.purchased or bought != account.purchased_seconds:
        yield f"of {bought} purchased seconds {used} are used and {account.left.purchased} left"
    for period in periods:
        if isinstance(period, ClosedPeriod):
            after = period.seconds_used + period.seconds_forfeited + period.seconds_banked
            bank = period.banked_seconds_used + period.banked_seconds_forfeited
            if (period.monthly_seconds, period.banked_seconds) != (after, bank):
                yield f"the month is not conserved: {period}"


def _not_as_expected(periods: tuple[Period, ...], log: AccountLog) -> Iterator[str]:
    found = [usage_kithkin.counted(period) for period in periods]
    wanted = [usage.counted(month) for month in log.months]
    if found != wanted:
        yield f"months {found}, not {wanted}"


async def _broken_lines(
    kithkin: Simulated, account: UsageAccount, periods: tuple[Period, ...]
) -> AsyncIterator[str]:
    """The lines of a closed month come to nothing, and all of them to what is left."""
    total, numbers = Seconds(), list[int]()
    for period in periods:
        lines = kithkin.kithkin.ports.usage_records().lines
        of_period = Seconds()
        for line in (await lines(account.person_id, period.period, None, _ALL)).items:
            of_period += Seconds(line.banked, line.monthly, line.purchased)
            numbers.append(line.number)
        total += of_period
        if isinstance(period, ClosedPeriod) and (of_period.banked, of_period.monthly) != (0, 0):
            yield f"the lines of {period.period} come to {of_period}"
    if total != account.left or sorted(numbers) != list(range(1, account.lines + 1)):
        yield f"the lines come to {total}, and what is left is {account.left}"


async def _broken_events(journal: Journal, kithkin: Simulated) -> AsyncIterator[str]:
    """Every session that is over was told of once, and every second that it used."""
    settled, used, persons = Counter[int](), Counter[int](), dict[int, PersonId]()
    numbers = kithkin.plain.usage_sessions
    for outgoing in await kithkin.outbox():
        match outgoing.event:
            case UsageSessionSettled() as event:
                settled[numbers.of(event.session_id)] += 1
                persons[numbers.of(event.session_id)] = event.person_id
            case SecondsUsed() as event:
                used[numbers.of(event.session_id)] += event.seconds.total
            case _:
                pass
    for number, session in enumerate(journal.usage.sessions):
        if settled[number] != (session.ended_at is not None):
            yield f"session {number} was told to be settled {settled[number]} times"
        if session.ended_at is not None and used[number] != session.consumed:
            yield f"session {number} was told to use {used[number]}, not {session.consumed}"
        if persons.get(number) not in {None, kithkin.person(session.person)}:
            yield f"session {number} was told of somebody else"
