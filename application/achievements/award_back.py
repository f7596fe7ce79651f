"""Award achievements to those who meet them without an event: by time, or from before."""

from collections.abc import Callable, Sequence

import attrs
from attrs import frozen

from application.achievements.hold_achievement import held_achievement
from application.achievements.ports import Achievements, Achievers, AwardBack, AwardBacks
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.jobs import StoredJob
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.achievements.awards import earn
from domain.achievements.definitions import (
    Achievement,
    AchievementKey,
    AchievementWithdrawnError,
)
from domain.achievements.requirements import is_met
from domain.shared.ids import PersonId

_AT_A_TIME = 50


@frozen
class AwardByNow:
    """Awards a person what they meet at this instant."""

    transactions: Transactions
    achievers: Achievers
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, achievements: Sequence[Achievement]) -> bool:
        """Award those of the achievements that are met; tell whether any was."""

        async def work() -> bool:
            achiever = await self.achievers.look(person_id, lock=True)
            if achiever is None or achiever.deleted:
                return False
            earned = earn(
                achiever.totals,
                achiever.points,
                achiever.held,
                achievements,
                (),
                self.rulebook.version,
                await self.clock.now(),
            )
            if earned.awards:
                events = outgoing(self.new_id, earned.events)
                await self.achievers.store(achiever, earned, events)
            return bool(earned.awards)

        return await self.transactions.run(work)


@frozen
class AwardToThoseWhoEarned:
    """Awards an achievement to all who had met it before it was published.

    It goes on where it was broken off, and several at once share the persons.
    """

    transactions: Transactions
    achievements: Achievements
    award_backs: AwardBacks
    award: AwardByNow
    clock: Clock

    async def __call__(
        self, key: AchievementKey, told: Callable[[AwardBack], None] = lambda _: None
    ) -> AwardBack:
        """Award it, and give how it went.

        Args:
            key: The achievement.
            told: Is given how far it is, again and again.

        Raises:
            NotFoundError: There is no such achievement.
            AchievementWithdrawnError: It is withdrawn.
        """
        went = await self.transactions.run(lambda: self._begin(key))
        told(went)
        while went.finished_at is None:
            went = await self.transactions.run(lambda: self._some(key))
            told(went)
        return went

    async def by_job(self, job: StoredJob) -> None:
        """Award the achievement that a job names, unless it is withdrawn by now."""
        achievement = await self.achievements.held(AchievementKey(job.data["key"]))
        if achievement is not None and achievement.withdrawn_at is None:
            await self(achievement.key)

    async def _begin(self, key: AchievementKey) -> AwardBack:
        await self._achievement(key)
        known = await self.award_backs.held(key)
        if known is not None and known.finished_at is None:
            return known
        now, persons = await self.clock.now(), await self.award_backs.persons()
        begun = AwardBack(key=key, started_at=now, persons=persons)
        await self.award_backs.keep(begun)
        return begun

    async def _some(self, key: AchievementKey) -> AwardBack:
        achievement = await self._achievement(key)
        went = await self.award_backs.held(key)
        if went is None or went.finished_at is not None:
            return went or await self._begin(key)
        found = await self.award_backs.candidates(key, went.upto, _AT_A_TIME)
        now = await self.clock.now()
        awarded = 0
        for one in found:
            if not one.held and is_met(achievement.requirements, one.totals.at(now)):
                awarded += await self.award(one.totals.person_id, [achievement])
        went = went.after([one.totals.person_id for one in found], awarded)
        if len(found) < _AT_A_TIME:
            went = attrs.evolve(went, finished_at=now)
        await self.award_backs.keep(went)
        return went

    async def _achievement(self, key: AchievementKey) -> Achievement:
        achievement = await held_achievement(self.achievements, key)
        if achievement.withdrawn_at is not None:
            raise AchievementWithdrawnError(
                "The achievement is withdrawn; nobody is awarded it any more."
            )
        return achievement
