"""What the simulation expects of commands about seconds.

A session holds a part of each month that it goes on in, and every second that is used is taken
from its month; what an account says is counted anew from them.
"""

from typing import TypeAlias

from tests.simulation.journal import Journal
from tests.simulation.people import DELETED, INVALID, NOT_FOUND
from tests.simulation.usage_accounts import A_MOMENT, known, opened, would_open
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
from tests.simulation.usage_facts import (
    PURCHASED,
    AccountLog,
    MonthLog,
    Part,
    SessionLog,
    seconds,
)
from tests.simulation.usage_time import end, pay_earlier

Answer: TypeAlias = dict[str, object]

SETTLED: Answer = {"error": "usage_session_settled"}
SUSPENDED: Answer = {"error": "person_suspended"}
LIMIT_REACHED: Answer = {"error": "usage_limit_reached"}
MISSING: Answer = {"error": "seconds_missing"}

LEAST, EXTENSION, MOST_EXTENSIONS, MOST_OPEN = 30, 300, 2, 20
LARGEST_GRANT = 1_000_000
LONGEST = {"free": 900, "plus": 1800, "premium": 3600}
REALTIME = {"free": 0, "plus": 20, "premium": 200}
CONVERSATIONS = {"free": 30, "plus": 300, "premium": 1_000_000}


def put(journal: Journal, command: UsageCommand) -> Answer:
    match command:
        case StartUsage():
            return _start(journal, command)
        case BeatUsage(session=number):
            return _beat(journal, number)
        case ExtendUsage(session=number):
            return _extend(journal, number)
        case SettleUsage():
            return _settle(journal, command)
        case GrantSeconds():
            return _grant(journal, command)
        case AskUsage(person=person):
            return _who(journal, person) or seen(journal, person)
        case AskPaywall(person=person):
            return _who(journal, person) or _paywall(journal, person)


def seen(journal: Journal, person: int) -> Answer:
    """Count what a person may use, and has used."""
    account = known(journal, person) or would_open(journal, person)
    month = account.month
    held = sum(month.left.values()) + account.purchased - journal.usage.free(account)
    remaining, rest = dict[str, int](), held
    for source, number in {**month.left, PURCHASED: account.purchased}.items():
        remaining[source] = number - min(rest, number)
        rest -= min(rest, number)
    before = account.purchased + month.used[PURCHASED] - month.bought
    return {
        **counted(month),
        "there": before + month.bought,
        "held": held,
        "remaining": remaining,
        "sessions": list(account.sessions),
    }


def counted(month: MonthLog) -> Answer:
    return {
        "period": month.name,
        "zone": month.zone,
        "starts_at": month.starts_at,
        "ends_at": month.ends_at,
        "tier": month.tier,
        "granted": month.granted,
        "bank": month.bank,
        "used": dict(month.used),
        "bought": month.bought,
        "conversations": month.conversations,
        "realtime": month.realtime,
        "closed_at": month.closed_at,
        "carried": month.carried,
        "lost": month.lost,
    }


def shown(journal: Journal, number: int) -> Answer:
    session = journal.usage.sessions[number]
    answer: Answer = {
        "session": number,
        "month": session.month,
        "started_at": session.at,
        "extensions": session.extensions,
    }
    if session.ended_at is None:
        return {**answer, "held": session.held, "heard_at": session.heard_at}
    return {
        **answer,
        "ended_at": session.ended_at,
        "by": session.settled_by,
        "lasted": seconds(session.at, session.ended_at),
        "consumed": session.consumed,
        "input_tokens": session.input_tokens,
    }


def _who(journal: Journal, person: int) -> Answer | None:
    if not journal.knows(person):
        return NOT_FOUND
    return DELETED if journal.erased(person) else None


def _start(journal: Journal, command: StartUsage) -> Answer:
    person, facts = command.person, journal.usage
    if refusal := _who(journal, person):
        return refusal
    account = known(journal, person) or would_open(journal, person)
    new = _is_new_conversation(journal, account, command)
    if refusal := _refusal(journal, command, account, counted=int(new)):
        return refusal
    facts.accounts[person] = account
    month = account.month
    held = min(LONGEST[month.tier], facts.free(account))
    month.conversations += new
    month.realtime += command.mode == "realtime"
    account.sessions.append(len(facts.sessions))
    facts.sessions.append(
        SessionLog(
            person,
            month.name,
            command.conversation,
            journal.now,
            [Part(month, held)],
            journal.now,
        )
    )
    return shown(journal, len(facts.sessions) - 1)


