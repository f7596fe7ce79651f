"""One run: the same commands to the model and to a Kithkin, their answers side by side."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from random import Random

from attrs import define, field, frozen

from adapters.memory.store import MemoryStore
from application.shared.outbox import OutboxEvent
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import in_memory
from tests.simulation import calls, invariants, people, personal, rewards, talks, usage, videos
from tests.simulation.chance import Chance
from tests.simulation.commands import (
    Answer,
    CallCommand,
    Command,
    IdentityCommand,
    PersonalCommand,
    RewardCommand,
    TalkCommand,
)
from tests.simulation.journal import START, Journal
from tests.simulation.kithkin import Simulated
from tests.simulation.usage_commands import UsageCommand
from tests.simulation.video_commands import VideoCommand

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


def expected(journal: Journal, command: Command) -> Answer:
    if isinstance(command, IdentityCommand):
        return people.put(journal, command)
    if isinstance(command, PersonalCommand):
        return personal.put(journal, command)
    if isinstance(command, TalkCommand):
        return talks.put(journal, command)
    if isinstance(command, CallCommand):
        return calls.put(journal, command)
    if isinstance(command, VideoCommand):
        return videos.put(journal, command)
    if isinstance(command, RewardCommand):
        return rewards.put(journal, command)
    if isinstance(command, UsageCommand):
        return usage.put(journal, command)
    journal.now += timedelta(microseconds=command.microseconds)
    return {}


async def simulate(
    seed: int, steps: int, new_kithkin: NewKithkin, new_chance: type[Chance] = Chance
) -> Run:
    """Run to the end, or to the first violation."""
    run, journal, chance = Run(seed), Journal(), new_chance(Random(seed))
    async with new_kithkin() as kithkin:
        kithkin.take_ids_of(seed)
        for step in range(1, steps + 1):
            command = chance.next(journal)
            run.commands.append(command)
            wanted, found = expected(journal, command), await kithkin.put(command)
            run.answers.append(found)
            if "error" in found:
                run.refusals[str(found["error"])] += 1
            if found != wanted:
                run.violation = Violation(step, f"found    {found}\nexpected {wanted}")
                return run
        async for line in invariants.broken(journal, kithkin):
            run.violation = Violation(steps + 1, line)
            return run
    return run


async def shortest_failing(run: Run, new_kithkin: NewKithkin) -> Run:
    """Give a failing run of as few of the same steps as can be found by halving."""
    shortest, passing = run, 0
    while len(shortest.commands) - passing > 1:
        half = (passing + len(shortest.commands)) // 2
        tried = await simulate(run.seed, half, new_kithkin)
        if tried.violation is None:
            passing = half
        else:
            shortest = tried
    return shortest


@asynccontextmanager
async def kithkin_in_memory() -> AsyncIterator[Simulated]:
    """A new Kithkin in memory, at the time at which all runs begin."""
    # All events are looked at in the end, so none is forgotten.
    kithkin = in_memory(Settings(memory=True, test_clock=True, event_retention_days=3660))
    store = kithkin.ports.store()
    assert isinstance(store, MemoryStore)
    await kithkin.ports.test_clock().start(START)

    async def outbox() -> list[OutboxEvent]:
        return list(store.outbox)

    yield Simulated(kithkin, outbox)
