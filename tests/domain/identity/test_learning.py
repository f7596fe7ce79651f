"""What a learner may prefer."""

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.learning import (
    LEVELS,
    PREFERENCE_FIELDS,
    ChallengePreference,
    CorrectionStyle,
    LearningGoal,
    LearningPreferences,
    checked_preferences,
    differing_fields,
)
from domain.identity.policy import IdentityPolicy
from domain.shared.errors import InvalidValueError
from tests.domain.identity.values import ANA, POLICY


def some(**fields: Any) -> LearningPreferences:
    return LearningPreferences(**{"person_id": ANA, "target_language": "ja", **fields})


def test_the_choices_are_those_of_the_rules() -> None:
    assert [goal.value for goal in LearningGoal] == [
        "Connection",
        "Career",
        "Travel",
        "Academic",
        "Culture",
        "Growth",
    ]
    assert [choice.value for choice in ChallengePreference] == [
        "comfortable",
        "moderate",
        "challenging",
    ]
    assert [style.value for style in CorrectionStyle] == ["immediate", "gentle", "end_of_session"]


def test_only_the_language_must_be_said() -> None:
    preferences = checked_preferences(some(), POLICY)
    assert preferences == some()
    assert (preferences.learning_goal, preferences.specific_goals) == (None, ())
    assert [getattr(preferences, level) for level in LEVELS] == [None] * 4


@pytest.mark.parametrize("level", LEVELS)
def test_levels_go_from_1_to_100(level: str) -> None:
    for value in (1, 100, None):
        assert getattr(checked_preferences(some(**{level: value}), POLICY), level) == value
    for value in (0, 101, -1):
        with pytest.raises(InvalidValueError) as refusal:
            checked_preferences(some(**{level: value}), POLICY)
        assert refusal.value.field == level


@pytest.mark.parametrize("tag", ["", "japanese!", "j", "ja_JP"])
def test_a_language_is_named_by_its_tag(tag: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        checked_preferences(some(target_language=tag), POLICY)
    assert refusal.value.field == "target_language"


def test_goals_are_kept_trimmed_in_normal_form_and_once() -> None:
    goals = (" Cafe\u0301 ", "Café", "Read signs")
    assert checked_preferences(some(specific_goals=goals), POLICY).specific_goals == (
        "Café",
        "Read signs",
    )


@pytest.mark.parametrize("goal", ["", " ", "x" * 201, "two\nlines", "nul\0", "\ud800"])
def test_a_malformed_goal_is_refused(goal: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        checked_preferences(some(specific_goals=("Read signs", goal)), POLICY)
    assert refusal.value.field == "specific_goals"


def test_a_business_may_set_its_own_limits() -> None:
    strict = IdentityPolicy(specific_goals_max=1, specific_goal_max_characters=3)
    assert checked_preferences(some(specific_goals=("Eat",)), strict).specific_goals == ("Eat",)
    for goals in (("Eat", "Go"), ("Walk",)):
        with pytest.raises(InvalidValueError):
            checked_preferences(some(specific_goals=goals), strict)


def test_at_first_every_field_is_new() -> None:
    assert differing_fields(None, some()) == PREFERENCE_FIELDS
    assert len(PREFERENCE_FIELDS) == 9


preferences = st.builds(
    LearningPreferences,
    person_id=st.just(ANA),
    target_language=st.sampled_from(["ja", "pt-BR", "zh-Hant-TW"]),
    learning_goal=st.none() | st.sampled_from(LearningGoal),
    speaking_level=st.none() | st.integers(1, 100),
    listening_level=st.none() | st.integers(1, 100),
    reading_level=st.none() | st.integers(1, 100),
    writing_level=st.none() | st.integers(1, 100),
    challenge_preference=st.sampled_from(ChallengePreference),
    correction_style=st.sampled_from(CorrectionStyle),
    specific_goals=st.lists(st.text("abc \u0301", min_size=1).filter(str.strip), max_size=5).map(
        tuple
    ),
)


@given(preferences)
def test_checking_what_was_checked_changes_nothing(given_: LearningPreferences) -> None:
    once = checked_preferences(given_, POLICY)
    assert checked_preferences(once, POLICY) == once
    assert len(set(once.specific_goals)) == len(once.specific_goals)


@given(preferences, preferences)
def test_the_fields_that_differ_make_the_whole_difference(
    before: LearningPreferences, after: LearningPreferences
) -> None:
    changes = {name: getattr(after, name) for name in differing_fields(before, after)}
    assert attrs.evolve(before, **changes) == after
    assert all(getattr(before, name) != value for name, value in changes.items())
