"""Hold an achievement that must exist."""

from application.achievements.ports import Achievements
from domain.achievements.definitions import (
    Achievement,
    AchievementKey,
    is_key,
    no_such_achievement,
)


async def held_achievement(achievements: Achievements, key: AchievementKey) -> Achievement:
    """Give an achievement, which nobody else changes until the transaction ends.

    Raises:
        NotFoundError: There is no such achievement.
    """
    # A text that is no key may hold what no store takes.
    found = await achievements.held(key) if is_key(key) else None
    if found is None:
        raise no_such_achievement(key)
    return found
