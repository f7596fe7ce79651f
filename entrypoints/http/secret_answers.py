"""Answers that hold a secret: they are given once, and never stored."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from litestar import Response

from application.shared.idempotency import Answer
from domain.shared.errors import ConflictError
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import attempt_of, rendered, respond

T = TypeVar("T")


class SecretShownError(ConflictError):
    """The request was answered with a secret, which is shown once only."""

    code = "secret_already_shown"


async def answer_with_secret(
    request: ApiRequest, work: Callable[[], Awaitable[tuple[int, T]]]
) -> Response[T]:
    """Answer with a status and body that holds a secret; a repeat has no effect, and is refused.

    Raises:
        SecretShownError: The request with this key was answered before.
        InvalidValueError: The key is malformed, or was used with another request.
        RequestInProgressError: The same request is being worked on.
    """
    attempt = await attempt_of(request)
    if attempt is None:
        return respond(rendered(*await work()))
    shown: list[Answer] = []

    async def answer() -> Answer:
        shown[:] = [rendered(*await work())]
        return Answer(status=shown[0].status, body=b"")

    kept = await kithkin(request).shared.once()(attempt, answer)
    if kept.replayed:
        raise SecretShownError(
            "This was done, and its answer held a secret, which is shown once only. If it was "
            "lost, rotate the secret."
        )
    return respond(shown[0])
