"""Do what time has brought to accounts that nobody looked at since."""

from datetime import timedelta

from attrs import frozen

from application.shared.failures import Failures
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
        """Bring all due accounts up to the present; each is a transaction of its own.

        Where it fails for an account, the others are brought up first.
        """
        now = await self.keep.clock.now()
        silence = timedelta(seconds=self.keep.rules.policy.silence_seconds)
        failures, failed = Failures(), list[PersonId]()
        before: frozenset[PersonId] = frozenset()
        while found := await self.accounts.due(now, now - silence, failed, _AT_ONCE):
            for person_id in found:
                failed.append(person_id)
                with failures.kept():
                    await self._catch_up(person_id, before)
                    failed.pop()
            if len(failed) >= _AT_ONCE:
                break
            before = frozenset(found)
        failures.raise_first()

    async def _catch_up(self, person_id: PersonId, before: frozenset[PersonId]) -> None:
        if person_id in before:
            raise LookupError("an account that was brought up to the present is still due")
        await self.keep(person_id, CatchUp())
