"""Publish achievements, and change what may change of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from application.achievements.hold_achievement import held_achievement
from application.achievements.ports import Achievements, AwardBacks
from application.shared.clock import Clock
from application.shared.jobs import Job, Jobs
from application.shared.transaction import Transactions
from domain.achievements.definitions import (
    MAX_ACHIEVEMENTS,
    Achievement,
    AchievementKey,
    AchievementKeyTakenError,
    TooManyAchievementsError,
    changed,
    checked,
)

AWARD_BACK = "award_achievement_back"
"""The kind of job that awards a new one to those who have met it already."""


@frozen
class PublishAchievement:
    """Adds an achievement, and has it awarded to those who meet it already."""

    transactions: Transactions
    achievements: Achievements
    award_backs: AwardBacks
    jobs: Jobs
    clock: Clock

    async def __call__(self, achievement: Achievement) -> Achievement:
        """Publish it and give it as it is kept.

        Raises:
            InvalidValueError: A field is malformed.
            AchievementKeyTakenError: There is one with its key.
            TooManyAchievementsError: There are as many as may be.
        """
        new = checked(achievement)

        async def work() -> Achievement:
            known = await self.achievements.all()
            if any(one.key == new.key for one in known):
                raise _taken(new.key)
            if len(known) >= MAX_ACHIEVEMENTS:
                raise TooManyAchievementsError(
                    f"There are {MAX_ACHIEVEMENTS} achievements, which is all that are kept."
                )
            if not await self.achievements.add(new):
                raise _taken(new.key)
            await self._award_back(new, await self.clock.now())
            return new

        return await self.transactions.run(work)

    async def _award_back(self, new: Achievement, now: datetime) -> None:
        if await self.award_backs.persons():
            await self.jobs.enqueue(
                Job(kind=AWARD_BACK, key=new.key, at=now, data={"key": new.key})
            )


@frozen
class PublishCatalogue:
    """Publishes those of a catalogue that were never published here."""

    achievements: Achievements
    publish: PublishAchievement

    async def __call__(self, catalogue: Sequence[Achievement]) -> None:
        """Publish them; one that was withdrawn or changed here is left as it is.

        Where there are as many as may be, the rest is left out: a catalogue that has grown
        must not keep anybody from starting.
        """
        known = {one.key for one in await self.achievements.all()}
        for achievement in catalogue:
            if achievement.key not in known:
                try:
                    await self.publish(achievement)
                except AchievementKeyTakenError:
                    continue  # by another process that starts
                except TooManyAchievementsError:
                    return


@frozen
class ChangeAchievement:
    """Changes what may change of a published achievement, or withdraws it."""

    transactions: Transactions
    achievements: Achievements
    clock: Clock

    async def __call__(self, key: AchievementKey, changes: Mapping[str, Any]) -> Achievement:
        """Change some fields and give it as it is kept.

        Raises:
            NotFoundError: There is no such achievement.
            AchievementPublishedError: What was published with it would change.
            AchievementWithdrawnError: It would be published again.
            InvalidValueError: A new value is malformed.
        """

        async def work() -> Achievement:
            before = await held_achievement(self.achievements, key)
            after = changed(before, changes, await self.clock.now())
            if after != before:
                await self.achievements.replace(after)
            return after

        return await self.transactions.run(work)


def _taken(key: AchievementKey) -> AchievementKeyTakenError:
    return AchievementKeyTakenError(f"There is an achievement {key}; choose another key.")
