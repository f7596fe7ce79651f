"""What an achievement may be, and what of it may change."""

from typing import Any

import pytest

from domain.achievements.definitions import (
    AchievementPublishedError,
    AchievementWithdrawnError,
    changed,
    checked,
)
from domain.achievements.events import Category
from domain.achievements.requirements import requirement_of
from domain.shared.errors import InvalidValueError
from tests.domain.achievements.values import after, an_achievement, at_least

WORDS = at_least("messages_sent", 1)
SOCIAL = {"category": Category.SOCIAL, "achievement_type": "circle_grown"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": ""}, "key"),
        ({"key": "Two Words"}, "key"),
        ({"key": "a" * 61}, "key"),
        ({"name": "  "}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "n" * 101}, "name"),
        ({"description": ""}, "description"),
        ({"description": "d" * 501}, "description"),
        ({"points": -1}, "points"),
        ({"points": 1_000_001}, "points"),
        ({"icon_url": "javascript:alert(1)"}, "icon_url"),
        ({"icon_url": "//elsewhere.example/x.svg"}, "icon_url"),
        ({"icon_url": "https://["}, "icon_url"),
        ({"icon_url": "https://a.example/" + "x" * 2048}, "icon_url"),
        ({"category": Category.SOCIAL}, "achievement_type"),
        ({**SOCIAL, "achievement_type": "Not Snake"}, "achievement_type"),
        ({"achievement_type": "circle_grown"}, "achievement_type"),
        ({"badge": "Gold"}, "badge"),
        ({"special_reward": {"credits": 5}}, "special_reward"),
        ({**SOCIAL, "badge": "b" * 51}, "badge"),
        ({**SOCIAL, "special_reward": {}}, "special_reward"),
        ({**SOCIAL, "special_reward": {f"a{n}": n for n in range(11)}}, "special_reward"),
        ({**SOCIAL, "special_reward": {"Two Words": 1}}, "special_reward"),
        ({**SOCIAL, "special_reward": {"credits": -1}}, "special_reward/credits"),
        ({**SOCIAL, "special_reward": {"note": " "}}, "special_reward/note"),
    ],
)
def test_says_which_field_is_wrong(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        checked(an_achievement(WORDS, **changes))
    assert refused.value.field == field


@pytest.mark.parametrize("icon", ["https://a.example/x.svg", "/icons/x.svg", None])
def test_puts_texts_in_normal_form(icon: str | None) -> None:
    found = checked(
        an_achievement(
            WORDS,
            name=" Cafe\u0301 ",
            icon_url=icon,
            **SOCIAL,
            badge=" Gold ",
            special_reward={"credits": 5, "gold": True, "note": " Well done "},
        )
    )
    assert found.name == "Caf\u00e9"
    assert found.icon_url == icon
    assert found.badge == "Gold"
    assert found.special_reward == {"credits": 5, "gold": True, "note": "Well done"}


@pytest.mark.parametrize(
    "changes",
    [
        {"points": 11},
        {"requirements": requirement_of(at_least("messages_sent", 2))},
        {"category": Category.SPECIAL},
        {"badge": "Gold"},
    ],
)
def test_what_was_published_cannot_change(changes: dict[str, Any]) -> None:
    with pytest.raises(AchievementPublishedError, match="withdraw it and add another"):
        changed(an_achievement(WORDS), changes, after(days=1))


def test_texts_can_change_and_what_stays_the_same_may_be_named() -> None:
    before = an_achievement(WORDS)
    same = {"points": before.points, "requirements": requirement_of(WORDS), "withdrawn": False}
    new = {"name": "Hello", "description": "Say it.", "icon_url": "/hi.svg", "is_public": False}
    found = changed(before, same | new, after(days=1))
    assert (found.name, found.description, found.icon_url) == ("Hello", "Say it.", "/hi.svg")
    assert not found.is_public
    assert found.withdrawn_at is None
    assert found.points == before.points
    with pytest.raises(InvalidValueError):
        changed(before, {"name": ""}, after(days=1))


def test_withdrawing_is_final() -> None:
    withdrawn = changed(an_achievement(WORDS), {"withdrawn": True}, after(days=1))
    assert withdrawn.withdrawn_at == after(days=1)
    again = changed(withdrawn, {"withdrawn": True, "name": "Hello"}, after(days=2))
    assert again.withdrawn_at == after(days=1)
    with pytest.raises(AchievementWithdrawnError):
        changed(withdrawn, {"withdrawn": False}, after(days=2))
