"""`kithkin worker` with a job that nothing but the end of the process ends."""

import asyncio
import sys
import threading

from entrypoints.cli import main, worker
from entrypoints.worker import host


async def wait_in_a_thread(*_: object) -> None:
    sys.stdout.write("stuck\n")
    sys.stdout.flush()
    await asyncio.to_thread(threading.Event().wait)


if __name__ == "__main__":
    host.run_services = wait_in_a_thread  # type: ignore[assignment]  # takes the same, and more
    worker.LONGEST_STOP_SECONDS = 0.1
    main.main()
