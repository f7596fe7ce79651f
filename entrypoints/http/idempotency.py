"""Answering a POST, once for each Idempotency-Key."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import attrs
import msgspec
from litestar import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from application.shared.idempotency import Answer, Attempt
from domain.shared.errors import InvalidValueError
from domain.shared.ids import PersonId
from entrypoints.http.acting import owner_of
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.raw_headers import values_of

T = TypeVar("T")

HEADER = "Idempotency-Key"
_HEADER = HEADER.lower().encode()
REPLAYED = "Idempotency-Replayed"
_REPLAYED = REPLAYED.lower().encode()
SECRET = {"secret": True}
"""A route whose answer holds a secret."""
MAX_KEY_CHARACTERS = 255


async def attempt_of(request: ApiRequest) -> Attempt | None:
    """Give the attempt that a request says it is; None where it has no key.

    Raises:
        InvalidValueError: The key is not of 1 to 255 printable ASCII characters.
    """
    keys = values_of(request.scope, _HEADER)
    if not keys:
        return None
    key = keys[0]
    if len(keys) > 1:
        raise InvalidValueError(HEADER, "Give one key only.")
    if not 1 <= len(key) <= MAX_KEY_CHARACTERS or not key.isascii() or not key.isprintable():
        raise InvalidValueError(HEADER, "Give 1 to 255 printable ASCII characters.")
    parts = (request.method.encode(), request.scope["path"].encode(), await request.body())
    return Attempt(
        owner=owner_of(request),
        key=key,
        fingerprint=hashlib.sha256(b"\n".join(parts)).digest(),
    )


async def answer_once(
    request: ApiRequest,
    work: Callable[[], Awaitable[tuple[int, T]]],
    *,
    about: Callable[[T], UUID] | None = None,
    outside: bool = False,
) -> Response[T]:
    """Answer with a status and body; a repeat with the same key gets the same answer.

    Args:
        request: The request.
        work: Does what it asks for.
        about: Gives whose personal data the body holds, where it holds any, so that the
            kept answer is erased with that person.
        outside: The work reaches outside between transactions of its own, and does no more
            the second time.

    Raises:
        InvalidValueError: The key is malformed, or was used with another request.
        RequestInProgressError: The same request is being worked on.
    """

    async def answer() -> Answer:
        status, body = await work()
        return rendered(status, body, None if about is None else about(body))

    attempt = await attempt_of(request)
    if attempt is None:
        return respond(await answer())
    shared = kithkin(request).shared
    once = shared.once_outside() if outside else shared.once()
    return respond(await once(attempt, answer))


async def answer_secretly(request: ApiRequest, work: Callable[[], Awaitable[T]]) -> T:
    """Give an answer that holds a secret; a repeat with the same key is refused.

    Raises:
        InvalidValueError: The key is malformed, or was used with another request.
        AnswerNotRepeatedError: The same request was answered, or is being worked on.
    """
    attempt = await attempt_of(request)
    if attempt is None:
        return await work()
    # The body may be short enough to guess, such as an address alone, and no erasure finds it.
    told = kithkin(request).ports.pepper().request(attempt.fingerprint)
    attempt = attrs.evolve(attempt, fingerprint=told)
    return await kithkin(request).sign_in.once_in_secret()(attempt, work)


def rendered(status: int, body: object, about: UUID | None = None) -> Answer:
    """Give an answer with its body as JSON, and whose personal data that holds."""
    person_id = None if about is None else PersonId(about)
    return Answer(status=status, body=msgspec.json.encode(body), person_id=person_id)


class AnswerResponse(Response[Any]):
    """An answer, sent as it is.

    Litestar's own response would look for an encoder, cookies and default headers each time.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def to_asgi_response(self, *_: object, **__: object) -> ASGIApp:  # type: ignore[override]
        """Give what sends it."""
        return self._send

    async def _send(self, _: Scope, __: Receive, send: Send) -> None:
        answer = self.answer
        length = str(len(answer.body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        if answer.replayed:
            headers.append((_REPLAYED, b"true"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})


def respond(answer: Answer) -> Response[Any]:
    """Give an answer as a response."""
    return AnswerResponse(answer)
