"""The achievements that come with Kithkin."""

import tomllib
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

from domain.achievements.definitions import Achievement, AchievementId, AchievementKey, checked
from domain.achievements.events import Category
from domain.achievements.requirements import requirement_of

FILE = "achievements.toml"


def default_catalogue(new_id: Callable[[], UUID], now: datetime) -> tuple[Achievement, ...]:
    """Give the achievements of the file as they would be published now.

    Raises:
        InvalidValueError: One of them is malformed.
    """
    text = files("adapters").joinpath(FILE).read_text(encoding="utf-8")
    return tuple(_achievement(entry, new_id, now) for entry in tomllib.loads(text)["achievement"])


def _achievement(entry: dict[str, Any], new_id: Callable[[], UUID], now: datetime) -> Achievement:
    known = entry | {
        "id": AchievementId(new_id()),
        "key": AchievementKey(entry["key"]),
        "category": Category(entry["category"]),
        "requirements": requirement_of(entry["requirements"]),
        "published_at": now,
    }
    return checked(Achievement(**known))
