"""Learning preferences over HTTP."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get, put
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from domain.identity.learning import (
    ChallengePreference,
    CorrectionStyle,
    LearningGoal,
    LearningPreferences,
)
from entrypoints.http.acting import acting
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.persons import Language
from entrypoints.http.problems import problems

Level = Annotated[int, Meta(ge=1, le=100, description="null while it is not known", examples=[40])]
Goal = Annotated[str, Meta(min_length=1, max_length=200, examples=["Order food in Lisbon"])]


class SetPreferencesBody(Struct, forbid_unknown_fields=True):
    """All of a person's preferences as a learner; what is left out is set back."""

    target_language: Language
    learning_goal: LearningGoal | None = None
    speaking_level: Level | None = None
    listening_level: Level | None = None
    reading_level: Level | None = None
    writing_level: Level | None = None
    challenge_preference: ChallengePreference = ChallengePreference.MODERATE
    correction_style: CorrectionStyle = CorrectionStyle.GENTLE
    specific_goals: Annotated[list[Goal], Meta(max_length=20)] = []


class PreferencesBody(Struct):
    """What a person prefers as a learner."""

    person_id: UUID
    target_language: str
    learning_goal: LearningGoal | None
    speaking_level: int | None
    listening_level: int | None
    reading_level: int | None
    writing_level: int | None
    challenge_preference: ChallengePreference
    correction_style: CorrectionStyle
    specific_goals: list[str]


def shown(preferences: LearningPreferences) -> PreferencesBody:
    """Give preferences as the API shows them."""
    return msgspec.convert(preferences, PreferencesBody, from_attributes=True)


class LearningRoutes(Controller):
    """What persons learn, and how they like to be taught."""

    path = "/v1"
    tags = ("Learning preferences",)

    @get(
        "/persons/{person_id:uuid}/learning-preferences",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def get_preferences(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> PreferencesBody:
        """Read a person's learning preferences. Before any are set it is 404."""
        queries = kithkin(request).identity.queries()
        return shown(await queries.learning_preferences(acting(request, person_id)))

    @put(
        "/persons/{person_id:uuid}/learning-preferences",
        opt=FOR_PERSONS,
        dto=JsonBody[SetPreferencesBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def set_preferences(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[SetPreferencesBody]
    ) -> PreferencesBody:
        """Set a person's learning preferences. They replace those before."""
        given = msgspec.structs.asdict(data)
        wanted = LearningPreferences(
            **{
                **given,
                "person_id": acting(request, person_id),
                "specific_goals": tuple(data.specific_goals),
            }
        )
        return shown(await kithkin(request).identity.set_preferences()(wanted))
