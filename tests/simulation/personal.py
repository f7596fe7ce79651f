"""What the simulation expects of preferences and of those who leave."""

from tests.simulation import calls, usage_accounts
from tests.simulation.commands import Answer, Erase, PersonalCommand, Prefer
from tests.simulation.journal import Journal
from tests.simulation.people import DELETED, INVALID, NOT_FOUND

LEAST_LEVEL, HIGHEST_LEVEL = 1, 100
NOTHING: dict[str, str | None] = {
    "name": "",
    "timezone": "UTC",
    "email": None,
    "display_name": None,
    "privacy_level": "private",
}
OF_PREFERENCES = (
    *("target_language", "learning_goal", "speaking_level", "listening_level"),
    *("reading_level", "writing_level", "challenge_preference", "correction_style"),
    "specific_goals",
)


def put(journal: Journal, command: PersonalCommand) -> Answer:
    match command:
        case Prefer():
            return _prefer(journal, command)
        case Erase():
            return _erase(journal, command.person)


def _prefer(journal: Journal, command: Prefer) -> Answer:
    person, level = command.person, command.speaking_level
    if level is not None and not LEAST_LEVEL <= level <= HIGHEST_LEVEL:
        return INVALID
    if not journal.knows(person):
        return NOT_FOUND
    if journal.erased(person):
        return DELETED
    log = journal.persons[person]
    wanted = (command.target_language, level)
    differing: tuple[str, ...] = OF_PREFERENCES
    if log.preferences:
        names = zip(("target_language", "speaking_level"), log.preferences[-1], wanted, strict=True)
        differing = tuple(name for name, before, after in names if before != after)
    if differing:
        log.preferences.append(wanted)
        journal.tell("learning_preferences_changed", person, fields=differing)
    return {"person": person, "target_language": wanted[0], "speaking_level": wanted[1]}


def _erase(journal: Journal, person: int) -> Answer:
    if not journal.knows(person):
        return NOT_FOUND
    log = journal.persons[person]
    if log.erased_at is None:
        usage_accounts.left(journal, person)
        _blank(journal, person)
        log.erased_at = journal.now
        log.profiles, log.preferences = [NOTHING], []
        journal.tell("person_erased", person)
    return {
        "person": person,
        "erased_at": log.erased_at,
        "was_suspended": bool(log.suspended and log.suspended[-1]),
    }


def _blank(journal: Journal, person: int) -> None:
    for number, conversation in enumerate(journal.conversations):
        if person in conversation.participants:
            calls.end_all(journal, number)
    for message in journal.messages:
        if message.sender == person:
            message.texts, message.client_message_id = [""], None
            message.deleted_at = message.deleted_at or journal.now
    blocked = {other for blocker, other, _ in journal.blocks if blocker == person}
    journal.blocks.extend((person, other, False) for other in sorted(blocked))
    for told in journal.told:
        if (told["type"], told["person_id"]) == ("person_registered", person):
            told.update(timezone="UTC", locale="und")
