"""Health, asked by those who have no key."""

import pytest

from tests.http.api import Api, asking


@pytest.mark.parametrize("key", ["admin", "revoked", None])
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_all_is_well(api: Api, path: str, key: str | None) -> None:
    async with asking(api.served, key) as asked:
        assert await asked.get(path) == {"status": "ok"}
