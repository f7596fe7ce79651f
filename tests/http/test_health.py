"""Health, asked by those who have no key."""

import asyncio

import pytest

from application.shared.transaction import StoreUnavailableError
from entrypoints.http import health
from tests.http.api import Api, asking

SOON = 10.0


@pytest.mark.parametrize("key", ["admin", "revoked", None])
async def test_all_is_well(api: Api, key: str | None) -> None:
    part = "memory" if api.served.database is None else "database"
    parts = [{"name": name, "status": "ok"} for name in (part, "queue")]
    async with asking(api.served, key) as asked:
        assert await asked.get("/health/live") == {"status": "ok"}
        assert await asked.get("/health/ready") == {"status": "ok", "parts": parts}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_nothing_else_that_comes_with_the_question_matters(api: Api, path: str) -> None:
    answer = await api.ask("GET", f"{path}?x=1&x=2", content=b"{" * 2_000_000)
    assert answer.json()["status"] == "ok"


async def test_a_part_that_cannot_even_be_broken_off_is_away_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A statement is broken off by asking the database, which may not answer that either."""
    monkeypatch.setattr(health, "_ANSWER_SECONDS", 0.01)
    answers = asyncio.Event()

    async def hangs() -> None:
        try:
            await answers.wait()
        except asyncio.CancelledError:
            await answers.wait()
            raise StoreUnavailableError("late") from None

    async with asyncio.timeout(SOON):
        part = await health._part("database", hangs)
    assert (part.name, part.status) == ("database", "away")
    answers.set()


@pytest.mark.parametrize("error", [StoreUnavailableError("gone"), TimeoutError()])
async def test_a_part_that_says_so_is_away(error: Exception) -> None:
    async def fails() -> None:
        raise error

    assert (await health._part("queue", fails)).status == "away"
