"""Tell persons in time what time alone brings of their rewards."""

from datetime import datetime

from attrs import frozen

from application.shared.clock import Clock
from application.shared.failures import Failures
from application.shared.jobs import StoredJob
from application.shared.standing import Participants
from application.shared.transaction import Transactions
from application.video.ports import DueRewards, RewardDue
from application.video.settle_calls import SettleCalls
from application.video.tell_reward import RewardTeller
from domain.shared.ids import PersonId

_AT_ONCE = 100


@frozen
class SettleRewards:
    """Gives the warnings and notices that are due, to one person after the other."""

    transactions: Transactions
    due: DueRewards
    participants: Participants
    settle_calls: SettleCalls
    tell_reward: RewardTeller
    clock: Clock

    async def __call__(self, _: StoredJob) -> None:
        """Give them; each person is a transaction of their own.

        Where it fails for somebody, the others are told first.
        """
        now = await self.clock.now()
        failures = Failures()
        last: RewardDue | None = None
        while found := await self.due.by(now, last, _AT_ONCE):
            for due in found:
                with failures.kept():
                    await self._tell(due.person_id)
            last = found[-1]
        failures.raise_first()

    async def ahead(self, now: datetime) -> datetime | None:
        """Give when there is next something to tell after an instant, if there is."""
        return await self.due.first_after(now)

    async def _tell(self, person_id: PersonId) -> None:
        # A call that time has ended may be the one that keeps the reward.
        await self.settle_calls.of_person(person_id)

        async def work() -> None:
            person = await self.participants.get(person_id, lock=True)
            if person is not None:
                await self.tell_reward(person, await self.clock.now())

        await self.transactions.run(work)
