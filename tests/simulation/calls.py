"""What the simulation expects of commands about video calls."""

from datetime import date, timedelta

from tests.simulation import rules
from tests.simulation.call_log import answered_at, completed, connected, fate
from tests.simulation.commands import (
    Answer,
    AskCall,
    AskHistory,
    CallCommand,
    Connect,
    Decline,
    EndCall,
    Leave,
    StartCall,
)
from tests.simulation.journal import CallFate, CallLog, EndLog, Journal, PresenceLog

NOT_FOUND: Answer = {"error": "not_found"}
DELETED: Answer = {"error": "person_deleted"}
ENDED: Answer = {"error": "video_call_ended"}


def put(journal: Journal, command: CallCommand) -> Answer:
    match command:
        case StartCall():
            return _start(journal, command)
        case Connect(call=call, person=person):
            return _report(journal, call, person, here=True)
        case Leave(call=call, person=person):
            return _report(journal, call, person, here=False)
        case Decline():
            return _decline(journal, command)
        case EndCall():
            return _end(journal, command)
        case AskCall(call=call):
            known = 0 <= call < len(journal.calls)
            return seen(journal, call) if known else NOT_FOUND
        case AskHistory(conversation=conversation):
            known = 0 <= conversation < len(journal.conversations)
            return history(journal, conversation) if known else NOT_FOUND


def seen(journal: Journal, number: int) -> Answer:
    call, found = journal.calls[number], _fate(journal, number)
    ended = found.state == "ended"
    return {
        "call": number,
        "initiator": call.initiator,
        "callee": call.callee,
        "rings_at": call.rings_at,
        "state": found.state,
        "answered_at": answered_at(call),
        "connected": set() if ended else connected(call),
        "reports": len(call.reports),
        "ended_at": found.over_at,
        "outcome": found.outcome,
        "overlap_seconds": found.overlap // timedelta(seconds=1) if ended else None,
    }


def history(journal: Journal, conversation: int) -> Answer:
    """Work out anew what all completed calls of a conversation come to."""
    log = journal.conversations[conversation]
    ends, dates = [], []
    for call in completed(journal, log):
        assert call.over_at is not None
        ends.append(call.over_at)
        dates.append(call.dates)
    return {
        "started_at": log.at,
        "first": min(ends, default=None),
        "last": max(ends, default=None),
        "count": len({end.date() for end in ends}),
        "last_on": {
            person: max((day[person] for day in dates), default=None) for person in log.participants
        },
    }


def end_all(journal: Journal, conversation: int) -> None:
    """End what is open, as a block does."""
    for number in journal.conversations[conversation].calls:
        if _fate(journal, number).state != "ended":
            _close(journal, number, declined=False)


def told_of_ends(journal: Journal) -> list[dict[str, object]]:
    """Give the events of all calls that are over, whoever or whatever ended them."""
    told: list[dict[str, object]] = []
    for number, call in enumerate(journal.calls):
        found = _fate(journal, number)
        if found.state != "ended":
            continue
        known = {"at": found.over_at, "call_id": number, "conversation_id": call.conversation}
        seconds = found.overlap // timedelta(seconds=1)
        pair = (call.initiator, call.callee)
        dates = tuple(found.dates[person] for person in pair) if found.dates else None
        told.append(
            {
                **known,
                "type": "video_call_ended",
                "person_id": call.initiator,
                "callee_id": call.callee,
                "outcome": found.outcome,
                "overlap_seconds": seconds,
                "counts_on": dates,
            }
        )
        for person, partner in (pair, pair[::-1]) if found.dates else ():
            told.append(
                {
                    **known,
                    "type": "video_call_counted",
                    "person_id": person,
                    "partner_id": partner,
                    "counted_on": found.dates[person],
                    "overlap_seconds": seconds,
                }
            )
    return told


def is_open(journal: Journal, number: int) -> bool:
    return _fate(journal, number).state != "ended"


