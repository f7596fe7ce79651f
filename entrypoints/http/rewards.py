"""The monthly reward over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.params import FromPath
from msgspec import Meta, Struct

from domain.video.events import RewardStatus
from domain.video.reward import Reward
from entrypoints.http.acting import acting
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.decisions import ReasonBody
from entrypoints.http.problems import problems


class RewardChangeBody(Struct):
    """What time alone makes of the reward next."""

    on: Annotated[date, Meta(description="The first local date of it")]
    at: Annotated[datetime, Meta(description="When that date begins")]
    status: RewardStatus


class MonthlyRewardBody(Struct):
    """The decision on a person's prices, with all that it was made of."""

    status: Annotated[
        RewardStatus, Meta(description="Earned this month, carried over from the last, or inactive")
    ]
    discount_percent: Annotated[
        int, Meta(description="By how much bundles and plans are cheaper now; 0 while inactive")
    ]
    valid_until: Annotated[
        datetime | None, Meta(description="When it ends without more calls; null while inactive")
    ]
    counting_on: Annotated[date, Meta(description="The day, in the person's zone")]
    partners_this_month: Annotated[
        int, Meta(description="Distinct partners of calls completed in the day's month")
    ]
    partners_last_month: Annotated[int, Meta(description="The same for the month before")]
    needed: Annotated[
        int, Meta(description="Further partners that would earn it this month; 0 once earned")
    ]
    next_change: RewardChangeBody | None
    reasons: list[ReasonBody]
    policy_version: Annotated[str, Meta(description="The version of the policy in force")]


def reward_body(decision: Reward) -> MonthlyRewardBody:
    """Give a decision as the API shows it."""
    return MonthlyRewardBody(
        status=decision.status,
        discount_percent=decision.discount_percent,
        valid_until=decision.valid_until,
        counting_on=decision.facts.day,
        partners_this_month=decision.facts.this_month,
        partners_last_month=decision.facts.last_month,
        needed=decision.needed,
        next_change=msgspec.convert(
            decision.next_change, RewardChangeBody | None, from_attributes=True
        ),
        reasons=msgspec.convert(decision.reasons, list[ReasonBody], from_attributes=True),
        policy_version=decision.policy_version,
    )


class RewardRoutes(Controller):
    """Lower prices for those who call several partners a month."""

    path = "/v1"
    tags = ("Rewards",)

    @get("/persons/{person_id:uuid}/reward", opt=FOR_PERSONS, responses=problems(404))
    async def get_reward(self, request: ApiRequest, person_id: FromPath[UUID]) -> MonthlyRewardBody:
        """Read whether a person's prices are lower now, until when, and why."""
        queries = kithkin(request).video.reward_queries()
        return reward_body(await queries.reward(acting(request, person_id)))
