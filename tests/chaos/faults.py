"""What goes wrong, and when."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from attrs import frozen

from tests.chaos.database import Database
from tests.chaos.processes import Process

GONE_SECONDS = 20
_DOWN_SECONDS = 3
_APART_SECONDS = (2.0, 6.0)


@frozen
class Fault:
    """Something that goes wrong, and is put right again."""

    name: str
    happen: Callable[[], Awaitable[None]]


def all_faults(processes: Sequence[Process], database: Database) -> tuple[Fault, ...]:
    """Give one of each: every process killed, the database restarted, the database gone."""

    def killed(process: Process) -> Fault:
        async def happen() -> None:
            process.kill()
            await asyncio.sleep(_DOWN_SECONDS)
            process.start()
            await process.ready()

        return Fault(f"SIGKILL of {process.name}, back after {_DOWN_SECONDS} s", happen)

    def gone(seconds: int) -> Fault:
        async def happen() -> None:
            await asyncio.to_thread(database.stop)
            await asyncio.sleep(seconds)
            await asyncio.to_thread(database.start)

        return Fault(f"database stopped for {seconds} s", happen)

    return (*(killed(process) for process in processes), gone(0), gone(GONE_SECONDS))


async def in_turn(
    faults: Sequence[Fault], chance: random.Random, tell: Callable[[str], None]
) -> None:
    """Let each happen once, in an order and with pauses by chance."""
    for fault in chance.sample(faults, len(faults)):
        await asyncio.sleep(chance.uniform(*_APART_SECONDS))
        tell(fault.name)
        await fault.happen()
