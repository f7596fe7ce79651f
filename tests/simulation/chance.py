"""What the people of the simulation do next: by chance, but such that things come about."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

from attrs import define

from tests.simulation import rules, usage_chance, video_chance
from tests.simulation.calls import is_open
from tests.simulation.commands import (
    NOBODY,
    AskAllowance,
    AskCall,
    AskHistory,
    AskMessages,
    AskReward,
    AskSummary,
    Block,
    ChangeProfile,
    Command,
    Connect,
    Decline,
    Delete,
    Edit,
    EndCall,
    Erase,
    Leave,
    MarkRead,
    Open,
    Prefer,
    Register,
    Reinstate,
    Report,
    Send,
    SetTier,
    StartCall,
    Suspend,
    Unblock,
    VoidCall,
    Wait,
)
from tests.simulation.journal import Journal
from tests.simulation.rewards import is_in_one_month

T = TypeVar("T")

FIRST_PERSONS, MOST_PERSONS, MOST_CONVERSATIONS = 6, 14, 16
ZONES = (
    *("Pacific/Kiritimati", "Pacific/Honolulu", "Pacific/Apia", "Australia/Lord_Howe"),
    *("Pacific/Chatham", "Asia/Kathmandu", "Asia/Kolkata", "UTC", "Africa/Cairo"),
    *("America/Havana", "America/Santiago", "America/St_Johns", "America/New_York"),
    *("Europe/Berlin", "Atlantic/Azores", "Asia/Beirut", "Africa/Casablanca"),
)
NO_ZONES = ("Mars/Olympus", "", "utc+1")
EMAILS = tuple(f"{name}@example.org" for name in ("ana", "ben", "eve", "STRASSE", "straße"))
NO_EMAILS = ("ana", "ana@@example.org", "")
TEXTS = ("Hello", "Cafe\u0301", "Café", "नमस्ते")
NO_TEXTS = ("", " \n", "nul\0", "x" * 4001)
PROFILE: dict[str, tuple[str | None, ...]] = {
    "timezone": (*ZONES[:4], *ZONES, *NO_ZONES),
    "display_name": ("Ana", "Cafe\u0301", None, "x" * 51, " "),
    "email": (*EMAILS, "ANA@Example.org", None, *NO_EMAILS),
    "privacy_level": ("public", "friends_only", "private"),
}
SECOND, MINUTE, HOUR = 1_000_000, 60_000_000, 3_600_000_000
DAY = 24 * HOUR


@define
class Chance:
    """Picks commands that mostly make sense to those who take part, and sometimes do not."""

    random: Random

    def next(self, journal: Journal) -> Command:
        if len(journal.persons) < FIRST_PERSONS:
            return self._register(journal)
        if not journal.conversations:
            return self._open(journal)
        kinds = self._kinds(journal)
        return self.random.choices(list(kinds), list(kinds.values()))[0](journal)

    def _kinds(self, journal: Journal) -> dict[Callable[[Journal], Command], int]:
        in_session = usage_chance.is_in_session(journal)
        return {
            self._send: 40,
            self._call: 30,
            self._wait: 24,
            self._video: 12,
            self._usage: 12 if in_session else 5,
            self._ask: 14,
            self._edit: 3,
            self._delete: 2,
            self._mark_read: 3,
            self._person: 9,
            self._stand_between: 4,
            self._open: 2,
            self._report: 1,
            self._register: 1,
        }

    def _one_in(self, times: int) -> bool:
        return self.random.randrange(times) == 0

    def _of(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def _anyone(self, journal: Journal) -> int:
        return NOBODY if self._one_in(60) else self.random.randrange(len(journal.persons))

    def _conversation(self, journal: Journal) -> int:
        if self._one_in(80):
            return NOBODY
        # Some are busier than others.
        known = list(range(len(journal.conversations)))
        return self._of(known[:1] * 3 + known[1:2] * 2 + known)

    def _participant(self, journal: Journal, conversation: int) -> int:
        if conversation == NOBODY or self._one_in(60):
            return self._anyone(journal)
        one, two = journal.conversations[conversation].participants
        return self._of([one, one, two])

    def _register(self, journal: Journal) -> Command:
        name = " " if self._one_in(20) else f"Person {len(journal.persons)}"
        timezone = self._of(NO_ZONES) if self._one_in(20) else self._of(ZONES)
        email = self._of([None, None, *EMAILS, *NO_EMAILS])
        if len(journal.persons) >= MOST_PERSONS:
            name = ""
        return Register(name, timezone, email)

    def _person(self, journal: Journal) -> Command:
        person = self._anyone(journal)
        if self._one_in(12):
            level = self._of([None, 1, 50, 100, 0, 101])
            return Prefer(person, self._of(["ja", "pt"]), level)
        if self._one_in(60):
            return self._erase(journal)
        suspended = [
            who for who, log in enumerate(journal.persons) if not (log.active or log.erased)
        ]
        if suspended and self._one_in(2):
            return Reinstate(self._of([*suspended, person]))
        if self._one_in(12):
            return Suspend(person, self._of(["Spam.", "Spam.", " "]))
        if self._one_in(2):
            return SetTier(person, self._of(rules.TIERS))
        field = self._of(["timezone", "timezone", *PROFILE])
        return ChangeProfile(person, field, self._of(PROFILE[field]))

    def _erase(self, journal: Journal) -> Command:
        """Let few leave: those who talk most stay, and who left may be asked to again."""
        busiest = {who for talk in journal.conversations[:2] for who in talk.participants}
        quiet = [who for who in range(len(journal.persons)) if who not in busiest]
        return Erase(NOBODY if self._one_in(5) else self._of([*quiet, *quiet, NOBODY]))

    def _stand_between(self, journal: Journal) -> Command:
        pairs = [conversation.participants for conversation in journal.conversations]
        apart = [pair for pair in pairs if journal.apart(*pair)]
        one, two = self._of(apart if apart and not self._one_in(3) else pairs)
        if self._one_in(2):
            one, two = two, one
        if apart or not self._one_in(3):
            return Unblock(one, two)
        return Block(one, self._of([two, two, self._anyone(journal)]))

    def _open(self, journal: Journal) -> Command:
        if len(journal.conversations) >= MOST_CONVERSATIONS:
            return Open(*self._of(journal.conversations).participants)
        return Open(self._anyone(journal), self._anyone(journal))

    def _report(self, journal: Journal) -> Command:
        conversation = self._of(journal.conversations)
        evidence = [*conversation.messages[-3:], self.random.randrange(-1, len(journal.messages))]
        named = tuple(evidence[: self.random.randrange(len(evidence) + 1)])
        reason = self._of(["Spam.", "Spam.", "Spam.", " ", "x" * 2001])
        return Report(*conversation.participants, reason, named)

    def _send(self, journal: Journal) -> Command:
        conversation = self._conversation(journal)
        sender = self._participant(journal, conversation)
        if journal.messages and not self._one_in(10):
            # Who writes goes on writing, or no limit would ever be reached.
            latest = journal.messages[-1]
            conversation, sender = latest.conversation, latest.sender
        text = self._of(NO_TEXTS) if self._one_in(40) else self._of(TEXTS)
        name = self._of([*"abcdefgh", ""]) if self._one_in(6) else None
        return Send(conversation, sender, text, name)

    def _message(self, journal: Journal, conversation: int) -> int:
        if conversation == NOBODY or self._one_in(12):
            return self.random.randrange(-1, len(journal.messages))
        latest = journal.conversations[conversation].messages[-6:]
        return self._of(latest) if latest else NOBODY

    def _writer(self, journal: Journal, conversation: int, message: int) -> int:
        if message == NOBODY or self._one_in(6):
            return self._participant(journal, conversation)
        return journal.messages[message].sender

    def _edit(self, journal: Journal) -> Command:
        conversation = self._conversation(journal)
        message = self._message(journal, conversation)
        text = self._of([*TEXTS, *TEXTS, *NO_TEXTS])
        return Edit(conversation, message, self._writer(journal, conversation, message), text)

    def _delete(self, journal: Journal) -> Command:
        conversation = self._conversation(journal)
        message = self._message(journal, conversation)
        return Delete(conversation, message, self._writer(journal, conversation, message))

    def _mark_read(self, journal: Journal) -> Command:
        conversation = self._conversation(journal)
        person = self._participant(journal, conversation)
        return MarkRead(conversation, person, self._message(journal, conversation))

    def _call(self, journal: Journal) -> Command:
        current = [number for number in range(len(journal.calls)) if is_open(journal, number)][-4:]
        if not current or self._one_in(12):
            return self._start(journal)
        number = self._of(current)
        if self._one_in(30):
            number = self.random.randrange(-1, len(journal.calls))
        call = journal.calls[number]
        person = self._of([call.initiator, call.callee])
        if self._one_in(60):
            person = self._anyone(journal)
        if self._one_in(80):
            return VoidCall(
                self.random.randrange(-1, len(journal.calls)), self._of(["Fraud.", " "])
            )
        if self._one_in(25):
            return Decline(number, person)
        if self._one_in(12):
            return EndCall(number, self._of([None, person]))
        return Connect(number, person) if self.random.random() < 0.7 else Leave(number, person)

    def _start(self, journal: Journal) -> Command:
        conversation = self._conversation(journal)
        initiator = self._participant(journal, conversation)
        soon = self.random.randrange(1, 200_000)
        far = self.random.randrange(200_000, 20_000_000)
        odd = (0, -1, 366 * 86_400, 366 * 86_400 + 1)
        ahead = self._of([None] * 12 + [soon] * 4 + [far] * 4 + [self._of(odd)])
        return StartCall(conversation, initiator, ahead)

    def _has_plain_month(self, journal: Journal, person: int) -> bool:
        return not journal.knows(person) or is_in_one_month(journal, person)

    def _ask(self, journal: Journal) -> Command:
        conversation = self._conversation(journal)
        person = self._participant(journal, conversation)
        call = self.random.randrange(-1, len(journal.calls)) if journal.calls else NOBODY
        questions: list[Command] = [
            AskAllowance(conversation, person),
            AskAllowance(conversation, person),
            AskSummary(conversation, person),
            AskMessages(conversation, self._of([None, person])),
            AskHistory(conversation),
            AskCall(call),
            AskReward(person) if self._has_plain_month(journal, person) else AskCall(call),
        ]
        return self._of(questions)

    def _usage(self, journal: Journal) -> Command:
        return usage_chance.pick(self.random, journal, self._anyone(journal))

    def _wait(self, journal: Journal) -> Command:
        if usage_chance.is_in_session(journal) and self._one_in(2):
            return Wait(usage_chance.wait(self.random, journal))
        waits: dict[int, int] = {
            self.random.randrange(30 * SECOND): 40,
            self.random.randrange(30 * SECOND, 95 * SECOND): 25,
            self._of([1, 59_999_999, MINUTE, 15 * MINUTE, 15 * MINUTE + 1, 12 * HOUR]): 10,
            self.random.randrange(MINUTE, 40 * MINUTE): 16,
            self.random.randrange(HOUR, 8 * HOUR): 6,
            self._until_midnight(journal): 8,
            self._of([1, 2, 4, 8, 16]) * DAY: 1,
        }
        return Wait(self.random.choices(list(waits), list(waits.values()))[0])

    def _video(self, journal: Journal) -> Command:
        conversation = self._conversation(journal)
        person = self._participant(journal, conversation)
        return video_chance.pick(self.random, journal, conversation, person)

    def _until_midnight(self, journal: Journal) -> int:
        """Wait until just before, at or just after somebody's next midnight."""
        timezone = self._of(journal.persons).timezone
        today = rules.wall_date(journal.now, timezone)
        midnight = rules.first_instant(today + timedelta(days=1), timezone)
        microseconds = (midnight - journal.now) // timedelta(microseconds=1)
        return max(0, microseconds + self._of([-30 * SECOND, -1, 0, 1, MINUTE]))


@define
class ChanceOfUse(Chance):
    """Picks little but what is about seconds, so that months of them are used up."""

    def _kinds(self, journal: Journal) -> dict[Callable[[Journal], Command], int]:
        in_session = usage_chance.is_in_session(journal)
        return {
            self._usage: 60,
            self._wait: 50 if in_session else 10,
            self._person: 4,
            self._register: 1,
        }

    def _wait(self, journal: Journal) -> Command:
        if usage_chance.is_in_session(journal) and not self._one_in(200):
            return Wait(usage_chance.wait(self.random, journal))
        if self._one_in(4):
            return Wait(usage_chance.until_month_end(self.random, journal))
        return super()._wait(journal)
