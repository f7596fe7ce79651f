"""One run: the same commands to the model and to a Kithkin, their answers side by side."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

from attrs import define, field, frozen

from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, in_memory
from tests.simulation import (
    calls,
    invariants,
    people,
    personal,
    rewards,
    talks,
    usage,
    videos,
    whole,
)
from tests.simulation.bank import made_unreliable
from tests.simulation.chance import Chance
from tests.simulation.commands import (
    Answer,
    CallCommand,
    Command,
    IdentityCommand,
    PersonalCommand,
    RewardCommand,
    TalkCommand,
    Wait,
)
from tests.simulation.journal import START, Journal
from tests.simulation.kithkin import Simulated
from tests.simulation.usage_commands import UsageCommand
from tests.simulation.video_commands import VideoCommand
from tests.simulation.whole_facts import WholeFacts

NewKithkin = Callable[[], AbstractAsyncContextManager[Simulated]]


@frozen
class Violation:
    """Where a Kithkin and the model part.

    Attributes:
        step: The step that shows it, from 1; that of the end is one more than the last.
        what: What was found, and what was expected.
    """

    step: int
    what: str


@define
class Run:
    """What was done in a run, what was answered, and the first violation."""

    seed: int
    commands: list[Command] = field(factory=list)
    answers: list[Answer] = field(factory=list)
    refusals: Counter[str] = field(factory=Counter)
    violation: Violation | None = None

    @property
    def kinds(self) -> Counter[str]:
        return Counter(type(command).__name__ for command in self.commands)


_FORETOLD: tuple[tuple[Any, Callable[[Journal, Any], Answer]], ...] = (
    (IdentityCommand, people.put),
    (PersonalCommand, personal.put),
    (TalkCommand, talks.put),
    (CallCommand, calls.put),
    (VideoCommand, videos.put),
    (RewardCommand, rewards.put),
    (UsageCommand, usage.put),
)


def expected(journal: Journal, command: Command) -> Answer | None:
    """Give what a command must answer; None where there is no foretelling it."""
    for kinds, put_to_model in _FORETOLD:
        if isinstance(command, kinds):
            return put_to_model(journal, command)
    if isinstance(command, Wait):
        journal.now += timedelta(microseconds=command.microseconds)
        return {}
    return None


async def simulate(
    seed: int,
    steps: int,
    new_kithkin: NewKithkin,
    new_chance: type[Chance] = Chance,
    lasts: timedelta = timedelta.max,
) -> Run:
    """Run to the end, or until so much time has passed, or to the first violation."""
    run, journal, chance = Run(seed), Journal(), new_chance(Random(seed))
    books = whole.Books()
    async with new_kithkin() as kithkin:
        kithkin.take_ids_of(seed)
        if kithkin.bank is not None:
            journal.whole = WholeFacts()
            await kithkin.open_shop(kithkin.bank)
        while len(run.commands) < steps and journal.now - START < lasts:
            command = chance.next(journal)
            run.commands.append(command)
            lines = await put(journal, kithkin, command, books, run)
            if lines:
                run.violation = Violation(len(run.commands), "\n".join(lines))
                return run
        for command in whole.closing(journal, chance.random):
            lines = await put(journal, kithkin, command, books, None)
            if lines:
                run.violation = Violation(len(run.commands) + 1, "\n".join([str(command), *lines]))
                return run
        async for line in invariants.broken(journal, kithkin, books):
            run.violation = Violation(len(run.commands) + 1, line)
            return run
    return run


async def put(
    journal: Journal, kithkin: Simulated, command: Command, books: whole.Books, run: Run | None
) -> list[str]:
    """Put a command to both, and give a line for everything in which they part."""
    wanted, found = expected(journal, command), await kithkin.put(command)
    if run is not None:
        run.answers.append(found)
        if "error" in found:
            run.refusals[str(found["error"])] += 1
    lines = [str(found["fault"])] if "fault" in found else []
    if kithkin.bank is not None:
        lines = [line async for line in looked_at(journal, kithkin, command, found, books)]
        wanted = whole.expected(journal, command, found) or wanted
    if wanted is not None and found != wanted:
        lines.append(f"found    {found}\nexpected {wanted}")
    return lines


async def looked_at(
    journal: Journal, kithkin: Simulated, command: Command, found: Answer, books: whole.Books
) -> AsyncIterator[str]:
    """Take in what came of a command, and give a line for what must not be."""
    facts = journal.whole
    assert facts is not None
    told, facts.rows = await kithkin.since(facts.rows)
    for line in whole.learn(journal, kithkin.plain, told, books):
        yield line
    for line in whole.noted(journal, kithkin.plain, command, found, books):
        yield f"{line}\nfound    {found}"


YEAR = timedelta(days=365)


@define
class Years:
    """Many years of other people each, one after the other.

    Attributes:
        steps: How many steps were taken in all of them.
        years: How many years that were.
        kinds: How often each command was put.
        refusals: How often each refusal was the answer.
        failing: The run of the year in which something did not hold.
    """

    steps: int = 0
    years: int = 0
    kinds: Counter[str] = field(factory=Counter)
    refusals: Counter[str] = field(factory=Counter)
    failing: Run | None = None

    def add(self, run: Run) -> None:
        self.steps += len(run.commands)
        self.years += 1
        self.kinds += run.kinds
        self.refusals += run.refusals
        self.failing = run if run.violation is not None else None


def seed_of(seed: int, year: int) -> int:
    """Give the seed of a year: the first year's is that of the run, so each runs by itself."""
    return seed if year == 0 else crc32(f"{seed}/{year}".encode())