def _fate(journal: Journal, number: int) -> CallFate:
    return fate(journal.calls[number], journal.now)


def _takes_part(journal: Journal, call: int, person: int) -> bool:
    if not 0 <= call < len(journal.calls):
        return False
    return person in (journal.calls[call].initiator, journal.calls[call].callee)


def _start(journal: Journal, command: StartCall) -> Answer:
    conversation, initiator = command.conversation, command.initiator
    if not journal.takes_part(conversation, initiator):
        return NOT_FOUND
    callee = journal.other(conversation, initiator)
    if code := journal.forbidden(initiator, callee):
        return {"error": code}
    ahead = timedelta(seconds=command.ahead or 0)
    if command.ahead is not None and not timedelta() < ahead <= rules.FURTHEST_AHEAD:
        return {"error": "invalid_value"}
    numbers = journal.conversations[conversation].calls
    states = {number: _fate(journal, number).state for number in numbers}
    ringing_or_on = [
        number
        for number, state in states.items()
        if state == "ongoing"
        or (state == "ringing" and journal.calls[number].rings_at <= journal.now)
    ]
    if command.ahead is None and ringing_or_on:
        return {"error": "video_call_in_progress"}
    if sum(state != "ended" for state in states.values()) >= rules.MOST_OPEN_CALLS:
        return {"error": "too_many_open_calls"}
    number = len(journal.calls)
    rings_at = journal.now + ahead
    scheduled = command.ahead is not None
    journal.calls.append(CallLog(conversation, initiator, callee, journal.now, rings_at, scheduled))
    numbers.append(number)
    journal.tell(
        "video_call_started",
        initiator,
        call_id=number,
        conversation_id=conversation,
        callee_id=callee,
        rings_at=rings_at,
        scheduled_for=rings_at if scheduled else None,
    )
    return seen(journal, number)


def _report(journal: Journal, number: int, person: int, *, here: bool) -> Answer:
    if not _takes_part(journal, number, person):
        return NOT_FOUND
    call = journal.calls[number]
    if journal.erased(person):
        return DELETED
    other = journal.other(call.conversation, person)
    if here and (code := journal.forbidden(person, other)):
        return {"error": code}
    if _fate(journal, number).state == "ended":
        return ENDED
    if (person in connected(call)) is not here:
        whereabouts = {
            who: (journal.persons[who].timezone, list(journal.persons[who].counted[-1:]))
            for who in (call.initiator, call.callee)
        }
        call.reports.append(PresenceLog(journal.now, person, here, whereabouts))
        journal.tell(
            "presence_reported",
            person,
            call_id=number,
            conversation_id=call.conversation,
            presence="connected" if here else "disconnected",
        )
    return seen(journal, number)


def _decline(journal: Journal, command: Decline) -> Answer:
    number, person = command.call, command.person
    if not _takes_part(journal, number, person):
        return NOT_FOUND
    if journal.erased(person):
        return DELETED
    if person == journal.calls[number].initiator:
        return {"error": "not_the_callee"}
    found = _fate(journal, number)
    if found.state == "ongoing":
        return {"error": "video_call_answered"}
    if found.state == "ended" and found.outcome != "declined":
        return ENDED
    if found.state == "ringing":
        _close(journal, number, declined=True)
    return seen(journal, number)


def _end(journal: Journal, command: EndCall) -> Answer:
    number, person = command.call, command.person
    if not 0 <= number < len(journal.calls):
        return NOT_FOUND
    if person is not None and not _takes_part(journal, number, person):
        return NOT_FOUND
    if person is not None and journal.erased(person):
        return DELETED
    if _fate(journal, number).state != "ended":
        _close(journal, number, declined=False)
    return seen(journal, number)


def _close(journal: Journal, number: int, *, declined: bool) -> None:
    call = journal.calls[number]
    dates: dict[int, date] = {
        person: journal.persons[person].counting_date(journal.now)
        for person in (call.initiator, call.callee)
    }
    call.end = EndLog(journal.now, declined, dates)
