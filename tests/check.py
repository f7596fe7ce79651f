"""The whole check, as `make test` runs it.

Later steps run even if an earlier one failed. What reads the source runs beside the tests: where
these wait for their servers, it has the processor. The last line counts the tests.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
TOOLS = Path(sys.executable).parent
PYTEST = ("-m", "pytest", "--numprocesses=2")
# One more than there are processors: each waits for its servers and databases now and then.
PYTEST_THAT_WAITS = ("-m", "pytest", "--numprocesses=3")
DOMAIN = "tests/domain"
MEASURED = [f"tests/{name}" for name in ("application", "contracts", "events", "worker", "wiring")]
"""What coverage is measured in, besides the examples of the domain: it would slow down what asks
servers, and say nothing more."""
LONGEST_FIRST = [f"tests/{name}" for name in ("simulation", "http", "cli", "adapters")]
"""What comes last should be short: else one process is left with it, and the other idle."""


class Step(NamedTuple):
    name: str
    commands: tuple[tuple[str, ...], ...]


class Result(NamedTuple):
    name: str
    passed: bool
    seconds: float


class Count(NamedTuple):
    passed: int
    failed: int
    skipped: int


FORM = (
    Step("format", (("ruff", "format", "--check", "."),)),
    Step("lint", (("ruff", "check", "."),)),
)
SOURCE = (
    Step("types", (("mypy",),)),
    Step("import contracts", (("lint-imports", "--config", "importlinter.ini", "--no-logo"),)),
)


def domain(folder: Path) -> Step:
    report, *_ = reports(folder)
    command = ("coverage", "run", *PYTEST, f"--junitxml={report}", DOMAIN)
    return Step("tests of the domain", (command,))


def tests(folder: Path) -> Iterator[Step]:
    _, rules, others = reports(folder)
    yield Step(
        "tests of the rules",
        (
            ("coverage", "run", *PYTEST_THAT_WAITS, f"--junitxml={rules}", *MEASURED),
            ("coverage", "combine", "--quiet"),
        ),
    )
    # One gate each: a good figure of the one must not hide a bad one of the other.
    for layer in ("domain", "application"):
        yield Step(f"coverage of {layer}", (("coverage", "report", f"--include={layer}/*"),))
    # What one file needs is set up by one process only.
    in_order = ("--dist=loadfile", "--no-loadscope-reorder")
    yield Step(
        "all other tests",
        (("python", *PYTEST_THAT_WAITS, *in_order, f"--junitxml={others}", *elsewhere()),),
    )


def elsewhere() -> list[str]:
    """Give the folders of all other tests, those that take longest first."""
    folders = {f"tests/{path.parent.name}" for path in ROOT.glob("tests/*/test_*.py")}
    rest = folders - {DOMAIN, *MEASURED}
    return [*LONGEST_FIRST, *sorted(rest - {*LONGEST_FIRST})]


def reports(folder: Path) -> list[Path]:
    return [folder / f"{name}.xml" for name in ("domain", "rules", "others")]


def environment(folder: Path) -> dict[str, str]:
    """What the commands find: their own coverage data, and leave to keep what they compiled.

    Of the data two checks of one tree must not mix theirs. Without what others compiled, each
    of the hundred Python processes that tests start compiles every module it imports anew.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "COVERAGE_FILE": str(folder / "coverage")}


def begin(step: Step) -> None:
    print(f"\n=== {step.name} ===", flush=True)


def run(step: Step, env: dict[str, str], output: IO[bytes] | None = None) -> Result:
    started = time.monotonic()
    codes = [
        subprocess.run(
            (TOOLS / tool, *rest), cwd=ROOT, env=env, stdout=output, stderr=output, check=False
        ).returncode
        for tool, *rest in step.commands
    ]
    return Result(step.name, not any(codes), time.monotonic() - started)


def run_aside(steps: tuple[Step, ...], env: dict[str, str], folder: Path) -> list[Result]:
    """Run steps one after the other, and keep what each says in a file of its name."""
    results = []
    for step in steps:
        with (folder / step.name).open("wb") as output:
            results.append(run(step, env, output))
    return results


def run_all(folder: Path) -> Iterator[Result]:
    env = environment(folder)
    # Nothing runs beside the domain's own tests: their time is to stay under half a minute.
    for step in (*FORM, domain(folder)):
        begin(step)
        yield run(step, env)
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(run_aside, SOURCE, env, folder)
        for step in tests(folder):
            begin(step)
            yield run(step, env)
        for step, result in zip(SOURCE, reading.result(), strict=True):
            begin(step)
            print((folder / step.name).read_text(), end="", flush=True)
            yield result


def count(report: Path) -> Count:
    """A report that is missing or broken off is a failure: no tests is not good news."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (FileNotFoundError, ElementTree.ParseError):
        return Count(0, 1, 0)
    failed = sum(
        case.find("failure") is not None or case.find("error") is not None for case in cases
    )
    skipped = sum(case.find("skipped") is not None for case in cases)
    return Count(len(cases) - failed - skipped, failed, skipped)


def summary(results: list[Result]) -> Iterator[str]:
    width = max(len(result.name) for result in results)
    for result in results:
        verdict = "passed" if result.passed else "FAILED"
        yield f"{result.name:<{width}}  {verdict}  {result.seconds:7.1f} s"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="kithkin-check-") as folder:
        results = list(run_all(Path(folder)))
        counts = [count(report) for report in reports(Path(folder))]
        counted = Count(*map(sum, zip(*counts, strict=True)))
    print("\n=== summary ===")
    print("\n".join(summary(results)))
    if counted.skipped:
        print(f"{counted.skipped} skipped")
    print(f"{counted.passed} passed, {counted.failed} failed", flush=True)
    return 0 if all(result.passed for result in results) and not counted.failed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
