"""Settles due usage until it is killed, amid one account: by itself, as nothing else is as exact.

It is given the database's URL, and how many accounts to settle before.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable

import attrs
from attrs import define

from adapters.postgres.executor import Executor
from application.shared.outbox import OutboxEvent
from application.usage.ports import UsageAccounts
from domain.shared.ids import PersonId
from domain.usage.accounts import UsageAccount
from tests.contracts.postgres import postgres_stores
from tests.contracts.usage import NO_JOB, settle_due


@define
class Doomed:
    """Accounts of which the one after so many is written, but its transaction never ends."""

    accounts: UsageAccounts
    left: int

    async def get(self, person_id: PersonId, *, lock: bool = False) -> UsageAccount | None:
        return await self.accounts.get(person_id, lock=lock)

    async def record(
        self,
        before: UsageAccount | None,
        events: Iterable[OutboxEvent],
        reason: str | None = None,
    ) -> UsageAccount:
        after = await self.accounts.record(before, events, reason)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return after


async def settle_until_killed(url: str, accounts: int) -> None:
    executor = Executor(url)
    await executor.open()
    settle = settle_due(postgres_stores(executor))
    keep = attrs.evolve(settle.keep, accounts=Doomed(settle.keep.accounts, accounts))
    await attrs.evolve(settle, keep=keep)(NO_JOB)


if __name__ == "__main__":
    asyncio.run(settle_until_killed(sys.argv[1], int(sys.argv[2])))
