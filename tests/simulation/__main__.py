"""Runs the simulation in memory: `python -m tests.simulation --seed S --steps N`."""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator

from tests.simulation.run import Run, kithkin_in_memory, shortest_failing, simulate


def report(run: Run, steps: int, seconds: float) -> Iterator[str]:
    yield f"seed {run.seed}, {steps} steps, {seconds:.1f} s"
    for name, counter in (("commands", run.kinds), ("refusals", run.refusals)):
        yield f"{name}: " + ", ".join(f"{kind} {number}" for kind, number in counter.most_common())
    if run.violation is None:
        yield "0 violations"


def failure(shortest: Run) -> Iterator[str]:
    yield f"VIOLATION with seed {shortest.seed}; shortest failing prefix:"
    for step, command in enumerate(shortest.commands, start=1):
        yield f"{step:6} {command}"
    if shortest.violation is not None:
        yield f"after step {shortest.violation.step}:\n{shortest.violation.what}"


async def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--steps", type=int, default=5000)
    given = arguments.parse_args()
    started = time.monotonic()
    run = await simulate(given.seed, given.steps, kithkin_in_memory)
    lines = [*report(run, given.steps, time.monotonic() - started)]
    if run.violation is not None:
        lines += failure(await shortest_failing(run, kithkin_in_memory))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if run.violation is None else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
