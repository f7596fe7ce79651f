"""What must hold of companions when the simulation is over: what is known, merged anew."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from attrs import define, field

from domain.personas.messages import CompanionMessage, Voice
from domain.personas.observations import Observation
from domain.personas.sessions import CompanionSession, EndedCompanionSession
from domain.shared.ids import CompanionSessionId, ConversationId, PersonId
from tests.simulation.companion_book import MOST_CONFIDENCE, CompanionBook
from tests.simulation.journal import Journal
from tests.simulation.kithkin import Simulated

ENOUGH_MESSAGES, ENOUGH_CHARACTERS, ENOUGH_SECONDS = 6, 200, 60
COUNTED_A_DAY, IDLE = 3, timedelta(minutes=30)
KEPT_PERCENT, NEWCOMER_PERCENT, ENOUGH_SUPPORT, SHOWN = 85, 10, 60, 3
LISTS = {"trait_valued": "top_3_traits_you_value", "work_on": "what_you_might_work_on"}
SINGLES = {
    "partner_type": "partner_type_one_liner",
    "love_language": "love_language_guess",
    "communication_fit": "communication_fit",
}
_ALL = 100_000


async def broken(journal: Journal, kithkin: Simulated, book: CompanionBook) -> AsyncIterator[str]:
    """Give a line for everything that does not hold."""
    for person, conversation_id in kithkin.plain.companions.items():
        if journal.persons[person].erased:
            continue
        person_id = kithkin.person(person)
        queries = kithkin.kithkin.personas.queries()
        talk = ConversationId(conversation_id)
        sessions = (await queries.sessions(talk, None, None, _ALL)).items
        page = await queries.messages(talk, None, None, _ALL, newest_first=False)
        ports = kithkin.kithkin.ports
        said = await ports.observations().of_person(person_id)
        latest = await ports.latest_summaries().get(person_id)
        ended = [it for it in sessions if isinstance(it, EndedCompanionSession)]
        for lines in (
            _broken_sessions(ended, page.items, book),
            _broken_evidence(person_id, said, sessions, page.items),
            _broken_confidence(
                person_id, ended, None if latest is None else latest.confidence, book
            ),
        ):
            for line in lines:
                yield f"person {person}: {line}"
        if latest is not None:
            known = [it for it in ended if it.growth.value == "summarised"]
            known.sort(key=lambda it: (it.ended_at, it.id))
            merged = merge([said.get(it.id, ()) for it in known])
            for name, wanted in merged.items():
                found = getattr(latest.summary, name)
                if found != wanted:
                    yield f"person {person}: {name} is {found}, and merged anew {wanted}"


def _broken_sessions(
    ended: list[EndedCompanionSession], messages: tuple[CompanionMessage, ...], book: CompanionBook
) -> Iterator[str]:
    counted = Counter(it.ended_on for it in ended if it.gain)
    if max(counted.values(), default=0) > COUNTED_A_DAY:
        yield f"more than {COUNTED_A_DAY} sessions of a day count: {counted}"
    for session in ended:
        if session.id not in book.ended:
            yield f"the end of {session.id} was not told"
        own = [it for it in messages if it.session_id == session.id and it.role is Voice.USER]
        if session.user_messages != len(own):
            yield f"{session.id} has {len(own)} messages, not {session.user_messages}"
        if session.kind.value == "call":
            enough = session.duration_seconds >= ENOUGH_SECONDS
        else:
            characters = sum(len(it.text) for it in own)
            enough = len(own) >= ENOUGH_MESSAGES and characters >= ENOUGH_CHARACTERS
        if enough is (session.growth.value == "too_short"):
            yield f"{session.id} is {session.growth} with {len(own)} messages"
        if session.gain and session.growth.value not in {"summarised", "reset"}:
            yield f"{session.id} gained by {session.growth}"
    grown = [book.grown[it.id] for it in sorted(ended, key=_end) if it.id in book.grown]
    if [it.at for it in grown] != sorted(it.at for it in grown):
        yield "sessions did not grow in the order of their ends"


def _end(session: EndedCompanionSession) -> tuple[object, object]:
    return session.ended_at, session.id


def _broken_evidence(
    person_id: PersonId,
    said: "dict[CompanionSessionId, tuple[Observation, ...]] | object",
    sessions: tuple[CompanionSession, ...],
    messages: tuple[CompanionMessage, ...],
) -> Iterator[str]:
    """Every observation rests on the person's own words in its session."""
    assert isinstance(said, dict)
    known = {it.id for it in sessions}
    for session_id, observations in said.items():
        own = {
            it.id
            for it in messages
            if it.session_id == session_id and it.role is Voice.USER and it.person_id == person_id
        }
        for one in observations:
            if session_id not in known or not one.evidence_message_ids:
                yield f"rests on nothing: {one}"
            if not set(one.evidence_message_ids) <= own:
                yield f"rests on what they did not say: {one}"


