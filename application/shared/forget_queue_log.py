"""Delete what the job queue noted of tickets that are over."""

from typing import Protocol

from attrs import frozen

from application.shared.jobs import StoredJob


class QueueLog(Protocol):
    """What the queue notes by itself."""

    async def forget_log(self) -> None:
        """Delete all of it; nothing reads it."""
        ...


@frozen
class ForgetQueueLog:
    """Keeps the queue's own notes from growing without end."""

    log: QueueLog

    async def __call__(self, _: StoredJob) -> None:
        """Delete them."""
        await self.log.forget_log()
