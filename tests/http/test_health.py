"""Health, asked by those who have no key."""

import pytest

from tests.http.api import Api, asking


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