def _broken_confidence(
    person_id: PersonId,
    ended: list[EndedCompanionSession],
    shown: int | None,
    book: CompanionBook,
) -> Iterator[str]:
    told = min(book.confidence.get(person_id, 0), MOST_CONFIDENCE)
    if shown is not None and shown != told:
        yield f"the confidence is {shown}, and {told} by what was told"
    kept = sum(it.gain for it in ended if it.growth.value == "summarised")
    if min(kept, MOST_CONFIDENCE) != told:
        yield f"the sessions gained {kept}, and {told} was told"


@define
class _Tally:
    points: int = 0
    last: int = 0
    text: str = ""

    @property
    def place(self) -> tuple[int, int, str]:
        return (-self.points, -self.last, self.text)


@define
class _Known:
    tallies: dict[str, dict[str, _Tally]] = field(factory=dict)
    lists: dict[str, list[str]] = field(factory=dict)
    singles: dict[str, str] = field(factory=dict)
    focus: tuple[str, ...] = ()


def merge(sessions: "list[tuple[Observation, ...]]") -> dict[str, object]:
    """Merge what sessions said, in the order of their ends, by the rules page alone."""
    known = _Known()
    for number, observations in enumerate(sessions, start=1):
        said: dict[str, dict[str, Observation]] = {}
        for one in observations:
            of_kind = said.setdefault(one.kind.value, {})
            words = one.value.casefold()
            before = of_kind.get(words)
            if before is None or (one.support, one.value) > (before.support, before.value):
                of_kind[words] = one
        for kind in (*LISTS, *SINGLES):
            _count(known.tallies.setdefault(kind, {}), said.get(kind, {}), number)
        for kind in LISTS:
            _list(known.lists.setdefault(kind, []), known.tallies[kind])
        for kind in SINGLES:
            tallies = known.tallies[kind]
            first = min(tallies, key=lambda words: tallies[words].place, default=None)
            winner = None if first is None else said.get(kind, {}).get(first)
            if winner is not None and winner.support >= ENOUGH_SUPPORT:
                known.singles[kind] = winner.value
        focus = sorted(said.get("next_focus", {}).values(), key=lambda it: (-it.support, it.value))
        known.focus = tuple(it.value for it in focus[:SHOWN])
    return {
        **{
            name: tuple(known.tallies[kind][words].text for words in known.lists[kind])
            if sessions
            else ()
            for kind, name in LISTS.items()
        },
        **{name: known.singles.get(kind) for kind, name in SINGLES.items()},
        "next_time_focus": known.focus,
    }


def _count(tallies: dict[str, _Tally], said: "dict[str, Observation]", number: int) -> None:
    for tally in tallies.values():
        tally.points = tally.points * KEPT_PERCENT // 100
    for words, one in said.items():
        tally = tallies.setdefault(words, _Tally())
        tally.points, tally.last, tally.text = tally.points + one.support, number, one.value
    for words in [it for it in tallies if not tallies[it].points]:
        del tallies[words]


def _list(shown: list[str], tallies: dict[str, _Tally]) -> None:
    """Let a newcomer onto a list of three only if it beats the third by a tenth."""
    shown[:] = [words for words in shown if words in tallies]
    shown.sort(key=lambda words: tallies[words].place)
    waiting = [words for words in tallies if words not in shown]
    for words in sorted(waiting, key=lambda words: tallies[words].place):
        if len(shown) < SHOWN:
            shown.append(words)
        else:
            third = max(shown, key=lambda it: tallies[it].place)
            if tallies[words].points * 100 < tallies[third].points * (100 + NEWCOMER_PERCENT):
                break
            shown[shown.index(third)] = words
    shown.sort(key=lambda words: tallies[words].place)
