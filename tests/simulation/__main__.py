"""Runs the simulation in memory: `python -m tests.simulation --seed S --steps N`."""

import argparse
import asyncio
import gc
import sys
import time
from collections.abc import Iterator

from tests.simulation.run import (
    NewKithkin,
    Run,
    Years,
    shortest_failing,
    simulate_years,
    whole_in_memory,
)
from tests.simulation.whole_chance import WholeChance

_LAST_COMMANDS = 20
_ALLOCATIONS = 100_000


def report(seed: int, years: Years, seconds: float) -> Iterator[str]:
    yield f"seed {seed}, {years.steps} steps in {years.years} years, {seconds:.1f} s"
    for name, counter in (("commands", years.kinds), ("refusals", years.refusals)):
        yield f"{name}: " + ", ".join(f"{kind} {number}" for kind, number in counter.most_common())
    if years.failing is None:
        yield "0 violations"


def failure(shortest: Run) -> Iterator[str]:
    steps = len(shortest.commands)
    yield f"VIOLATION; the shortest failing prefix: --seed {shortest.seed} --steps {steps}"
    last = shortest.commands[-_LAST_COMMANDS:]
    for step, command in enumerate(last, start=steps - len(last) + 1):
        yield f"{step:6} {command}"
    if shortest.violation is not None:
        when = "in the end" if shortest.violation.step > steps else f"at step {steps}"
        yield f"{when}:\n{shortest.violation.what}"


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


async def run(seed: int, steps: int, new_kithkin: NewKithkin = whole_in_memory) -> int:
    """Run it and print what came of it; give 1 if something did not hold."""
    started = time.monotonic()
    # Little of what a year leaves behind is ever garbage before its end.
    gc.set_threshold(_ALLOCATIONS)

    def progress(years: Years) -> None:
        seconds = time.monotonic() - started
        say(f"{years.years} years, {years.steps} of {steps} steps, {seconds:.0f} s")

    years = await simulate_years(seed, steps, new_kithkin, WholeChance, progress)
    lines = [*report(seed, years, time.monotonic() - started)]
    if years.failing is not None:
        say(f"seed {years.failing.seed}: looking for the shortest prefix that fails")
        lines += failure(
            await shortest_failing(
                years.failing,
                new_kithkin,
                WholeChance,
                lambda tried: say(f"  {len(tried.commands)} steps: {tried.violation is None}"),
            )
        )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if years.failing is None else 1


async def compare(seed: int, steps: int) -> int:
    """Run it on memory and on PostgreSQL and print where they part; give 1 if they do."""
    # It takes a while to import, and is rarely asked for.
    from tests.postgres import migrated_database, throw_away_postgres  # noqa: PLC0415
    from tests.simulation.agreement import compared  # noqa: PLC0415

    started = time.monotonic()
    with throw_away_postgres() as server:
        made, parting = await compared(seed, steps, await migrated_database(server))
    seconds = time.monotonic() - started
    lines = [f"seed {seed}, {len(made.commands)} steps on both, {seconds:.1f} s", *parting]
    sys.stdout.write("\n".join(lines) + f"\n{len(parting)} differences\n")
    return 1 if parting else 0


async def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--steps", type=int, default=10_000)
    arguments.add_argument(
        "--postgres",
        action="store_true",
        help="run the same on a throw-away PostgreSQL too, and compare all answers",
    )
    given = arguments.parse_args()
    if given.postgres:
        return await compare(given.seed, given.steps)
    return await run(given.seed, given.steps)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
