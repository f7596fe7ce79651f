"""Requests whose answer holds a secret: done once, and never answered twice."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from attrs import frozen

from application.shared.clock import Clock
from application.shared.idempotency import (
    ANSWER_KEPT_FOR,
    Attempt,
    KeptAnswer,
    KeptAnswers,
    replay,
)
from application.shared.transaction import Transactions
from domain.shared.errors import ConflictError

T = TypeVar("T")

_NOT_KEPT = 0  # stands where the status of a kept answer would


class AnswerNotRepeatedError(ConflictError):
    """The request was answered before, with a secret that is shown once."""

    code = "answer_not_repeated"


@frozen
class OnceInSecret:
    """Runs a request's work once, and keeps only that it ran.

    The work opens its own transactions, as it may reach outside between two of them.
    """

    transactions: Transactions
    answers: KeptAnswers
    clock: Clock

    async def __call__(self, attempt: Attempt, work: Callable[[], Awaitable[T]]) -> T:
        """Answer by the work; where that fails, the key is free again.

        Raises:
            AnswerNotRepeatedError: The same request was answered, or is being worked on.
            IdempotencyKeyReusedError: The key was used with another request.
            RequestInProgressError: The same request has just come in.
        """
        await self.transactions.run(lambda: self._take(attempt))
        try:
            return await work()
        except BaseException:
            await self.answers.forget(attempt)
            raise

    async def _take(self, attempt: Attempt) -> None:
        now = await self.clock.now()
        kept = await self.answers.claim(attempt, now)
        if kept is not None:
            replay(attempt, kept)
            raise AnswerNotRepeatedError(
                "This request was already made under this key. Its answer held a secret, which is "
                "shown once and not kept; make a new request under a new key."
            )
        await self.answers.keep(
            attempt,
            KeptAnswer(
                fingerprint=attempt.fingerprint,
                status=_NOT_KEPT,
                body=b"",
                expires_at=now + ANSWER_KEPT_FOR,
            ),
        )
