"""`python -m benchmarks.memory`: does a server that serves and serves grow?"""

import argparse
import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.contenders import Server, serving
from benchmarks.run import load
from benchmarks.world import populated, rulebook
from entrypoints.wiring.embedded import started

POOL = 10
PAIRS = 2048
CLIENTS = 16
_SECONDS = 10
_KINDS = ("send", "allowance", "list", "call")


def main() -> None:
    """Load a server with all kinds of requests in turn, and print what it holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--requests", type=int, default=300_000)
    options = parser.parse_args()
    with TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        folder.chmod(0o711)
        url = running.enter_context(started(folder / "data"))
        world = asyncio.run(populated(url, folder, PAIRS))
        server = running.enter_context(serving("kithkin", url, rulebook(folder), 1, POOL))
        job = {"port": server.port, "key": world.key, "pairs": world.pairs}
        _watch(server, options.requests, job)


def _watch(server: Server, requests: int, job: dict[str, object]) -> None:
    served = errors = 0
    print(f"{'requests':>10}  {'errors':>6}  {'resident MiB':>12}")
    while True:
        print(f"{served:>10,}  {errors:>6}  {server.resident_mib():>12.1f}", flush=True)
        if served >= requests:
            return
        for kind in _KINDS:
            seconds = _SECONDS if kind == "send" else _SECONDS // len(_KINDS)
            done = load(job | {"kind": kind, "concurrency": CLIENTS, "seconds": seconds})
            served += int(done["requests"])
            errors += int(done["errors"])
            sys.stdout.flush()


if __name__ == "__main__":
    main()
