"""The same request twice has one effect and one answer."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from attrs import frozen

from application.shared.clock import Clock
from application.shared.transaction import Transactions
from domain.shared.errors import ConflictError, InvalidValueError
from domain.shared.ids import PersonId
from domain.shared.standing import require_not_deleted

ANSWER_KEPT_FOR = timedelta(hours=24)
"""For how long a repeat of a request gets the first one's answer."""


@frozen(kw_only=True)
class Attempt:
    """A request that says which repeat is the same request.

    Attributes:
        owner: Whose key it is: a service key's or a person's id.
        key: The client's own name for the request.
        fingerprint: A digest of method, path and body.
    """

    owner: str
    key: str
    fingerprint: bytes


@frozen(kw_only=True)
class Answer:
    """What a request was answered with.

    Attributes:
        status: The HTTP status, always a 2xx one.
        body: The body's bytes.
        person_id: Whose personal data the body holds, if it holds any.
        replayed: It is the answer to an earlier, equal request.
    """

    status: int
    body: bytes
    person_id: PersonId | None = None
    replayed: bool = False


@frozen(kw_only=True)
class KeptAnswer:
    """An answer as it is stored.

    Attributes:
        fingerprint: Of the request it answers; empty once the person is erased.
        status: The HTTP status.
        body: The body's bytes; empty once the person is erased.
        person_id: Whose personal data the body holds, if it holds any.
        expires_at: From when on the key may be used anew.
    """

    fingerprint: bytes
    status: int
    body: bytes
    expires_at: datetime
    person_id: PersonId | None = None


class IdempotencyKeyReusedError(InvalidValueError):
    """The key already stands for another request."""

    code = "idempotency_key_reused"


class RequestInProgressError(ConflictError):
    """The same request is being worked on."""

    code = "request_in_progress"


class KeptAnswers(Protocol):
    """Where answers are kept."""

    async def claim(self, attempt: Attempt, now: datetime) -> KeptAnswer | None:
        """Give the answer kept for the key, or hold the key until the transaction ends.

        Raises:
            RequestInProgressError: Another transaction holds it.
        """
        ...

    async def keep(self, attempt: Attempt, answer: KeptAnswer) -> None:
        """Keep an answer in the running transaction."""
        ...

    async def forget_expired(self, now: datetime, limit: int) -> int:
        """Delete some answers whose time is over; tell how many."""
        ...

    async def forget(self, attempt: Attempt) -> None:
        """Keep nothing for the key any longer."""
        ...


def replay(attempt: Attempt, kept: KeptAnswer) -> Answer:
    """Give the kept answer to a repeated request.

    Raises:
        PersonDeletedError: The answer was erased with the person it tells of.
        IdempotencyKeyReusedError: The key was used with another request.
    """
    require_not_deleted(deleted=not kept.fingerprint)
    if kept.fingerprint != attempt.fingerprint:
        raise IdempotencyKeyReusedError(
            "Idempotency-Key",
            "This key was used within 24 hours for a request with another method, path or "
            "body; take a new key for a new request.",
        )
    return Answer(status=kept.status, body=kept.body, person_id=kept.person_id, replayed=True)


def to_keep(attempt: Attempt, answer: Answer, now: datetime) -> KeptAnswer:
    """Give an answer in the form in which it is kept."""
    return KeptAnswer(
        fingerprint=attempt.fingerprint,
        status=answer.status,
        body=answer.body,
        expires_at=now + ANSWER_KEPT_FOR,
        person_id=answer.person_id,
    )


@frozen
class OnceOutside:
    """Runs work that reaches outside, and gives every repeat the same answer.

    The work opens its own transactions and does no more the second time: two requests at
    once may both come to it, and it is done again where its answer could not be kept.
    """

    transactions: Transactions
    answers: KeptAnswers
    clock: Clock

    async def __call__(self, attempt: Attempt, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Answer by the work, or with what it answered before.

        Raises:
            IdempotencyKeyReusedError: The key was used with another request.
            RequestInProgressError: The answer to the same request is being kept.
        """
        kept = await self.transactions.run(lambda: self._claimed(attempt, None))
        return kept or await self._kept(attempt, await work())

    async def _kept(self, attempt: Attempt, answer: Answer) -> Answer:
        return await self.transactions.run(lambda: self._claimed(attempt, answer)) or answer

    async def _claimed(self, attempt: Attempt, answer: Answer | None) -> Answer | None:
        """Give what was answered before, or keep the answer if there is one by now."""
        now = await self.clock.now()
        kept = await self.answers.claim(attempt, now)
        if kept is not None:
            return replay(attempt, kept)
        if answer is not None:
            await self.answers.keep(attempt, to_keep(attempt, answer, now))
        return None


@frozen
class Once:
    """Runs a request's work once, and gives every repeat the same answer."""

    transactions: Transactions
    answers: KeptAnswers
    clock: Clock

    async def __call__(self, attempt: Attempt, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Answer by the work, or with what it answered before.

        The work's effects and the answer are kept in one transaction.

        Raises:
            IdempotencyKeyReusedError: The key was used with another request.
            RequestInProgressError: The same request is being worked on.
        """

        async def claimed() -> Answer:
            now = await self.clock.now()
            kept = await self.answers.claim(attempt, now)
            if kept is not None:
                return replay(attempt, kept)
            answer = await work()
            await self.answers.keep(attempt, to_keep(attempt, answer, now))
            return answer

        return await self.transactions.run(claimed)
