"""Delete the answers to requests that may no longer come again."""

from attrs import frozen

from application.shared.batches import in_batches
from application.shared.clock import Clock
from application.shared.idempotency import KeptAnswers
from application.shared.jobs import StoredJob

_AT_ONCE = 500


@frozen
class ForgetExpiredAnswers:
    """Deletes kept answers whose time is over, some at a time."""

    answers: KeptAnswers
    clock: Clock

    async def __call__(self, _: StoredJob) -> None:
        """Delete all of them; each batch is a transaction of its own."""
        now = await self.clock.now()
        await in_batches(_AT_ONCE, lambda most: self.answers.forget_expired(now, most))
