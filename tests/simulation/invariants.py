"""What must hold of a Kithkin when the simulation is over, whatever happened in it."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import datetime, timedelta

from tests.simulation import (
    achievements,
    calls,
    companion_ledger,
    referral_ledger,
    shop_ledger,
    streaks,
    usage_ledger,
    videos,
)
from tests.simulation.commands import Answer, AskAllowance, AskCall, AskHistory, AskReward
from tests.simulation.journal import Journal
from tests.simulation.kithkin import Simulated
from tests.simulation.rewards import is_in_one_month, put
from tests.simulation.rules import WARNINGS_APART, WARNINGS_BEFORE
from tests.simulation.video_commands import AskCredits
from tests.simulation.whole import Books

_ALL = 1_000_000
_ENDS = {"video_call_ended", "video_call_counted"}
_REWARDS = {"reward_earned", "reward_warned", "reward_lapsed", "reward_withdrawn"}


async def broken(journal: Journal, kithkin: Simulated, books: Books) -> AsyncIterator[str]:
    """Give a line for everything that does not hold."""
    sold = (
        shop_ledger.broken(journal, kithkin, books.shop),
        referral_ledger.broken(journal, kithkin, books.referrals),
        companion_ledger.broken(journal, kithkin, books.companions),
    )
    for number in range(len(journal.conversations)):
        async for line in _broken_counts(journal, kithkin, number):
            yield line
        async for line in _broken_history(journal, kithkin, number):
            yield line
    for lines in (
        *(sold if journal.whole is not None else ()),
        _broken_credits(journal, kithkin),
        _broken_outbox(journal, kithkin),
        _broken_rewards(journal, kithkin),
        streaks.broken(kithkin),
        achievements.broken(kithkin),
        usage_ledger.broken(journal, kithkin),
    ):
        async for line in lines:
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


async def _broken_credits(journal: Journal, kithkin: Simulated) -> AsyncIterator[str]:
    """Every wallet is what the ledger adds up to, and what the rules say it is."""
    queries = kithkin.kithkin.video.video_message_queries()
    for person in range(len(journal.persons)):
        found = await kithkin.put(AskCredits(person))
        if found != (wanted := videos.seen(journal, person)):
            yield f"person {person} has {found}, not {wanted}"
        sums: Counter[str] = Counter()
        for row in (await queries.ledger(kithkin.person(person), None, _ALL)).items:
            sums[row.account] += row.amount
        if (sums["credits"], sums["debt"]) != (found["balance"], found["debt"]):
            yield f"person {person} has {found}, but a ledger of {sums}"


async def _broken_outbox(journal: Journal, kithkin: Simulated) -> AsyncIterator[str]:
    """Every fact was told once. A call's end is told when somebody looks, so its place is free."""
    told = await kithkin.told()
    in_order = [event for event in told if event["type"] not in _ENDS | _REWARDS]
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


async def _broken_rewards(journal: Journal, kithkin: Simulated) -> AsyncIterator[str]:
    """Every person was told what became of their reward, and nothing twice."""
    await kithkin.settle_rewards()
    told = [event for event in await kithkin.told() if event["type"] in _REWARDS]
    for person, log in enumerate(journal.persons):
        news = [event for event in told if event["person_id"] == person]
        for line in _wrong_news(news):
            yield f"person {person}: {line}"
        if log.erased:
            continue
        shown = await kithkin.put(AskReward(person))
        knows = bool(news) and _is_active(news[-1])
        if knows is (shown["status"] == "inactive"):
            yield f"person {person} was told {news[-1:]}, but it is {shown}"
        if is_in_one_month(journal, person) and shown != put(journal, AskReward(person)):
            yield f"person {person} has {shown}"


def _is_active(event: Answer) -> bool:
    return event["type"] != "reward_lapsed" and event.get("status") != "inactive"


def _wrong_news(news: list[Answer]) -> Iterator[str]:
    active, warned_at, warnings = False, None, set[tuple[object, object]]()
    for event in news:
        if event["type"] == "reward_earned":
            if active and event["status"] == "carried":
                yield f"told of what was known: {event}"
        elif not active:
            yield f"told of an end before a beginning: {event}"
        if event["type"] == "reward_warned":
            valid_until, at = event["valid_until"], event["at"]
            assert isinstance(valid_until, datetime)
            assert isinstance(at, datetime)
            # Midnights of the same first day are less than two days apart around the world.
            warning = (f"{valid_until + timedelta(days=2):%Y-%m}", event["days_before"])
            if warning in warnings or event["days_before"] not in WARNINGS_BEFORE:
                yield f"warned twice: {event}"
            if warned_at is not None and at - warned_at < WARNINGS_APART:
                yield f"warned too soon: {event}"
            warnings.add(warning)
            warned_at = at
        active = _is_active(event)


def _counter(events: Iterable[Answer]) -> Counter[str]:
    return Counter(str(sorted(event.items())) for event in events)
