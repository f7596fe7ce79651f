"""What must hold of a Kithkin when the simulation is over, whatever happened in it."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable

from tests.simulation import achievements, calls, streaks
from tests.simulation.commands import Answer, AskAllowance, AskCall, AskHistory
from tests.simulation.journal import Journal
from tests.simulation.kithkin import Simulated

_ALL = 1_000_000
_ENDS = {"video_call_ended", "video_call_counted"}


async def broken(journal: Journal, kithkin: Simulated) -> AsyncIterator[str]:
    """Give a line for everything that does not hold."""
    for number in range(len(journal.conversations)):
        async for line in _broken_counts(journal, kithkin, number):
            yield line
        async for line in _broken_history(journal, kithkin, number):
            yield line
    async for line in _broken_outbox(journal, kithkin):
        yield line
    async for line in streaks.broken(kithkin):
        yield line
    async for line in achievements.broken(kithkin):
        yield line
    outbox = await kithkin.outbox()
    if len({outgoing.id for outgoing in outbox}) != len(outbox):
        yield "two events have the same id"
    versions = {outgoing.event.policy_version for outgoing in outbox}
    if versions - {kithkin.kithkin.rulebook.version}:
        yield f"events were decided under {versions}"


async def _broken_counts(
    journal: Journal, kithkin: Simulated, conversation: int
) -> AsyncIterator[str]:
    """Every date's messages are numbered from 1 without a gap, and within their limits."""
    messages = await kithkin.messages(conversation, None, _ALL)
    days: dict[tuple[object, object], list[tuple[int, int]]] = defaultdict(list)
    for message in messages[::-1]:
        number, limit = int(str(message["number"])), int(str(message["limit"]))
        days[message["sender"], message["counted_on"]].append((number, limit))
    for day, stored in days.items():
        numbers = [number for number, _ in stored]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"conversation {conversation}: {day} is numbered {numbers}"
        if any(number > limit for number, limit in stored):
            yield f"conversation {conversation}: {day} goes beyond its limit: {stored}"
    for person in journal.conversations[conversation].participants:
        decision = await kithkin.put(AskAllowance(conversation, person))
        counted = len(days[person, decision["counting_on"]])
        if decision["sent"] != counted:
            yield f"conversation {conversation}: {counted} stored, but counted {decision}"
        if int(str(decision["sent"])) > int(str(decision["limit"])):
            yield f"conversation {conversation}: {person} sent more than the limit: {decision}"


async def _broken_history(
    journal: Journal, kithkin: Simulated, conversation: int
) -> AsyncIterator[str]:
    """The stored history is that of the stored calls."""
    history = await kithkin.put(AskHistory(conversation))
    numbers = journal.conversations[conversation].calls
    stored = [await kithkin.put(AskCall(number)) for number in numbers]
    ends = sorted(str(call["ended_at"]) for call in stored if call["outcome"] == "completed")
    found = (str(history["first"]), str(history["last"]), history["count"])
    days = {end.partition(" ")[0] for end in ends}
    expected = (ends[0], ends[-1], len(days)) if ends else ("None", "None", 0)
    if found != expected:
        yield f"conversation {conversation}: history {found}, but calls {expected}"


async def _broken_outbox(journal: Journal, kithkin: Simulated) -> AsyncIterator[str]:
    """Every fact was told once. A call's end is told when somebody looks, so its place is free."""
    told = await kithkin.told()
    in_order = [event for event in told if event["type"] not in _ENDS]
    for position, (found, expected) in enumerate(zip(in_order, journal.told, strict=False)):
        if found != expected:
            yield f"event {position} is {found}, not {expected}"
            return
    if len(in_order) != len(journal.told):
        yield f"{len(in_order)} events were told, not {len(journal.told)}"
    ends = _counter(event for event in told if event["type"] in _ENDS)
    expected_ends = _counter(calls.told_of_ends(journal))
    for event in (ends - expected_ends) + (expected_ends - ends):
        yield f"told {ends[event]} times, not {expected_ends[event]}: {event}"


def _counter(events: Iterable[Answer]) -> Counter[str]:
    return Counter(str(sorted(event.items())) for event in events)
