"""What is said of an achievement that is not taken, and what at the limits is."""

from typing import Any

import pytest

from domain.achievements.awards import Award, earn, shown_to
from domain.achievements.definitions import (
    AchievementPublishedError,
    AchievementWithdrawnError,
    changed,
    checked,
    is_key,
)
from domain.achievements.events import Category
from domain.achievements.requirements import requirement_of
from domain.shared.errors import ConflictError, InvalidValueError
from tests.domain.achievements.values import (
    NOBODY,
    START,
    VERSION,
    after,
    an_achievement,
    at_least,
    happened,
    message,
)

WORDS = at_least("messages_sent", 1)
SOCIAL: dict[str, Any] = {"category": Category.SOCIAL, "achievement_type": "circle_grown"}

NO_KEY = "Give lower-case words joined by _, at most 60 characters."
NO_POINTS = "Give a whole number from 0 to 1000000."
NO_TYPE = (
    "A social achievement needs its type in lower-case words joined by _, at most 50 characters."
)
NOT_SOCIAL = "Only an achievement of the category social has this."
NO_ICON = "Give a full address that starts with https://, or a path of the app's."
NO_REWARD = "Give from 1 to 10 fields."
NO_REWARD_NAME = "Name its fields in lower-case words joined by _."


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"key": "Two Words"}, "key", NO_KEY),
        ({"points": -1}, "points", NO_POINTS),
        ({**SOCIAL, "achievement_type": None}, "achievement_type", NO_TYPE),
        ({**SOCIAL, "achievement_type": "a" * 51}, "achievement_type", NO_TYPE),
        ({"achievement_type": "circle_grown"}, "achievement_type", NOT_SOCIAL),
        ({"badge": "Gold"}, "badge", NOT_SOCIAL),
        ({"special_reward": {"credits": 5}}, "special_reward", NOT_SOCIAL),
        ({"icon_url": "icons/x.svg"}, "icon_url", NO_ICON),
        ({"icon_url": "https://["}, "icon_url", NO_ICON),
        ({"icon_url": "https:///x.svg"}, "icon_url", NO_ICON),
        ({"icon_url": "ftp://a.example/x.svg"}, "icon_url", NO_ICON),
        ({"icon_url": "/icons/a b.svg"}, "icon_url", NO_ICON),
        ({"icon_url": "/icons\\x.svg"}, "icon_url", NO_ICON),
        ({**SOCIAL, "special_reward": {}}, "special_reward", NO_REWARD),
        (
            {**SOCIAL, "special_reward": {f"a{number}": 1 for number in range(11)}},
            "special_reward",
            NO_REWARD,
        ),
        ({**SOCIAL, "special_reward": {"Two Words": 1}}, "special_reward", NO_REWARD_NAME),
        ({**SOCIAL, "special_reward": {"a" * 51: 1}}, "special_reward", NO_REWARD_NAME),
        ({**SOCIAL, "special_reward": {"credits": -1}}, "special_reward/credits", NO_POINTS),
        (
            {**SOCIAL, "special_reward": {"credits": 1_000_001}},
            "special_reward/credits",
            NO_POINTS,
        ),
        (
            {**SOCIAL, "special_reward": {"note": "n" * 201}},
            "special_reward/note",
            "The text has 201 characters; at most 200 are taken; shorten it.",
        ),
    ],
)
def test_a_definition_that_is_wrong_is_named_with_what_to_give(
    changes: dict[str, Any], field: str, says: str
) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        checked(an_achievement(WORDS, **changes))
    assert (refusal.value.field, refusal.value.detail) == (field, says)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "a" * 60},
        {"key": "a1_2b"},
        {"points": 0},
        {"points": 1_000_000},
        {"name": "n" * 100},
        {"description": "d" * 500},
        {"icon_url": "http://a.example/x.svg"},
        {"icon_url": "/" + "x" * 2047},
        {**SOCIAL, "achievement_type": "a" * 50},
        {**SOCIAL, "badge": "b" * 50},
        {**SOCIAL, "special_reward": {f"a{number}": 1 for number in range(10)}},
        {**SOCIAL, "special_reward": {"a" * 50: True}},
        {**SOCIAL, "special_reward": {"least": 0, "most": 1_000_000, "off": False}},
        {**SOCIAL, "special_reward": {"note": "n" * 200}},
    ],
)
def test_what_is_at_its_limit_is_taken_as_it_is(changes: dict[str, Any]) -> None:
    achievement = an_achievement(WORDS, **changes)
    assert checked(achievement) == achievement


