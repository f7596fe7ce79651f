"""Do what time has brought to accounts that nobody looked at since."""

from datetime import timedelta

from attrs import frozen

from application.shared.jobs import StoredJob
from application.usage.keep_account import AccountKeeper
from application.usage.ports import DueAccounts
from domain.shared.ids import PersonId
from domain.usage.commands import CatchUp

_AT_ONCE = 100


@frozen
class SettleDueUsage:
    """Settles silent sessions and closes months, some accounts at a time."""

    keep: AccountKeeper
    accounts: DueAccounts

    async def __call__(self, _: StoredJob) -> None:
        """Bring all due accounts up to the present; each is a transaction of its own."""
        before: tuple[PersonId, ...] = ()
        while found := await self._due():
            if found == before:
                raise LookupError("accounts that were brought up to the present are still due")
            for person_id in found:
                await self.keep(person_id, CatchUp())
            before = found

    async def _due(self) -> tuple[PersonId, ...]:
        # Each time anew, as the next run counts from the end of this one.
        now = await self.keep.clock.now()
        silence = timedelta(seconds=self.keep.rules.policy.silence_seconds)
        return await self.accounts.due(now, now - silence, _AT_ONCE)
