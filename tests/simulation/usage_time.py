"""What time does to seconds in the simulation: sessions fall silent, and months end."""

from datetime import date, datetime, timedelta

from tests.simulation import rules
from tests.simulation.usage_facts import (
    BANKED,
    MONTHLY,
    PURCHASED,
    AccountLog,
    MonthLog,
    Part,
    SessionLog,
    UsageFacts,
)

MONTHLY_SECONDS = {"free": 900, "plus": 10_800, "premium": 36_000}
BANKS = {"free": False, "plus": True, "premium": True}


def a_month(account: AccountLog, year: int, month: int, starts_at: datetime | None) -> MonthLog:
    """Give a month in an account's zone, granted by its tier."""
    day = date(year, month, 1)
    after = (day + timedelta(days=40)).replace(day=1)
    granted = MONTHLY_SECONDS[account.tier]
    return MonthLog(
        name=f"{year:04}-{month:02}",
        zone=account.zone,
        starts_at=starts_at or rules.first_instant(day, account.zone),
        ends_at=rules.first_instant(after, account.zone),
        first_tier=account.tier,
        tier=account.tier,
        granted=granted,
        left={BANKED: 0, MONTHLY: granted},
    )


def pass_time(facts: UsageFacts, account: AccountLog, now: datetime) -> None:
    """Do what is due by an instant, the earliest first; silence comes before a month's end."""
    while not account.ended:
        silent = min(facts.going_on(account), key=lambda one: one.silent_at, default=None)
        ends_at = account.month.ends_at
        if silent is not None and silent.silent_at <= min(now, ends_at):
            end(facts, account, silent, silent.silent_at, silent.heard_at, "silence")
        elif ends_at <= now:
            _begin_month(facts, account)
        else:
            return


def end(
    facts: UsageFacts,
    account: AccountLog,
    session: SessionLog,
    at: datetime,
    ended_at: datetime,
    by: str,
) -> None:
    """Settle a session: its seconds come from its parts in order."""
    session.consumed = rest = session.used_by(ended_at)
    for part in session.parts:
        used = min(rest, part.held)
        rest -= used
        if not part.paid:
            _take(account, part.month, used)
    session.ended_at, session.settled_by = ended_at, by
    account.sessions.remove(facts.sessions.index(session))
    _close(facts, account, at)


def pay_earlier(facts: UsageFacts, account: AccountLog, session: SessionLog, at: datetime) -> None:
    """Take what a session used for certain before the month began, as it goes on in it."""
    for part in session.parts[:-1]:
        if not part.paid:
            part.paid = True
            _take(account, part.month, part.held)
    _close(facts, account, at)


def _take(account: AccountLog, month: MonthLog, number: int) -> None:
    for source in (BANKED, MONTHLY):
        taken = min(number, month.left[source])
        month.left[source] -= taken
        month.used[source] += taken
        number -= taken
    assert number <= account.purchased
    account.purchased -= number
    month.used[PURCHASED] += number


def _begin_month(facts: UsageFacts, account: AccountLog) -> None:
    before = account.month
    at = before.ends_at
    year, month = map(int, before.name.split("-"))
    account.months.append(a_month(account, year + month // 12, month % 12 + 1, at))
    going_on = facts.going_on(account)
    wanted = []
    for session in going_on:
        last = session.parts[-1]
        fixed = session.used_by(at) - (session.held - last.held)
        wanted.append(last.held - fixed)
        last.held = fixed
    # All of them are certain of what lies behind before any one holds of the new month.
    for session, more in zip(going_on, wanted, strict=True):
        session.parts.append(Part(account.month, min(more, facts.free(account))))
    _close(facts, account, at)


def _close(facts: UsageFacts, account: AccountLog, at: datetime) -> None:
    if len(account.months) == 1 or account.months[-2].closed_at is not None:
        return
    before, month = account.months[-2:]
    parts = [part for session in facts.going_on(account) for part in session.parts]
    if any(part.month is before and part.held and not part.paid for part in parts):
        return
    most = MONTHLY_SECONDS[month.first_tier] // 2 if BANKS[month.first_tier] else 0
    before.closed_at = at
    before.carried = month.bank = month.left[BANKED] = min(most, before.left[MONTHLY])
    before.lost = sum(before.left.values()) - before.carried
    before.left = {BANKED: 0, MONTHLY: 0}
