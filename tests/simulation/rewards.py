"""What the simulation expects of rewards, worked out anew from all calls at every question."""

from datetime import date, timedelta

from tests.simulation import rules
from tests.simulation.call_log import fate
from tests.simulation.commands import Answer, AskReward, RewardCommand, VoidCall
from tests.simulation.journal import Journal

NOT_FOUND: Answer = {"error": "not_found"}
DELETED: Answer = {"error": "person_deleted"}
INVALID: Answer = {"error": "invalid_value"}
NOT_COMPLETED: Answer = {"error": "video_call_not_completed"}

Month = tuple[int, int]


def put(journal: Journal, command: RewardCommand) -> Answer:
    match command:
        case AskReward(person=person):
            return _ask(journal, person)
        case VoidCall():
            return _void(journal, command)


def is_in_one_month(journal: Journal, person: int) -> bool:
    """Tell whether it is the same month wherever the person ever was.

    Else it depends on who looked when: a month that was looked at is not left again.
    """
    log = journal.persons[person]
    zones = {str(profile["timezone"]) for profile in log.profiles}
    found = {_month(rules.wall_date(journal.now, timezone)) for timezone in zones}
    return found == {_month(log.counting_date(journal.now))}


def partners(journal: Journal, person: int, month: Month) -> set[int]:
    """Give whom a person completed a call with that counts in a month."""
    found = set()
    for call in journal.calls:
        pair = {call.initiator, call.callee}
        if person not in pair or call.voided:
            continue
        known = fate(call, journal.now)
        if known.outcome == "completed" and _month(known.dates[person]) == month:
            found |= pair - {person}
    return found


def _ask(journal: Journal, person: int) -> Answer:
    if not journal.knows(person):
        return NOT_FOUND
    log = journal.persons[person]
    if log.erased:
        return DELETED
    day = log.counting_date(journal.now)
    this, last = _month(day), _month(day.replace(day=1) - timedelta(days=1))
    here, before = (len(partners(journal, person, month)) for month in (this, last))
    status, months_left = "inactive", 0
    if before >= rules.REWARD_PARTNERS:
        status, months_left = "carried", 1
    if here >= rules.REWARD_PARTNERS:
        status, months_left = "earned", 2
    ends_on = day
    for _ in range(months_left):
        ends_on = _first_of_next(ends_on)
    return {
        "status": status,
        "counting_on": day,
        "partners": (here, before),
        "needed": max(0, rules.REWARD_PARTNERS - here),
        "discount_percent": rules.REWARD_PERCENT if months_left else 0,
        "valid_until": rules.first_instant(ends_on, log.timezone) if months_left else None,
    }


def _first_of_next(day: date) -> date:
    month = _month(day)
    while _month(day) == month:
        day += timedelta(days=1)
    return day


def _month(day: date) -> Month:
    return day.year, day.month


def _void(journal: Journal, command: VoidCall) -> Answer:
    number = command.call
    if not command.reason.strip():
        return INVALID
    if not 0 <= number < len(journal.calls):
        return NOT_FOUND
    call = journal.calls[number]
    found = fate(call, journal.now)
    if found.outcome != "completed":
        return NOT_COMPLETED
    if not call.voided:
        call.voided = True
        pair = (call.initiator, call.callee)
        for person, partner in (pair, pair[::-1]):
            journal.tell(
                "video_call_voided",
                person,
                call_id=number,
                conversation_id=call.conversation,
                partner_id=partner,
                counted_on=found.dates[person],
            )
    return {"voided": number}
