"""A client of the API, as far as the demo needs one."""

import json
from types import TracebackType
from typing import Any, Self

import httpx
import rich_click as click

_SECONDS = 10


class Api:
    """The API of a running server, by one service key or token."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
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

    def refused(self, path: str, status: int = 403, **body: object) -> dict[str, Any]:
        """Try what the rules refuse, and give the problem that this meets."""
        return self._answer("POST", path, status=status, json=body)

    def not_found(self, path: str) -> dict[str, Any]:
        """Try to read what is not to be seen, and give the problem that this meets."""
        return self._answer("GET", path, status=httpx.codes.NOT_FOUND)

    def reply(self, path: str, **body: object) -> dict[str, Any]:
        """Say something to a companion, and give the whole reply."""
        stream = self._response("POST", path, json=body).text
        ended = stream.rstrip().rsplit("\n\n", 1)[-1]
        name, _, data = ended.partition("\ndata: ")
        if name != "event: done":
            raise click.ClickException(f"POST {path} was not answered to the end: {ended}")
        return dict(json.loads(data)["reply"])

    def send_form(self, url: str, **fields: str) -> None:
        """Send the form of a page, as a browser does."""
        self._response("POST", url, status=httpx.codes.SEE_OTHER, data=fields)

    def as_person(self, token: str) -> "Api":
        """Give the API by a person's own token."""
        return Api(self.url, token)

    def _answer(
        self, method: str, path: str, status: int | None = None, **request: Any
    ) -> dict[str, Any]:
        return dict(self._response(method, path, status, **request).json())

    def _response(
        self, method: str, path: str, status: int | None = None, **request: Any
    ) -> httpx.Response:
        try:
            response = self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise click.ClickException(f"{method} {path} was not answered: {error}") from error
        if not (response.is_success if status is None else response.status_code == status):
            raise click.ClickException(
                f"{method} {path} was answered {response.status_code}: {response.text}"
            )
        return response
