"""Achievements over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from domain.achievements.definitions import (
    Achievement,
    AchievementId,
    AchievementKey,
    is_key,
)
from domain.achievements.events import Category
from domain.achievements.requirements import as_data, requirement_of
from domain.shared.errors import InvalidValueError, NotFoundError
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody, given_fields
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.problems import problems

Key = Annotated[
    str,
    Meta(
        max_length=60,
        pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$",
        description="Its own; it never changes",
        examples=["hundred_letters"],
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=100, examples=["A hundred letters"])]
Description = Annotated[str, Meta(min_length=1, max_length=500, examples=["Send 100 messages."])]
Icon = Annotated[
    str,
    Meta(
        max_length=2048,
        description="A full address, or a path of the app's",
        examples=["https://example.org/icons/letters.svg"],
    ),
]
Points = Annotated[int, Meta(ge=0, le=1_000_000, examples=[25])]
Label = Annotated[str, Meta(min_length=1, max_length=50)]
Requirements = Annotated[
    dict[str, Any],
    Meta(
        description="`{metric, at_least}`, `{all: [...]}` or `{any: [...]}`, up to 4 groups deep",
        examples=[{"all": [{"metric": "messages_sent", "at_least": 100}]}],
    ),
]
Reward = Annotated[
    dict[str, int | str | bool],
    Meta(
        max_length=10,
        description="What else a social one gives, for the app to hand out",
        examples=[{"credits": 50}],
    ),
]


class PublishAchievementBody(Struct, forbid_unknown_fields=True):
    """A new achievement."""

    key: Key
    name: Name
    description: Description
    category: Category
    points: Points
    requirements: Requirements
    icon_url: Icon | None = None
    is_public: Annotated[bool, Meta(description="What its awards are at first")] = True
    repeatable: Annotated[bool, Meta(description="Always false")] = False
    achievement_type: Annotated[
        Label | None, Meta(description="Of a social one", examples=["circle_grown"])
    ] = None
    badge: Annotated[Label | None, Meta(description="Of a social one")] = None
    special_reward: Reward | None = None


class ChangeAchievementBody(Struct, forbid_unknown_fields=True):
    """The fields of an achievement to change; what is left out stays.

    What those who have it earned can't change: to name it anew is taken only as it is.
    """

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    icon_url: Icon | UnsetType | None = UNSET
    is_public: Annotated[bool, Meta(description="Of awards to come")] | UnsetType = UNSET
    withdrawn: Annotated[bool, Meta(description="true is final")] | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    points: Points | UnsetType = UNSET
    requirements: Requirements | UnsetType = UNSET
    achievement_type: Label | UnsetType | None = UNSET
    badge: Label | UnsetType | None = UNSET
    special_reward: Reward | UnsetType | None = UNSET


class AchievementBody(Struct):
    """An achievement."""

    id: UUID
    key: str
    name: str
    description: str
    category: Category
    icon_url: str | None
    points: int
    requirements: dict[str, Any]
    repeatable: bool
    is_public: bool
    achievement_type: str | None
    badge: str | None
    special_reward: dict[str, int | str | bool] | None
    published_at: datetime
    withdrawn_at: Annotated[datetime | None, Meta(description="Since when nobody earns it")]


def key_of(text: str) -> AchievementKey:
    """Give the key that a path names.

    Raises:
        NotFoundError: No achievement can have it.
    """
    if not is_key(text):
        raise NotFoundError("No achievement has such a key; GET /v1/achievements lists them.")
    return AchievementKey(text)


def achievement_body(achievement: Achievement) -> AchievementBody:
    """Give an achievement as the API shows it."""
    shown = {name: getattr(achievement, name) for name in _SHOWN}
    return AchievementBody(
        **shown, requirements=as_data(achievement.requirements), repeatable=False
    )


_SHOWN = tuple(
    field
    for field in AchievementBody.__struct_fields__
    if field not in {"requirements", "repeatable"}
)


async def _published(request: ApiRequest, data: PublishAchievementBody) -> AchievementBody:
    values = msgspec.structs.asdict(data)
    if values.pop("repeatable"):
        raise InvalidValueError("repeatable", "An achievement is earned once; leave this false.")
    ports = kithkin(request).ports
    achievement = Achievement(
        **values
        | {
            "id": AchievementId(ports.new_id()()),
            "key": AchievementKey(data.key),
            "requirements": requirement_of(data.requirements),
            "published_at": await kithkin(request).clock.now(),
        }
    )
    publish = kithkin(request).achievements.publish_achievement()
    return achievement_body(await publish(achievement))


class AchievementRoutes(Controller):
    """Achievements: what a person can earn once."""

    path = "/v1"
    tags = ("Achievements",)

    @get("/achievements", opt=FOR_PERSONS, responses=problems())
    async def list_achievements(
        self, request: ApiRequest, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> ListBody[AchievementBody]:
        """List what there is to earn, the first published first; withdrawn ones too."""
        queries = kithkin(request).achievements.queries()
        return list_body(await queries.page(position(cursor), limit), achievement_body)

    @post(
        "/achievements",
        opt=ADMIN,
        dto=JsonBody[PublishAchievementBody],
        return_dto=None,
        responses=problems(409, body=True),
    )
    async def publish_achievement(
        self, request: ApiRequest, data: JSONBody[PublishAchievementBody]
    ) -> Response[AchievementBody]:
        """Publish an achievement. Those who meet it already are awarded it by a job."""

        async def work() -> tuple[int, AchievementBody]:
            return 201, await _published(request, data)

        return await answer_once(request, work)

    @patch(
        "/achievements/{key:str}",
        opt=ADMIN,
        dto=JsonBody[ChangeAchievementBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def change_achievement(
        self, request: ApiRequest, key: FromPath[str], data: JSONBody[ChangeAchievementBody]
    ) -> AchievementBody:
        """Change an achievement's texts, or withdraw it. What it asks for and gives stays."""
        changes = given_fields(data)
        if "requirements" in changes:
            changes["requirements"] = requirement_of(changes["requirements"])
        change = kithkin(request).achievements.change_achievement()
        return achievement_body(await change(key_of(key), changes))
