"""What became of a call, read off its raw log."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tests.simulation import rules
from tests.simulation.journal import CallFate, CallLog, ConversationLog, Journal


def answered_at(call: CallLog) -> datetime | None:
    firsts: dict[int, datetime] = {}
    for report in call.reports:
        if report.connected:
            firsts.setdefault(report.person, report.at)
    return max(firsts.values()) if len(firsts) == 2 else None


def connected(call: CallLog) -> set[int]:
    latest = {report.person: report.connected for report in call.reports}
    return {person for person, here in latest.items() if here}


def over_by_time(call: CallLog) -> datetime:
    """Give when the call is over if no more is heard of it."""
    answered = answered_at(call)
    if answered is None:
        return call.rings_at + rules.ANSWER_WITHIN
    longest = answered + rules.LONGEST_CALL
    if connected(call):
        return longest
    return min(longest, call.reports[-1].at + rules.RECONNECT_WITHIN)


def overlap(call: CallLog, until: datetime) -> timedelta:
    total = timedelta()
    here: set[int] = set()
    since = call.at
    for report in call.reports:
        if len(here) == 2:
            total += report.at - since
        since = report.at
        here = here | {report.person} if report.connected else here - {report.person}
    return total + (until - since if len(here) == 2 else timedelta())


def fate(call: CallLog, now: datetime) -> CallFate:
    """Work out how a call stands; what is over stays as it was."""
    if call.over is not None:
        return call.over
    found = _fate(call, now)
    if found.over_at is not None:
        call.over = found
    return found


def _fate(call: CallLog, now: datetime) -> CallFate:
    ends = over_by_time(call)
    over_at = call.end.at if call.end is not None else ends if ends <= now else None
    answered = answered_at(call)
    together = overlap(call, over_at or now)
    if over_at is None:
        return CallFate("ringing" if answered is None else "ongoing", None, None, together, {})
    if answered is None:
        declined = call.end is not None and call.end.declined
        return CallFate("ended", over_at, "declined" if declined else "missed", together, {})
    if together < rules.ENOUGH_OVERLAP:
        return CallFate("ended", over_at, "too_short", together, {})
    dates = call.end.dates if call.end is not None else _dates_by_time(call, ends)
    return CallFate("ended", over_at, "completed", together, dates)


def _dates_by_time(call: CallLog, ends: datetime) -> dict[int, date]:
    # Fixed when the last was heard of the call, so that nothing later moves them.
    return {
        person: max([rules.wall_date(ends, timezone), *counted])
        for person, (timezone, counted) in call.reports[-1].whereabouts.items()
    }


def completed(journal: Journal, conversation: ConversationLog) -> Iterator[CallFate]:
    for number in conversation.calls:
        found = fate(journal.calls[number], journal.now)
        if found.outcome == "completed":
            yield found


def last_call_on(journal: Journal, conversation: int, person: int) -> date | None:
    calls = completed(journal, journal.conversations[conversation])
    return max((call.dates[person] for call in calls), default=None)
