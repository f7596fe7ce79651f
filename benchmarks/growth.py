"""`python -m benchmarks.growth`: does the send path slow down as tables grow?

One database for each size, a server on each, and the same load on each in turn.
"""

import argparse
import asyncio
import json
import platform
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg

from adapters.postgres.migrate import migrate
from benchmarks.contenders import serving
from benchmarks.fill import Size, fill
from benchmarks.ratios import ratio
from benchmarks.run import load
from benchmarks.world import PEPPER, rulebook
from domain.identity.service_keys import Scope
from entrypoints.settings import Settings
from entrypoints.wiring.embedded import started
from entrypoints.wiring.kithkin import on_postgres

POOL = 10
SENDING = 20_000
"""So many conversations are sent in, spread over all: caches cannot hold what is touched."""


def main() -> None:
    """Measure, and print the figures."""
    options = _options()
    sizes = [Size(*map(int, given.split(":"))) for given in options.sizes]
    with TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        folder.chmod(0o711)
        url = running.enter_context(started(folder / "data"))
        jobs = {}
        for number, size in enumerate(sizes):
            at = asyncio.run(_database(url, f"size_{number}"))
            key, pairs = asyncio.run(_populated(at, folder, size))
            server = running.enter_context(serving("kithkin", at, rulebook(folder), 1, POOL))
            jobs[size] = {"kind": "send", "port": server.port, "key": key, "pairs": pairs}
            print(f"stored: {size}", file=sys.stderr, flush=True)
        runs = _in_turn(jobs, options)
    _print(runs, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="length of each measurement")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument(
        "--sizes",
        nargs="+",
        default=["1000:10000", "100000:1000000", "1000000:10000000"],
        help="PERSONS:MESSAGES of each database",
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    return parser.parse_args()


async def _database(url: str, name: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    at = urlsplit(url)._replace(path=f"/{name}").geturl()
    await migrate(at)
    return at


async def _populated(url: str, folder: Path, size: Size) -> tuple[str, list[tuple[str, str]]]:
    connection = await asyncpg.connect(url)
    try:
        await fill(connection, size)
        rows = await connection.fetch(
            "SELECT id, participant_a FROM conversations ORDER BY md5(id::text) LIMIT $1", SENDING
        )
    finally:
        await connection.close()
    kithkin = on_postgres(Settings(rulebook=rulebook(folder), pepper=PEPPER), url)
    await kithkin.open()
    try:
        key = await kithkin.identity.create_key()(Scope.ADMIN)
    finally:
        await kithkin.close()
    return key.secret, [(str(row["id"]), str(row["participant_a"])) for row in rows]


def _in_turn(
    jobs: dict[Size, dict[str, object]], options: argparse.Namespace
) -> dict[Size, list[dict[str, float]]]:
    runs: dict[Size, list[dict[str, float]]] = {size: [] for size in jobs}
    for _ in range(options.rounds):
        for size, job in jobs.items():
            asked = job | {"concurrency": options.clients, "seconds": options.seconds}
            runs[size].append(load(asked))
            print(f"{size}: {runs[size][-1]}", file=sys.stderr, flush=True)
    return runs


def _print(runs: dict[Size, list[dict[str, float]]], options: argparse.Namespace) -> None:
    smallest = next(iter(runs.values()))
    print(f"{platform.platform()}, Python {sys.version.split()[0]}, {options.clients} clients")
    figures = []
    for size, rounds in runs.items():
        slowdown = ratio(smallest, rounds)
        figures.append(
            {
                "persons": size.persons,
                "messages": size.messages,
                "per_second": statistics.median(run["per_second"] for run in rounds),
                "p99_ms": statistics.median(run["p99_ms"] for run in rounds),
                "smallest_to_this": slowdown,
                "errors": sum(run["errors"] for run in rounds),
            }
        )
        row = figures[-1]
        print(
            f"{size!s:>42}  {row['per_second']:7,.0f}/s  p99 {row['p99_ms']:5.1f} ms  "
            f"smallest to this {slowdown:.2f}  errors {row['errors']:.0f}"
        )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
