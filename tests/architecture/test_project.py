"""The project keeps its own rules."""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture import rules
from tests.architecture.source import LAYERS, ROOT, modules, project_files, text

# A file that may be longer, and why.
LONGER: dict[PurePosixPath, str] = {}


def breaches(
    rule: Callable[[str], Iterator[str]], paths: Iterable[PurePosixPath]
) -> list[tuple[str, str]]:
    return [(str(path), found) for path in paths for found in rule(text(path))]


@pytest.mark.parametrize("rule", [rules.foreign_imports, rules.impurities, rules.floats])
def test_the_domain_is_pure(rule: Callable[[str], Iterator[str]]) -> None:
    assert modules("domain")
    assert breaches(rule, modules("domain")) == []


def test_what_is_public_says_what_it_is_for() -> None:
    assert breaches(rules.missing_docstrings, modules("domain", "application")) == []


def test_no_exception_is_swallowed() -> None:
    assert breaches(rules.swallowed_exceptions, modules(*LAYERS)) == []


def test_no_file_is_too_long() -> None:
    shorter = [path for path in modules(*LAYERS) if path not in LONGER]
    assert breaches(rules.too_long, shorter) == []


def test_every_exception_for_length_is_needed() -> None:
    needed = [path for path in LONGER if path in modules(*LAYERS) and [*rules.too_long(text(path))]]
    assert list(LONGER) == needed


def test_nothing_stray_stands_at_the_root() -> None:
    assert list(rules.stray_top_level(project_files())) == []


def test_no_package_is_empty() -> None:
    assert list(rules.empty_packages(modules(*LAYERS))) == []


def test_no_name_would_fit_anything() -> None:
    assert list(rules.generic_names(modules(*LAYERS))) == []


def test_use_cases_are_named_for_what_they_do() -> None:
    assert list(rules.misnamed_use_cases(modules("application"))) == []


def test_no_file_says_where_packages_come_from() -> None:
    texts = [path for path in project_files() if b"\0" not in (ROOT / path).read_bytes()]
    assert breaches(rules.index_addresses, texts) == []


def test_both_distributions_have_the_same_version() -> None:
    main, domain = (
        tomllib.loads(text(PurePosixPath(name)))["project"]["version"]
        for name in ("pyproject.toml", "domain/pyproject.toml")
    )
    assert main == domain
