"""The rules work by themselves, in an environment that has nothing but them and attrs."""

import json
import shutil
import subprocess
import sys
import venv
from email.message import Message
from email.parser import Parser
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from tests.architecture.source import ROOT

LIMITS = """
import json
from kithkin_domain.shared.tiers import Tier
from kithkin_domain.video import policy, unlock

numbers = policy.UnlockPolicy()
days = (None, 0, 7, 8, 14, 15, 21, 22, 30, 31)
print(json.dumps({
    tier: [unlock.daily_limit(tier, day, numbers) for day in days] for tier in Tier
}))
"""


PACKAGES = ("domain", "application", "adapters", "entrypoints")


def built(project: Path, folder: Path) -> Path:
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    subprocess.run((*build, project), check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT / "domain", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def clean_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python of its own with the wheel and attrs, made without any network."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False, symlinks=True)
    [packages] = folder.glob("[Ll]ib/**/site-packages")
    with ZipFile(wheel) as archive:
        archive.extractall(packages)
    for file in metadata.files("attrs") or ():
        if file.suffix != ".pyc" and ".." not in file.parts:
            target = packages / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), target)
    [python] = [*folder.glob("bin/python"), *folder.glob("Scripts/python.exe")]
    return python


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def about(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return Parser().parsestr(archive.read(name).decode())


def run(python: Path, program: str) -> subprocess.CompletedProcess[str]:
    command = (python, "-I", "-c", program)
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_the_wheel_tells_that_it_is_typed(names: list[str]) -> None:
    assert "kithkin_domain/py.typed" in names


def test_the_wheel_holds_the_rules_and_their_licence_alone(names: list[str]) -> None:
    kept = {"kithkin_domain/py.typed", "kithkin_domain/LICENSE"}
    assert kept <= set(names)
    strangers = [
        name
        for name in names
        if name not in kept
        and not (name.startswith("kithkin_domain/") and name.endswith(".py"))
        and not name.startswith("kithkin_domain-")
    ]
    assert strangers == []


def test_the_wheel_needs_attrs_alone(about: Message) -> None:
    needed = [Requirement(line).name for line in about.get_all("Requires-Dist", [])]
    assert needed == ["attrs"]


def test_a_rule_gives_its_numbers(clean_python: Path) -> None:
    ran = run(clean_python, LIMITS)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "free": [10, 30, 30, 25, 25, 20, 20, 15, 15, 10],
        "plus": [10, 50, 50, 40, 40, 30, 30, 20, 20, 10],
        "premium": [10, 100, 100, 78, 78, 55, 55, 33, 33, 10],
    }


@pytest.mark.parametrize("module", ["domain", "application", "cattrs", "sqlalchemy"])
def test_nothing_else_is_at_hand(clean_python: Path, module: str) -> None:
    ran = run(clean_python, f"import {module}")
    assert "ModuleNotFoundError" in ran.stderr


def test_the_whole_wheel_holds_all_that_its_packages_do(tmp_path: Path) -> None:
    with ZipFile(built(ROOT, tmp_path)) as archive:
        held = {name for name in archive.namelist() if name.startswith(PACKAGES)}
    there = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert held == there - {"domain/pyproject.toml"}
