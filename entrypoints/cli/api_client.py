"""A client of the API, as far as the demo needs one."""

from types import TracebackType
from typing import Any, Self

import httpx
import rich_click as click

_SECONDS = 10


class Api:
    """The API of a running server, by one service key."""

    def __init__(self, url: str, key: str) -> None:
        self._client = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=_SECONDS,
            trust_env=False,  # a proxy has no way to this machine's own ports
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read something."""
        return self._answer("GET", path, params=query)

    def put(self, path: str, **body: object) -> dict[str, Any]:
        """Set something."""
        return self._answer("PUT", path, json=body)

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Do something."""
        return self._answer("POST", path, json=body)

    def refused(self, path: str, **body: object) -> dict[str, Any]:
        """Try what the rules refuse, and give the problem that this meets."""
        return self._answer("POST", path, status=httpx.codes.FORBIDDEN, json=body)

    def _answer(
        self, method: str, path: str, status: int | None = None, **request: Any
    ) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise click.ClickException(f"{method} {path} was not answered: {error}") from error
        if not (response.is_success if status is None else response.status_code == status):
            raise click.ClickException(
                f"{method} {path} was answered {response.status_code}: {response.text}"
            )
        return dict(response.json())
