"""End the calls that time has ended and that nobody looked at since."""

from datetime import timedelta

from attrs import frozen

from application.shared.clock import Clock
from application.shared.failures import Failures
from application.shared.jobs import StoredJob
from application.shared.rulebook import Rulebook
from application.video.ports import OverdueBefore, OverdueCalls
from application.video.settle_calls import SettleCalls

_AT_ONCE = 100


@frozen
class SettleOverdueCalls:
    """Settles all conversations with overdue calls, some at a time."""

    overdue: OverdueCalls
    settle_calls: SettleCalls
    clock: Clock
    rulebook: Rulebook

    async def __call__(self, _: StoredJob) -> None:
        """Settle them; each call is a transaction of its own.

        Where it fails for a conversation, the others are settled first.
        """
        now = await self.clock.now()
        policy = self.rulebook.policies.video.calls
        before = OverdueBefore(
            rang=now - timedelta(seconds=policy.answer_seconds),
            left=now - timedelta(seconds=policy.reconnect_seconds),
            answered=now - timedelta(seconds=policy.longest_seconds),
        )
        failures = Failures()
        found = await self.overdue.conversations(before, None, _AT_ONCE)
        while found:
            for conversation_id in found:
                with failures.kept():
                    await self.settle_calls(conversation_id)
            found = await self.overdue.conversations(before, found[-1], _AT_ONCE)
        failures.raise_first()