@pytest.mark.parametrize("text", ["", "_a", "a_", "a__b", "1a", "A", "a-b", "a" * 61, "a\n"])
def test_any_other_text_is_no_key(text: str) -> None:
    assert not is_key(text)


@pytest.mark.parametrize(
    ("was", "changes", "error", "says"),
    [
        (
            {},
            {"points": 11},
            AchievementPublishedError,
            "points can't change once an achievement is published; withdraw it and add another.",
        ),
        (
            {"withdrawn_at": START},
            {"withdrawn": False},
            AchievementWithdrawnError,
            "A withdrawn achievement stays so; add another under a key of its own.",
        ),
    ],
)
def test_a_change_that_is_refused_says_what_to_do(
    was: dict[str, Any], changes: dict[str, Any], error: type[ConflictError], says: str
) -> None:
    with pytest.raises(error) as refusal:
        changed(an_achievement(WORDS, **was), changes, after(days=1))
    assert refusal.value.detail == says


METRICS = (
    "There is no such metric; give one of messages_sent, distinct_partners, completed_calls, "
    "login_streak.longest, chat_streak.longest, days_since_registration."
)
NO_OBJECT = "Give an object with `metric`, `all` or `any`."
NO_FORM = "Give either `metric` and `at_least`, or `all`, or `any`, and nothing else."
FOUR_DEEP = {"all": [{"any": [{"all": [{"any": [{"all": [WORDS]}]}]}]}]}


@pytest.mark.parametrize(
    ("data", "path", "says"),
    [
        (None, "requirements", NO_OBJECT),
        ({"all": [WORDS, 7]}, "requirements/all/1", NO_OBJECT),
        ({}, "requirements", NO_FORM),
        ({"none": [WORDS]}, "requirements", NO_FORM),
        (at_least("likes", 1), "requirements/metric", METRICS),
        ({"any": [at_least("likes", 1)]}, "requirements/any/0/metric", METRICS),
        (
            {"metric": "messages_sent", "at_least": True},
            "requirements/at_least",
            "Give a whole number.",
        ),
        (
            at_least("messages_sent", -1),
            "requirements/at_least",
            "Give a number from 0 to 1000000000.",
        ),
        (
            FOUR_DEEP,
            "requirements/all/0/any/0/all/0/any/0/all",
            "Groups lie in each other at most 4 deep.",
        ),
        ({"all": WORDS}, "requirements/all", "Give a list."),
        ({"any": []}, "requirements/any", "The group is empty; put a condition in it."),
        ({"any": [WORDS] * 51}, "requirements/any", "A group has at most 50 parts."),
        (
            {"all": [{"any": [WORDS] * 50}, WORDS]},
            "requirements",
            "There are 51 conditions; at most 50 are taken.",
        ),
    ],
)
def test_requirements_that_are_wrong_say_where_and_what_to_give(
    data: object, path: str, says: str
) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        requirement_of(data)
    assert (refusal.value.field, refusal.value.detail) == (path, says)


def awarded(**changes: Any) -> Award:
    (award,) = earn(
        NOBODY, 0, (), [an_achievement(WORDS, **changes)], happened(message()), VERSION
    ).awards
    return award


@pytest.mark.parametrize(
    ("achievement", "shown", "says"),
    [
        ({}, {}, "Only a social achievement can be shared."),
        (SOCIAL, {"is_public": False}, "Make it public to share it."),
        ({**SOCIAL, "is_public": False}, {}, "Make it public to share it."),
    ],
)
def test_an_award_that_cannot_be_shared_says_why(
    achievement: dict[str, Any], shown: dict[str, bool], says: str
) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        shown_to(awarded(**achievement), **shown, shared_publicly=True)
    assert (refusal.value.field, refusal.value.detail) == ("shared_publicly", says)
