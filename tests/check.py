"""The whole check, as `make test` runs it.

Later steps run even if an earlier one failed. The last line counts the tests.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
TOOLS = Path(sys.executable).parent
TEST_PROCESSES = 2


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


def steps(report: Path) -> Iterator[Step]:
    yield Step("format", (("ruff", "format", "--check", "."),))
    yield Step("lint", (("ruff", "check", "."),))
    yield Step("types", (("mypy",),))
    yield Step("import contracts", (("lint-imports", "--config", "importlinter.ini", "--no-logo"),))
    pytest = ("-m", "pytest", f"--numprocesses={TEST_PROCESSES}", f"--junitxml={report}")
    yield Step("tests", (("coverage", "run", *pytest), ("coverage", "combine", "--quiet")))
    # One gate each: a good figure of the one must not hide a bad one of the other.
    for layer in ("domain", "application"):
        yield Step(f"coverage of {layer}", (("coverage", "report", f"--include={layer}/*"),))


def run(step: Step, environment: dict[str, str]) -> Result:
    print(f"\n=== {step.name} ===", flush=True)
    started = time.monotonic()
    codes = [
        subprocess.run((TOOLS / tool, *rest), cwd=ROOT, env=environment, check=False).returncode
        for tool, *rest in step.commands
    ]
    return Result(step.name, not any(codes), time.monotonic() - started)


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
        report = Path(folder, "tests.xml")
        # Data of its own, so that two checks of one tree do not mix theirs.
        environment = {**os.environ, "COVERAGE_FILE": str(Path(folder, "coverage"))}
        results = [run(step, environment) for step in steps(report)]
        tests = count(report)
    print("\n=== summary ===")
    print("\n".join(summary(results)))
    if tests.skipped:
        print(f"{tests.skipped} skipped")
    print(f"{tests.passed} passed, {tests.failed} failed", flush=True)
    return 0 if all(result.passed for result in results) and not tests.failed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
