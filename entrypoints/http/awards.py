"""What persons earned, over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from application.achievements.queries import Ahead, Earner, Earnings
from domain.achievements.definitions import Achievement
from domain.achievements.events import Category
from domain.achievements.requirements import Condition, as_data
from domain.shared.ids import PersonId
from entrypoints.http.achievements import key_of
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.problems import problems


class ShowAwardBody(Struct, forbid_unknown_fields=True):
    """Who may see an award; what is left out stays."""

    is_public: bool | UnsetType = UNSET
    shared_publicly: (
        Annotated[bool, Meta(description="Whoever may see a social one also sees what it came of")]
        | UnsetType
    ) = UNSET


class ConditionBody(Struct):
    """How far a person is, or was, with a number that has to be reached."""

    metric: str
    current: int
    needed: int
    satisfied: bool


class AwardBody(Struct):
    """An achievement that a person earned; some fields are for its owner only."""

    key: str
    name: str
    description: str
    category: Category
    icon_url: str | None
    points: int
    achievement_type: str | None
    badge: str | None
    special_reward: dict[str, int | str | bool] | None
    earned_at: datetime
    shared_publicly: bool
    social_context: Annotated[
        dict[str, str] | UnsetType | None,
        Meta(description="What a social one came of; for others only where it is shared"),
    ] = UNSET
    related_entity_type: str | UnsetType | None = UNSET
    related_entity_id: UUID | UnsetType | None = UNSET
    is_public: bool | UnsetType = UNSET
    displayed: bool | UnsetType = UNSET
    displayed_at: datetime | UnsetType | None = UNSET
    celebration_shown: bool | UnsetType = UNSET
    inputs: (
        Annotated[list[ConditionBody], Meta(description="The conditions as they were then")]
        | UnsetType
    ) = UNSET
    policy_version: str | UnsetType = UNSET


class AchievementProgressBody(Struct):
    """An achievement that is still to earn."""

    key: str
    name: str
    description: str
    category: Category
    icon_url: str | None
    points: int
    requirements: dict[str, Any]
    conditions: Annotated[
        list[ConditionBody], Meta(description="Those of the requirements, in their order")
    ]


class EarnerBody(Struct):
    """What a person earned, and how far they are with the rest."""

    points: Annotated[int, Meta(description="The sum of those that are shown")]
    count: int
    earned: Annotated[list[AwardBody], Meta(description="The first one first")]
    progress: Annotated[
        list[AchievementProgressBody], Meta(description="Empty in another person's view")
    ]


def _conditions(conditions: tuple[Condition, ...]) -> list[ConditionBody]:
    return msgspec.convert(conditions, list[ConditionBody], from_attributes=True)


def award_body(earnings: Earnings, *, whole: bool = True) -> AwardBody:
    """Give an award as the API shows it, to its owner or to others."""
    achievement, award = earnings.achievement, earnings.award
    body = AwardBody(
        key=achievement.key,
        name=achievement.name,
        description=achievement.description,
        category=award.category,
        icon_url=achievement.icon_url,
        points=award.points,
        achievement_type=achievement.achievement_type,
        badge=achievement.badge,
        special_reward=_plain(achievement),
        earned_at=award.earned_at,
        shared_publicly=award.shared_publicly,
    )
    if whole or award.shared_publicly:
        context = award.social_context
        body.social_context = None if context is None else dict(context)
        body.related_entity_type = award.related_entity_type
        body.related_entity_id = award.related_entity_id
    if whole:
        body.is_public = award.is_public
        body.displayed = award.displayed_at is not None
        body.displayed_at = award.displayed_at
        body.celebration_shown = award.celebrated_at is not None
        body.inputs = _conditions(award.inputs)
        body.policy_version = award.policy_version
    return body


def _plain(achievement: Achievement) -> dict[str, int | str | bool] | None:
    reward = achievement.special_reward
    return None if reward is None else dict(reward)


def _progress(ahead: Ahead) -> AchievementProgressBody:
    achievement = ahead.achievement
    return AchievementProgressBody(
        key=achievement.key,
        name=achievement.name,
        description=achievement.description,
        category=achievement.category,
        icon_url=achievement.icon_url,
        points=achievement.points,
        requirements=as_data(achievement.requirements),
        conditions=_conditions(ahead.conditions),
    )


def earner_body(earner: Earner) -> EarnerBody:
    """Give what a person earned as the API shows it."""
    return EarnerBody(
        points=earner.points,
        count=len(earner.earned),
        earned=[award_body(one, whole=earner.whole) for one in earner.earned],
        progress=[_progress(one) for one in earner.ahead],
    )


class AwardRoutes(Controller):
    """What a person earned."""

    path = "/v1"
    tags = ("Achievements",)

    @get(
        "/persons/{person_id:uuid}/achievements",
        opt=FOR_PERSONS,
        responses=problems(404),
    )
    async def get_achievements(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        viewer_id: Annotated[
            UUID | None,
            QueryParameter(description="In whose view; a person's is always their own"),
        ] = None,
    ) -> EarnerBody:
        """Read what a person earned. Others see it as the person's privacy lets them."""
        queries = kithkin(request).achievements.queries()
        viewer = viewing(request, viewer_id)
        return earner_body(await queries.of(PersonId(person_id), viewer))

    @patch(
        "/persons/{person_id:uuid}/achievements/{key:str}",
        opt=FOR_PERSONS,
        dto=JsonBody[ShowAwardBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def show_award(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        key: FromPath[str],
        data: JSONBody[ShowAwardBody],
    ) -> AwardBody:
        """Change whether others may see an award."""
        change = kithkin(request).achievements.change_award()
        return award_body(
            await change.shown(
                acting(request, person_id),
                key_of(key),
                is_public=None if data.is_public is UNSET else data.is_public,
                shared_publicly=None if data.shared_publicly is UNSET else data.shared_publicly,
            )
        )

    @post(
        "/persons/{person_id:uuid}/achievements/{key:str}/displayed",
        opt=FOR_PERSONS,
        status_code=200,
        responses=problems(404),
    )
    async def display_award(
        self, request: ApiRequest, person_id: FromPath[UUID], key: FromPath[str]
    ) -> Response[AwardBody]:
        """Report that an award was displayed to its person. Only the first report counts."""
        owner_id = acting(request, person_id)

        async def work() -> tuple[int, AwardBody]:
            change = kithkin(request).achievements.change_award()
            return 200, award_body(await change.displayed(owner_id, key_of(key)))

        return await answer_once(request, work, about=lambda _: owner_id)

    @post(
        "/persons/{person_id:uuid}/achievements/{key:str}/celebrated",
        opt=FOR_PERSONS,
        status_code=200,
        responses=problems(404),
    )
    async def celebrate_award(
        self, request: ApiRequest, person_id: FromPath[UUID], key: FromPath[str]
    ) -> Response[AwardBody]:
        """Report that an award was celebrated, and so displayed. Only the first report counts."""
        owner_id = acting(request, person_id)

        async def work() -> tuple[int, AwardBody]:
            change = kithkin(request).achievements.change_award()
            return 200, award_body(await change.celebrated(owner_id, key_of(key)))

        return await answer_once(request, work, about=lambda _: owner_id)