def _is_new_conversation(journal: Journal, account: AccountLog, command: StartUsage) -> bool:
    about = command.conversation
    return about is None or not any(
        (session.person, session.month, session.conversation)
        == (command.person, account.month.name, about)
        for session in journal.usage.sessions
    )


def _refusal(
    journal: Journal, command: StartUsage, account: AccountLog, counted: int
) -> Answer | None:
    month = account.month
    if not journal.persons[command.person].active:
        return SUSPENDED
    if (
        len(account.sessions) >= MOST_OPEN
        or month.conversations + counted > CONVERSATIONS[month.tier]
        or (command.mode == "realtime" and month.realtime >= REALTIME[month.tier])
    ):
        return LIMIT_REACHED
    return MISSING if journal.usage.free(account) < LEAST else None


def _find(journal: Journal, number: int) -> tuple[AccountLog, SessionLog] | None:
    if not 0 <= number < len(journal.usage.sessions):
        return None
    session = journal.usage.sessions[number]
    account = known(journal, session.person)
    assert account is not None
    return account, session


def _beat(journal: Journal, number: int) -> Answer:
    if (found := _find(journal, number)) is None:
        return NOT_FOUND
    account, session = found
    if session.ended_at is not None:
        return SETTLED
    pay_earlier(journal.usage, account, session, journal.now)
    over_at = session.at + session.held * 1_000_000 * A_MOMENT
    if over_at <= journal.now:
        end(journal.usage, account, session, journal.now, over_at, "hold_used_up")
    else:
        session.heard_at = journal.now
    return shown(journal, number)


def _extend(journal: Journal, number: int) -> Answer:
    beaten = _beat(journal, number)
    if "error" in beaten:
        return beaten
    account, session = _find(journal, number) or (AccountLog("", ""), None)
    if session is None or session.ended_at is not None:
        return SETTLED
    if not journal.persons[session.person].active:
        return SUSPENDED
    if session.extensions == MOST_EXTENSIONS:
        return LIMIT_REACHED
    free = journal.usage.free(account)
    if free < LEAST:
        return MISSING
    session.extensions += 1
    session.parts[-1].held += min(EXTENSION, free)
    return shown(journal, number)


def _settle(journal: Journal, command: SettleUsage) -> Answer:
    tokens = command.input_tokens
    if tokens is not None and not 0 <= tokens <= 1_000_000_000:
        return INVALID
    if (found := _find(journal, command.session)) is None:
        return NOT_FOUND
    account, session = found
    if session.ended_at is None:
        pay_earlier(journal.usage, account, session, journal.now)
        end(journal.usage, account, session, journal.now, journal.now, "request")
    if session.input_tokens is None:
        session.input_tokens = tokens
    return shown(journal, command.session)


def _grant(journal: Journal, command: GrantSeconds) -> Answer:
    person, number = command.person, command.seconds
    if refusal := _who(journal, person):
        return refusal
    if not 1 <= number <= LARGEST_GRANT:
        return INVALID
    account = known(journal, person) or opened(journal, person)
    account.purchased += number
    account.bought += number
    account.month.bought += number
    return seen(journal, person)


def _paywall(journal: Journal, person: int) -> Answer:
    account = known(journal, person) or would_open(journal, person)
    month, free = account.month, journal.usage.free(account)
    there = sum(month.left.values()) + account.purchased + sum(month.used.values())
    most = CONVERSATIONS[month.tier]
    blocked = {
        "person_is_active": not journal.persons[person].active,
        "seconds_available": free < LEAST,
        "monthly_conversations": month.conversations + 1 > most,
        "open_sessions": len(account.sessions) >= MOST_OPEN,
    }
    warned = {
        "seconds_available": (there - free) * 100 >= 80 * there,
        "monthly_conversations": month.conversations * 100 >= 80 * most,
    }
    if True in blocked.values():
        return {"outcome": "block", "rule": next(rule for rule in blocked if blocked[rule])}
    if True in warned.values():
        return {"outcome": "warn", "rule": next(rule for rule in warned if warned[rule])}
    return {"outcome": "allow", "rule": "seconds_available"}