async def simulate_years(
    seed: int,
    steps: int,
    new_kithkin: NewKithkin,
    new_chance: type[Chance],
    progress: Callable[[Years], None] = lambda _: None,
) -> Years:
    """Run as many years as take so many steps, or until something does not hold."""
    years = Years()
    while years.steps < steps and years.failing is None:
        of_year, left = seed_of(seed, years.years), steps - years.steps
        years.add(await simulate(of_year, left, new_kithkin, new_chance, YEAR))
        progress(years)
    return years


async def shortest_failing(
    run: Run,
    new_kithkin: NewKithkin,
    new_chance: type[Chance] = Chance,
    progress: Callable[[Run], None] = lambda _: None,
) -> Run:
    """Give a failing run of as few of the same steps as can be found by halving."""
    shortest, passing = run, 0
    while len(shortest.commands) - passing > 1:
        half = (passing + len(shortest.commands)) // 2
        tried = await simulate(run.seed, half, new_kithkin, new_chance)
        progress(tried)
        if tried.violation is None:
            passing = half
        else:
            shortest = tried
    return shortest


RULEBOOK = Path(__file__).with_name("rulebook.toml")


@asynccontextmanager
async def kithkin_in_memory() -> AsyncIterator[Simulated]:
    """A new Kithkin in memory, at the time at which all runs begin."""
    # All events are looked at in the end, so none is forgotten.
    settings = Settings(memory=True, test_clock=True, event_retention_days=3660)
    yield await _simulated(in_memory(settings))


@asynccontextmanager
async def whole_in_memory() -> AsyncIterator[Simulated]:
    """One in which people buy too, of a bank that is away at times, and jobs crash."""
    settings = Settings(memory=True, test_clock=True, event_retention_days=3660, rulebook=RULEBOOK)
    kithkin = in_memory(settings)
    simulated = await _simulated(kithkin)
    simulated.bank = made_unreliable(kithkin)
    yield simulated


async def _simulated(kithkin: Kithkin) -> Simulated:
    store = kithkin.ports.store()
    assert isinstance(store, MemoryStore)
    await kithkin.ports.test_clock().start(START)

    async def outbox() -> list[OutboxEvent]:
        return list(store.outbox)

    async def since(last: int) -> tuple[list[OutboxEvent], int]:
        newest = store.newest_event
        return [event for _, event in store.events_between(last, newest)], newest

    return Simulated(kithkin, outbox, since)
