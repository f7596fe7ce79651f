"""What the simulation expects of commands about persons."""

import unicodedata
from zoneinfo import available_timezones

from tests.simulation import calls, rules, usage_accounts
from tests.simulation.commands import (
    Answer,
    Block,
    ChangeProfile,
    IdentityCommand,
    Register,
    Reinstate,
    Report,
    SetTier,
    Suspend,
    Unblock,
)
from tests.simulation.journal import Journal, PersonLog

ZONES = available_timezones()
LOCALE = "hi-IN"

NOT_FOUND: Answer = {"error": "not_found"}
INVALID: Answer = {"error": "invalid_value"}
DELETED: Answer = {"error": "person_deleted"}


def put(journal: Journal, command: IdentityCommand) -> Answer:
    match command:
        case Register():
            return _register(journal, command)
        case ChangeProfile():
            return _change_profile(journal, command)
        case SetTier():
            return _set_tier(journal, command)
        case Suspend() | Reinstate():
            return _suspend(journal, command)
        case Block():
            return _block(journal, command)
        case Unblock():
            return _unblock(journal, command)
        case Report():
            return _report(journal, command)


def seen(journal: Journal, person: int) -> Answer:
    log = journal.persons[person]
    return {
        "person": person,
        **log.profile,
        "tier": log.tiers[-1][1] if log.tiers else "free",
        "active": log.active,
        "counting_on": log.counted[-1] if log.counted else None,
    }


def _in_form(field: str, value: str | None) -> str | None:
    """Give a value as it is kept, or raise ValueError."""
    if value is None or field == "privacy_level":
        return value
    value = unicodedata.normalize("NFC", value)
    if field == "timezone":
        sound = value in ZONES
    elif field == "email":
        sound = value.count("@") == 1 and "." in value.partition("@")[2]
    else:
        value = value.strip()
        sound = 0 < len(value) <= (50 if field == "display_name" else 200)
    if not sound:
        raise ValueError(field)
    return value


def _taken(journal: Journal, email: str | None, but: int | None = None) -> bool:
    return email is not None and any(
        number != but and (log.profile["email"] or "").casefold() == email.casefold()
        for number, log in enumerate(journal.persons)
    )


def _register(journal: Journal, command: Register) -> Answer:
    given = {"name": command.name, "timezone": command.timezone, "email": command.email}
    try:
        profile = {field: _in_form(field, value) for field, value in given.items()}
    except ValueError:
        return INVALID
    if _taken(journal, profile["email"]):
        return {"error": "email_taken"}
    person = len(journal.persons)
    full = {**profile, "display_name": None, "privacy_level": "friends_only"}
    journal.persons.append(PersonLog([full], journal.now))
    journal.tell("person_registered", person, timezone=full["timezone"], locale=LOCALE)
    return seen(journal, person)


def _change_profile(journal: Journal, command: ChangeProfile) -> Answer:
    person, field = command.person, command.field
    if not journal.knows(person):
        return NOT_FOUND
    if journal.erased(person):
        return DELETED
    try:
        value = _in_form(field, command.value)
    except ValueError:
        return INVALID
    log = journal.persons[person]
    if field == "email" and _taken(journal, value, but=person):
        return {"error": "email_taken"}
    if log.profile[field] != value:
        log.profiles.append({**log.profile, field: value})
        if field == "timezone":
            usage_accounts.moved(journal, person, log.timezone)
        journal.tell("profile_changed", person, fields=(field,))
    return seen(journal, person)


def _set_tier(journal: Journal, command: SetTier) -> Answer:
    person = command.person
    if not journal.knows(person):
        return NOT_FOUND
    if journal.erased(person):
        return DELETED
    log = journal.persons[person]
    if journal.may_buy(person):
        # What they bought may give them more: it is read off the events.
        return seen(journal, person)
    before = log.tiers[-1][1] if log.tiers else "free"
    if before != command.tier:
        day = log.counting_date(journal.now)
        log.counted.append(day)
        log.tiers.append((day, command.tier))
        usage_accounts.tier_changed(journal, person, command.tier)
        journal.tell("tier_changed", person, before=before, after=command.tier)
        journal.tell("entitlements_changed", person, tier=command.tier, until=None)
    return seen(journal, person)


def _suspend(journal: Journal, command: Suspend | Reinstate) -> Answer:
    person, on = command.person, isinstance(command, Suspend)
    if isinstance(command, Suspend) and not command.reason.strip():
        return INVALID
    if not journal.knows(person):
        return NOT_FOUND
    if journal.erased(person):
        return DELETED
    log = journal.persons[person]
    if log.active is on:
        log.suspended.append(on)
        journal.tell("person_suspended" if on else "person_reinstated", person)
    return seen(journal, person)


def _block(journal: Journal, command: Block) -> Answer:
    one, two = command.blocker, command.blocked
    if one == two:
        return INVALID
    if not journal.knows(one, two):
        return NOT_FOUND
    if journal.erased(one):
        return DELETED
    if not journal.has_blocked(one, two):
        journal.blocks.append((one, two, True))
        journal.tell("person_blocked", one, blocked_id=two)
        conversation = journal.conversation_of(one, two)
        if conversation is not None:
            calls.end_all(journal, conversation)
    return {}


def _unblock(journal: Journal, command: Unblock) -> Answer:
    one, two = command.blocker, command.blocked
    if not journal.knows(one, two):
        return NOT_FOUND
    if journal.erased(one):
        return DELETED
    if journal.has_blocked(one, two):
        journal.blocks.append((one, two, False))
        journal.tell("person_unblocked", one, blocked_id=two)
    return {}


def _report(journal: Journal, command: Report) -> Answer:
    one, two = command.reporter, command.reported
    evidence = tuple(dict.fromkeys(command.evidence))
    if one == two or not command.reason.strip() or len(command.reason) > rules.LONGEST_REASON:
        return INVALID
    if not journal.knows(one, two):
        return NOT_FOUND
    if journal.erased(one):
        return DELETED
    conversation = journal.conversation_of(one, two)
    for message in evidence:
        known = 0 <= message < len(journal.messages)
        if not known or journal.messages[message].conversation != conversation:
            return INVALID
    report = journal.reports
    journal.reports += 1
    journal.tell("person_reported", two, report_id=report, reporter_id=one)
    return {"report": report, "evidence": evidence}
