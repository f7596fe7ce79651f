"""An achievement: what it is called, what it asks for and what it is worth."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

import attrs
from attrs import frozen

from ..shared.errors import ConflictError, InvalidValueError, NotFoundError
from ..shared.text import (
    MAX_URL_CHARACTERS,
    clean_line,
    clean_text,
    is_snake_case,
    is_web_address,
)
from .events import Category
from .requirements import Requirement

AchievementId = NewType("AchievementId", UUID)
AchievementKey = NewType("AchievementKey", str)
RewardValue = str | int | bool

MAX_ACHIEVEMENTS = 500
"""How many there may be, withdrawn ones too."""

MAX_KEY_CHARACTERS = 60
MAX_NAME_CHARACTERS = 100
MAX_DESCRIPTION_CHARACTERS = 500
MAX_LABEL_CHARACTERS = 50
MAX_POINTS = 1_000_000
MAX_REWARDS = 10
MAX_REWARD_CHARACTERS = 200

FIXED = (
    "category",
    "points",
    "requirements",
    "achievement_type",
    "badge",
    "special_reward",
)
"""What can't change once it is published: those who earned it earned this."""


class AchievementKeyTakenError(ConflictError):
    """There is an achievement with this key, withdrawn perhaps."""

    code = "achievement_key_taken"


class TooManyAchievementsError(ConflictError):
    """No more achievements are kept."""

    code = "too_many_achievements"


class AchievementPublishedError(ConflictError):
    """What those who earned an achievement earned can't change any more."""

    code = "achievement_published"


class AchievementWithdrawnError(ConflictError):
    """A withdrawn achievement stays so."""

    code = "achievement_withdrawn"


@frozen(kw_only=True)
class Achievement:
    """Something that a person earns once. It is never repeatable.

    Attributes:
        id: Its own.
        key: Its own too, snake_case; it never changes.
        name: What people read.
        description: What one does to earn it.
        category: What it is about.
        icon_url: A picture, by a full address or a path of the app's.
        points: What it is worth.
        requirements: What has to be reached.
        is_public: What its awards are at first: others may see them.
        achievement_type: What kind of social achievement it is, snake_case.
        badge: The badge that a social one gives.
        special_reward: What else a social one gives, for the app to hand out.
        published_at: Since when it can be earned.
        withdrawn_at: Since when it can't any more.
    """

    id: AchievementId
    key: AchievementKey
    name: str
    description: str
    category: Category
    icon_url: str | None = None
    points: int
    requirements: Requirement
    is_public: bool = True
    achievement_type: str | None = None
    badge: str | None = None
    special_reward: Mapping[str, RewardValue] | None = None
    published_at: datetime
    withdrawn_at: datetime | None = None


def is_key(text: str) -> bool:
    """Tell whether a text could be an achievement's key."""
    return is_snake_case(text, MAX_KEY_CHARACTERS)


def no_such_achievement(key: str) -> NotFoundError:
    """Give the error for an achievement that is absent."""
    return NotFoundError(f"There is no achievement {key}; list the achievements to see their keys.")


def checked(achievement: Achievement) -> Achievement:
    """Give an achievement with its texts in normal form.

    Raises:
        InvalidValueError: A field is malformed; it names the first such field.
    """
    if not is_key(achievement.key):
        raise InvalidValueError(
            "key", f"Give lower-case words joined by _, at most {MAX_KEY_CHARACTERS} characters."
        )
    if not 0 <= achievement.points <= MAX_POINTS:
        raise InvalidValueError("points", f"Give a whole number from 0 to {MAX_POINTS}.")
    _check_social(achievement)
    badge = achievement.badge
    return attrs.evolve(
        achievement,
        name=clean_line("name", achievement.name, max_characters=MAX_NAME_CHARACTERS),
        description=clean_text(
            "description", achievement.description, max_characters=MAX_DESCRIPTION_CHARACTERS
        ),
        icon_url=_icon(achievement.icon_url),
        badge=None
        if badge is None
        else clean_line("badge", badge, max_characters=MAX_LABEL_CHARACTERS),
        special_reward=_reward(achievement.special_reward),
    )


def changed(achievement: Achievement, changes: Mapping[str, Any], now: datetime) -> Achievement:
    """Give a published achievement with some fields changed.

    Args:
        achievement: As it is.
        changes: New values by field; `withdrawn` withdraws it.
        now: When.

    Raises:
        AchievementPublishedError: What was published with it would change.
        AchievementWithdrawnError: It would be published again.
        InvalidValueError: A new value is malformed.
    """
    for name in FIXED:
        if name in changes and changes[name] != getattr(achievement, name):
            raise AchievementPublishedError(
                f"{name} can't change once an achievement is published;"
                " withdraw it and add another."
            )
    texts = {name: value for name, value in changes.items() if name not in {*FIXED, "withdrawn"}}
    after = checked(attrs.evolve(achievement, **texts))
    withdrawn = changes.get("withdrawn")
    if withdrawn is None or withdrawn is (achievement.withdrawn_at is not None):
        return after
    if not withdrawn:
        raise AchievementWithdrawnError(
            "A withdrawn achievement stays so; add another under a key of its own."
        )
    return attrs.evolve(after, withdrawn_at=now)


def _check_social(achievement: Achievement) -> None:
    kind = achievement.achievement_type
    if achievement.category is Category.SOCIAL:
        if kind is None or not is_snake_case(kind, MAX_LABEL_CHARACTERS):
            raise InvalidValueError(
                "achievement_type",
                "A social achievement needs its type in lower-case words joined by _,"
                f" at most {MAX_LABEL_CHARACTERS} characters.",
            )
        return
    for name in ("achievement_type", "badge", "special_reward"):
        if getattr(achievement, name) is not None:
            raise InvalidValueError(name, "Only an achievement of the category social has this.")


def _icon(url: str | None) -> str | None:
    if url is None:
        return None
    url = clean_line("icon_url", url, max_characters=MAX_URL_CHARACTERS)
    own_path = url.startswith("/") and not url.startswith("//") and " " not in url
    if not (own_path or is_web_address(url)) or "\\" in url:
        raise InvalidValueError(
            "icon_url", "Give a full address that starts with https://, or a path of the app's."
        )
    return url


def _reward(reward: Mapping[str, RewardValue] | None) -> Mapping[str, RewardValue] | None:
    if reward is None:
        return None
    if not 1 <= len(reward) <= MAX_REWARDS:
        raise InvalidValueError("special_reward", f"Give from 1 to {MAX_REWARDS} fields.")
    return dict(_reward_field(name, value) for name, value in reward.items())


def _reward_field(name: str, value: RewardValue) -> tuple[str, RewardValue]:
    if not is_snake_case(name, MAX_LABEL_CHARACTERS):
        raise InvalidValueError(
            "special_reward", "Name its fields in lower-case words joined by _."
        )
    path = f"special_reward/{name}"
    if isinstance(value, str):
        return name, clean_line(path, value, max_characters=MAX_REWARD_CHARACTERS)
    if not isinstance(value, bool) and not 0 <= value <= MAX_POINTS:
        raise InvalidValueError(path, f"Give a whole number from 0 to {MAX_POINTS}.")
    return name, value
