"""Holds every answer against the API's own description."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import httpx
from attrs import field, frozen
from jsonschema_rs import Draft202012Validator

METHODS = ("get", "post", "put", "patch", "delete")


@frozen
class Operation:
    """One method of one path, as described.

    Attributes:
        method: In capitals.
        path: With names in braces where ids stand.
        described: What the document says of it.
    """

    method: str
    path: str
    described: dict[str, Any] = field(eq=False, repr=False)

    def serves(self, method: str, path: str) -> bool:
        """Tell whether a request is for this operation."""
        return method == self.method and _pattern(self.path).fullmatch(path) is not None

    @property
    def for_persons_only(self) -> bool:
        """Whether it takes a person's token and nothing else."""
        return self.described.get("security") == [{"user_token": []}]

    @property
    def for_anyone(self) -> bool:
        """Whether it needs no credential, but takes one."""
        return {} in self.described.get("security", ())

    def filled(self, ident: Callable[[], str]) -> str:
        """The path with an id of its own for each name."""
        return re.sub(r"\{\w+\}", lambda _: ident(), self.path)


@frozen
class Description:
    """The API's description.

    Attributes:
        document: As it is served.
        operations: All that it describes.
    """

    document: dict[str, Any] = field(eq=False, repr=False)
    operations: tuple[Operation, ...] = field(repr=False)
    _validators: dict[str, Draft202012Validator] = field(factory=dict, eq=False, repr=False)

    @property
    def of_services(self) -> tuple[Operation, ...]:
        """Those that a service key is enough for, or that need none."""
        return tuple(one for one in self.operations if not one.for_persons_only)

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation that a request is for."""
        found = (one for one in self.operations if one.serves(method, path))
        return next(found, None)

    def check(self, response: httpx.Response) -> None:
        """Refuse an answer that is not as described, and any server error but 503."""
        request, status = response.request, response.status_code
        asked = f"{request.method} {request.url} {_sent(request)!r} gave {status}"
        assert status < 500 or status == 503, f"{asked}: {response.text}"
        operation = self.operation(request.method, request.url.path)
        if operation is None:
            return
        answers = operation.described["responses"]
        assert str(status) in answers, f"{asked}, which is not described: {response.text}"
        content = answers[str(status)].get("content", {})
        media_type = response.headers.get("content-type", "").partition(";")[0]
        if not content:
            assert response.content == b"", f"{asked} with a body, which is not described"
            return
        assert media_type in content, f"{asked} as {media_type}, which is not described"
        is_json = media_type.endswith("json")
        value = json.loads(response.content) if is_json else response.text
        self.validate(content[media_type]["schema"], value, asked)

    def validate(self, schema: dict[str, Any], value: object, what: str) -> None:
        """Refuse a value that is not of a schema of the document."""
        errors = self._validator(schema).iter_errors(value)
        found = [f"{error.instance_path}: {error.message}" for error in errors]
        assert found == [], f"{what} is not of its schema"

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        name = json.dumps(schema)
        if name not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[name] = Draft202012Validator(whole, validate_formats=True)
        return self._validators[name]


@cache
def described_by(written: bytes) -> Description:
    """Read a description, once for all servers that serve it."""
    document: dict[str, Any] = json.loads(written)
    operations = (
        Operation(method.upper(), path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    )
    return Description(document, tuple(operations))


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", "[^/]+", path))


def _sent(request: httpx.Request) -> bytes:
    try:
        return request.content[:500]
    except httpx.RequestNotRead:
        return b"a stream"
