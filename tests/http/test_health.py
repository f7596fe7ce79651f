"""Health, asked by those who have no key."""

from typing import Any

import pytest

from tests.http.api import Api, asking

WELL = {
    "/health/live": {"status": "ok"},
    "/health/ready": {"status": "ok", "database": "ok", "queue": "ok"},
}


@pytest.mark.parametrize("key", ["admin", "revoked", None])
@pytest.mark.parametrize(("path", "well"), WELL.items())
async def test_all_is_well(api: Api, path: str, well: dict[str, Any], key: str | None) -> None:
    async with asking(api.served, key) as asked:
        assert await asked.get(path) == well


@pytest.mark.parametrize(("path", "well"), WELL.items())
async def test_nothing_else_that_comes_with_the_question_matters(
    api: Api, path: str, well: dict[str, Any]
) -> None:
    answer = await api.ask("GET", f"{path}?x=1&x=2", content=b"{" * 2_000_000)
    assert answer.json() == well
