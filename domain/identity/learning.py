"""What a person wants to learn, how far they are, and how they like to be taught."""

from enum import StrEnum

import attrs
from attrs import frozen

from ..shared.errors import InvalidValueError
from ..shared.ids import PersonId
from ..shared.text import clean_line
from .policy import IdentityPolicy
from .profile import checked_tag

LEAST_LEVEL, HIGHEST_LEVEL = 1, 100


class LearningGoal(StrEnum):
    """What a person learns a language for."""

    CONNECTION = "Connection"
    CAREER = "Career"
    TRAVEL = "Travel"
    ACADEMIC = "Academic"
    CULTURE = "Culture"
    GROWTH = "Growth"


class ChallengePreference(StrEnum):
    """How hard a person likes it."""

    COMFORTABLE = "comfortable"
    MODERATE = "moderate"
    CHALLENGING = "challenging"


class CorrectionStyle(StrEnum):
    """When a person likes to be corrected."""

    IMMEDIATE = "immediate"
    GENTLE = "gentle"
    END_OF_SESSION = "end_of_session"


@frozen(kw_only=True)
class LearningPreferences:
    """A person's preferences as a learner.

    Attributes:
        person_id: Whose they are.
        target_language: A BCP 47 tag of the language they learn.
        learning_goal: What they learn it for, once they said so.
        speaking_level: From 1 to 100, None while it is not known; so are the other three.
        listening_level: How well they understand speech.
        reading_level: How well they read.
        writing_level: How well they write.
        challenge_preference: How hard they like it.
        correction_style: When they like to be corrected.
        specific_goals: What they want to reach, in their own words, each once.
    """

    person_id: PersonId
    target_language: str
    learning_goal: LearningGoal | None = None
    speaking_level: int | None = None
    listening_level: int | None = None
    reading_level: int | None = None
    writing_level: int | None = None
    challenge_preference: ChallengePreference = ChallengePreference.MODERATE
    correction_style: CorrectionStyle = CorrectionStyle.GENTLE
    specific_goals: tuple[str, ...] = ()


LEVELS = ("speaking_level", "listening_level", "reading_level", "writing_level")
PREFERENCE_FIELDS = tuple(
    field.name for field in attrs.fields(LearningPreferences) if field.name != "person_id"
)


def checked_preferences(
    preferences: LearningPreferences, policy: IdentityPolicy
) -> LearningPreferences:
    """Give the preferences with their texts in normal form, and each goal named once.

    Raises:
        InvalidValueError: A field is malformed; it names the first such field.
    """
    for name in LEVELS:
        level = getattr(preferences, name)
        if level is not None and not LEAST_LEVEL <= level <= HIGHEST_LEVEL:
            raise InvalidValueError(name, f"Give a level from {LEAST_LEVEL} to {HIGHEST_LEVEL}.")
    longest = policy.specific_goal_max_characters
    goals = dict.fromkeys(
        clean_line("specific_goals", goal, max_characters=longest)
        for goal in preferences.specific_goals
    )
    if len(goals) > policy.specific_goals_max:
        raise InvalidValueError(
            "specific_goals", f"Name at most {policy.specific_goals_max} goals."
        )
    return attrs.evolve(
        preferences,
        target_language=checked_tag("target_language", preferences.target_language),
        specific_goals=tuple(goals),
    )


def differing_fields(
    before: LearningPreferences | None, after: LearningPreferences
) -> tuple[str, ...]:
    """Give the names of the fields that have new values; at first, all of them."""
    if before is None:
        return PREFERENCE_FIELDS
    return tuple(
        name for name in PREFERENCE_FIELDS if getattr(before, name) != getattr(after, name)
    )
