"""Milestone rewards of referrals over HTTP."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from application.shared.pages import Page
from domain.referrals.milestones import (
    DESCRIPTION_MAX_CHARACTERS,
    MOST_REFERRALS,
    NAME_MAX_CHARACTERS,
    MilestoneReward,
    RewardType,
)
from domain.shared.ids import ReferralRewardId
from entrypoints.http.acting import acting
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody, given_fields
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import ListBody, list_body
from entrypoints.http.problems import problems
from entrypoints.http.referral_bodies import (
    ClaimBody,
    ReferralRewardBody,
    RewardStandingBody,
    claim_body,
    reward_body,
    standing_body,
)

Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX_CHARACTERS)]
Description = Annotated[str, Meta(min_length=1, max_length=DESCRIPTION_MAX_CHARACTERS)]
Value = Annotated[
    dict[str, int | Annotated[str, Meta(max_length=100)]],
    Meta(
        max_length=1,
        description="`days`, `percent_off`, `badge` or `credits`, as the type wants it",
        examples=[{"days": 30}],
    ),
]
Needed = Annotated[int, Meta(ge=1, le=MOST_REFERRALS)]
Days = Annotated[int, Meta(ge=1, le=3650)]


class PublishRewardBody(Struct, forbid_unknown_fields=True):
    """What is to be given for so many referrals."""

    name: Name
    description: Description
    type: RewardType
    value: Value
    required_referrals: Needed = 1
    is_active: bool = True
    valid_days: Annotated[Days, Meta(description="How long it can be used once claimed")] | None = (
        None
    )


class ChangeRewardBody(Struct, forbid_unknown_fields=True):
    """What is to be other; what is left out stays. Claims stay as they were made."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    type: RewardType | UnsetType = UNSET
    value: Value | UnsetType = UNSET
    required_referrals: Needed | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    valid_days: Days | UnsetType | None = UNSET


class ReferralRewardRoutes(Controller):
    """What is given for so many referrals, once to each person."""

    path = "/v1"
    tags = ("Referrals",)

    @get("/referral-rewards", opt=ADMIN, responses=problems())
    async def list_referral_rewards(self, request: ApiRequest) -> ListBody[ReferralRewardBody]:
        """List all milestone rewards, by how many referrals they take. All are on one page."""
        found = await kithkin(request).referrals.queries().milestones()
        return list_body(Page(found, None), reward_body)

    @post(
        "/referral-rewards",
        opt=ADMIN,
        dto=JsonBody[PublishRewardBody],
        return_dto=None,
        responses=problems(409, body=True),
    )
    async def publish_referral_reward(
        self, request: ApiRequest, data: JSONBody[PublishRewardBody]
    ) -> Response[ReferralRewardBody]:
        """Publish a milestone's reward."""

        async def work() -> tuple[int, ReferralRewardBody]:
            app = kithkin(request)
            reward = MilestoneReward(
                **msgspec.structs.asdict(data),
                id=ReferralRewardId(app.ports.new_id()()),
                created_at=await app.clock.now(),
            )
            return 201, reward_body(await app.referrals.publish_reward()(reward))

        return await answer_once(request, work)

    @patch(
        "/referral-rewards/{reward_id:uuid}",
        opt=ADMIN,
        dto=JsonBody[ChangeRewardBody],
        return_dto=None,
        responses=problems(404, body=True),
    )
    async def change_referral_reward(
        self, request: ApiRequest, reward_id: FromPath[UUID], data: JSONBody[ChangeRewardBody]
    ) -> ReferralRewardBody:
        """Change a milestone's reward, or withdraw it."""
        change = kithkin(request).referrals.change_reward()
        return reward_body(await change(ReferralRewardId(reward_id), given_fields(data)))

    @get(
        "/persons/{person_id:uuid}/referral-rewards",
        opt=FOR_PERSONS,
        responses=problems(403, 404),
    )
    async def list_referral_rewards_of(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> ListBody[RewardStandingBody]:
        """List the milestone rewards that a person can come to or has claimed, and how far."""
        queries = kithkin(request).referrals.queries()
        found = await queries.rewards_of(acting(request, person_id))
        return list_body(Page(found, None), standing_body)

    @post(
        "/persons/{person_id:uuid}/referral-rewards/{reward_id:uuid}/claim",
        opt=FOR_PERSONS,
        responses=problems(403, 404, 409),
    )
    async def claim_referral_reward(
        self, request: ApiRequest, person_id: FromPath[UUID], reward_id: FromPath[UUID]
    ) -> Response[ClaimBody]:
        """Claim a milestone's reward. It is given soon after."""
        owner_id = acting(request, person_id)

        async def work() -> tuple[int, ClaimBody]:
            claim = kithkin(request).referrals.claim_reward()
            return 201, claim_body(await claim(owner_id, ReferralRewardId(reward_id)))

        return await answer_once(request, work, about=lambda body: body.person_id)
