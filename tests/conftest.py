"""What holds for all tests."""

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Properties are tried on the same examples every time; `--hypothesis-profile=thorough` tries
# others, and more.
settings.register_profile(
    "reproducible", max_examples=60, derandomize=True, database=None, deadline=None
)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile("reproducible")


def pytest_collection_finish() -> None:
    """Let nobody look for garbage in what was imported and collected: it stays to the end.

    Looking through it again and again would take a fifth of the time of some tests.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """One server for all tests of a process: each looks only at what it made."""
    # Most processes start without: what it needs takes a second to import.
    from tests.postgres import throw_away_postgres  # noqa: PLC0415

    with throw_away_postgres() as url:
        yield url
