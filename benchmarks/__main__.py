"""`make bench`: all figures of one run, on one machine, in turn."""

import argparse
import asyncio
import json
import platform
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import rules
from benchmarks.chart import chart
from benchmarks.contenders import FACTORIES, SERVERS, serving
from benchmarks.floor import transactions_per_second
from benchmarks.ratios import ratio
from benchmarks.run import load
from benchmarks.world import World, populated, rulebook
from entrypoints.wiring.embedded import started

PAIRS = 2048
KINDS = ("send", "allowance", "list", "call")
COMPARED = ("send", "allowance")
"""What the others do too; the rest is measured for Kithkin alone."""


def main() -> None:
    """Measure, and print the figures."""
    options = _options()
    with TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        folder.chmod(0o711)
        url = running.enter_context(started(folder / "data"))
        world = asyncio.run(populated(url, folder, PAIRS))
        figures = list(_all(options, url, folder, world))
    report: dict[str, Any] = {
        "machine": platform.platform(),
        "python": sys.version.split()[0],
        "server": options.server,
        "pool": options.pool,
        "figures": figures,
    }
    report["decisions_per_second"] = rules.decisions_per_second()
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))
    if options.chart:
        options.chart.write_text(chart(figures))
    _print(report)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="length of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 16, 64])
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--server", choices=SERVERS, default="uvicorn")
    parser.add_argument(
        "--pool", type=int, default=10, help="connections, shared out to the workers"
    )
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=KINDS)
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--chart", type=Path, help="draw the rates as SVG into this file")
    return parser.parse_args()


def _all(
    options: argparse.Namespace, url: str, folder: Path, world: World
) -> Iterator[dict[str, Any]]:
    for workers in options.workers:
        with ExitStack() as servers:
            ports = {
                name: servers.enter_context(
                    serving(
                        name,
                        url,
                        rulebook(folder),
                        workers,
                        options.pool // workers,
                        options.server,
                    )
                ).port
                for name in FACTORIES
            }
            for kind in options.kinds:
                for clients in options.clients:
                    yield from _compared(options, url, folder, world, ports, workers, kind, clients)


def _compared(
    options: argparse.Namespace,
    url: str,
    folder: Path,
    world: World,
    ports: dict[str, int],
    workers: int,
    kind: str,
    clients: int,
) -> Iterator[dict[str, Any]]:
    runs: dict[str, list[dict[str, float]]] = {}
    names = list(ports) if kind in COMPARED else ["kithkin"]
    for _ in range(options.rounds):
        if kind == "send":
            rate = transactions_per_second(url, folder / "data", clients, PAIRS, options.seconds)
            runs.setdefault("floor", []).append({"per_second": rate})
        for name in names:
            job = {
                "kind": kind,
                "port": ports[name],
                "key": world.key,
                "pairs": world.pairs,
                "concurrency": clients,
                "seconds": options.seconds,
            }
            runs.setdefault(name, []).append(load(job))
    bare = runs.get("bare")
    for name, rounds in runs.items():
        rates = [run["per_second"] for run in rounds]
        row = {
            "kind": kind,
            "workers": workers,
            "clients": clients,
            "name": name,
            "per_second": statistics.median(rates),
            "least": min(rates),
            "most": max(rates),
            "to_bare": ratio(rounds, bare),
            "to_orm": ratio(rounds, runs.get("orm")),
        }
        for figure in ("p50_ms", "p99_ms"):
            if figure in rounds[0]:
                row[figure] = statistics.median(run[figure] for run in rounds)
        row["errors"] = sum(run.get("errors", 0) for run in rounds)
        print(json.dumps(row), file=sys.stderr, flush=True)
        yield row


def _print(report: dict[str, Any]) -> None:
    print(f"{report['machine']}, Python {report['python']}, {report['server']}, ", end="")
    print(f"{report['pool']} connections")
    print(f"pure decisions on one core: {report['decisions_per_second']:,.0f}/s")
    head = (
        "kind",
        "workers",
        "clients",
        "name",
        "per s",
        "spread",
        "/bare",
        "/orm",
        "p50 ms",
        "p99 ms",
        "errors",
    )
    print("  ".join(f"{name:>9}" for name in head))
    for row in report["figures"]:
        spread = f"{(row['most'] - row['least']) / row['per_second']:.0%}"
        cells = (
            row["kind"],
            row["workers"],
            row["clients"],
            row["name"],
            f"{row['per_second']:,.0f}",
            spread,
            _shown(row["to_bare"]),
            _shown(row["to_orm"]),
            _shown(row.get("p50_ms")),
            _shown(row.get("p99_ms")),
            row["errors"],
        )
        print("  ".join(f"{cell!s:>9}" for cell in cells))


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    main()
