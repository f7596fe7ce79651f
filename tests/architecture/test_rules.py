"""Each rule finds what breaks it, and lets its neighbour pass."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture import rules

SourceRule = Callable[[str], Iterator[str]]
PathRule = Callable[[Iterable[PurePosixPath]], Iterator[str]]

BREAKING_SOURCES: list[tuple[SourceRule, str]] = [
    (rules.foreign_imports, "import sqlalchemy"),
    (rules.foreign_imports, "from cattrs import Converter"),
    (rules.foreign_imports, "from domain.shared import ids"),
    (rules.foreign_imports, "def f():\n    import httpx"),
    (rules.impurities, "import time"),
    (rules.impurities, "import os.path"),
    (rules.impurities, "from os import environ"),
    (rules.impurities, "from random import randint"),
    (rules.impurities, "from urllib import request"),
    (rules.impurities, "from datetime import datetime\ndatetime.now()"),
    (rules.impurities, "from datetime import datetime, UTC\nclock = datetime.now"),
    (rules.impurities, "import datetime\ndatetime.datetime.utcnow()"),
    (rules.impurities, "import datetime as dt\ndt.date.today()"),
    (rules.impurities, "from datetime import datetime as d\nd.today()"),
    (rules.impurities, "from uuid import uuid4\nuuid4()"),
    (rules.impurities, "import uuid\nuuid.uuid1()"),
    (rules.impurities, "open('rules.toml')"),
    (rules.floats, "rate = 0.5"),
    (rules.floats, "def f(x: float) -> int: ..."),
    (rules.floats, "def f(x: 'list[float]') -> int: ..."),
    (rules.floats, "def f() -> dict[str, float]: ..."),
    (rules.floats, "x = float(3)"),
    (rules.missing_docstrings, "def f(): ..."),
    (rules.missing_docstrings, "async def f(): ..."),
    (rules.missing_docstrings, "class A:\n    pass"),
    (rules.missing_docstrings, "class A:\n    '''One.'''\n    def f(self): ..."),
    (rules.swallowed_exceptions, "try: f()\nexcept Exception: pass"),
    (rules.swallowed_exceptions, "try: f()\nexcept: ..."),
    (rules.swallowed_exceptions, "try: f()\nexcept (ValueError, BaseException): pass"),
    (rules.swallowed_exceptions, "def g():\n  try: f()\n  except Exception: return None"),
    (rules.swallowed_exceptions, "for _ in x:\n  try: f()\n  except Exception: continue"),
    (rules.swallowed_exceptions, "from contextlib import suppress\nwith suppress(Exception): f()"),
    (rules.index_addresses, "https://" + "pypi.org" + "/simple/attrs"),
    (rules.index_addresses, "-" + "-index" + "-url https://mirror.example/"),
    (rules.index_addresses, "-" + "-extra-index" + "-url=https://mirror.example/"),
    (rules.index_addresses, "index" + "-url = https://mirror.example/"),
    (rules.index_addresses, "https://mirror.example/pypi" + "/simple"),
    (rules.index_addresses, "-" + "-find-links /srv/wheels"),
    (rules.too_long, "x = 1\n" * (rules.MAX_LINES + 1)),
]

SOUND_SOURCES: list[tuple[SourceRule, str]] = [
    (rules.foreign_imports, "import attrs\nfrom attrs import frozen\nfrom ..shared import ids"),
    (rules.foreign_imports, "from collections.abc import Iterator\nimport zoneinfo"),
    (rules.impurities, "from datetime import datetime\ndef f(now: datetime): return now.date()"),
    (rules.impurities, "from datetime import time\ntime(0, 0)"),
    (rules.impurities, "from uuid import UUID, uuid5\ncommand.now\ncommand.today()"),
    (rules.impurities, "door.open()"),
    (rules.floats, "def f(x: object) -> bool: return isinstance(x, (int, float))"),
    (rules.floats, "'''Never a float.'''\nx = 1"),
    (rules.missing_docstrings, "def _f(): ...\nclass _A:\n    def f(self): ..."),
    (rules.missing_docstrings, "class A:\n    '''One.'''\n    def __init__(self): ..."),
    (rules.swallowed_exceptions, "try: f()\nexcept ValueError: pass"),
    (rules.swallowed_exceptions, "try: f()\nexcept Exception as e: log(e)"),
    (rules.swallowed_exceptions, "try: f()\nexcept Exception:\n    undo()\n    raise"),
    (rules.index_addresses, "uv pip compile --no-emit-index" + "-url --no-emit-find-links"),
    (rules.index_addresses, "https://example.org/a-simple-page"),
    (rules.too_long, "x = 1\n" * rules.MAX_LINES),
]

BREAKING_PATHS: list[tuple[PathRule, list[str]]] = [
    (rules.stray_top_level, ["scripts/deploy.sh"]),
    (rules.stray_top_level, ["setup.py"]),
    (rules.empty_packages, ["domain/streaks/__init__.py", "domain/video/unlock.py"]),
    (rules.empty_packages, ["domain/a/__init__.py", "domain/a/b/__init__.py"]),
    (rules.generic_names, ["adapters/utils.py"]),
    (rules.generic_names, ["adapters/common/clock.py"]),
    (rules.generic_names, ["adapters/connection_manager.py"]),
    (rules.misnamed_use_cases, ["application/video/calls.py"]),
    (rules.misnamed_use_cases, ["application/video/SendMessage.py"]),
]

SOUND_PATHS: list[tuple[PathRule, list[str]]] = [
    (rules.stray_top_level, ["README.md", "Makefile", ".ci/run", "docs/adr/0001.md"]),
    (rules.stray_top_level, ["domain/video/unlock.py", "tests/check.py"]),
    (rules.empty_packages, ["domain/__init__.py", "domain/a/__init__.py", "domain/a/b.py"]),
    (rules.generic_names, ["adapters/postgres/transaction.py", "domain/commons.py"]),
    (rules.misnamed_use_cases, ["application/video/end_call.py", "application/video/ports.py"]),
    (rules.misnamed_use_cases, ["application/shared/clock.py", "application/__init__.py"]),
    (rules.misnamed_use_cases, ["domain/video/unlock.py"]),
]


@pytest.mark.parametrize(("rule", "source"), BREAKING_SOURCES)
def test_a_breach_is_found(rule: SourceRule, source: str) -> None:
    assert list(rule(source))


@pytest.mark.parametrize(("rule", "source"), SOUND_SOURCES)
def test_sound_source_passes(rule: SourceRule, source: str) -> None:
    assert list(rule(source)) == []


@pytest.mark.parametrize(("rule", "paths"), BREAKING_PATHS)
def test_a_breach_in_the_tree_is_found(rule: PathRule, paths: list[str]) -> None:
    assert list(rule([PurePosixPath(path) for path in paths]))


@pytest.mark.parametrize(("rule", "paths"), SOUND_PATHS)
def test_a_sound_tree_passes(rule: PathRule, paths: list[str]) -> None:
    assert list(rule([PurePosixPath(path) for path in paths])) == []
