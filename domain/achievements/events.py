"""What happens with achievements."""

from enum import StrEnum

from attrs import frozen

from ..shared.events import Event


class Category(StrEnum):
    """What an achievement is about."""

    STREAK = "streak"
    MILESTONE = "milestone"
    QUALITY = "quality"
    SPECIAL = "special"
    SOCIAL = "social"


@frozen(kw_only=True)
class AchievementEarned(Event):
    """The person earned an achievement.

    Attributes:
        key: Which one.
        category: What it is about.
        points: What it is worth.
        points_total: All that the person has with it.
    """

    key: str
    category: Category
    points: int
    points_total: int


AchievementEvent = AchievementEarned
