"""Decisions, as the API shows them."""

from datetime import date, datetime
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from domain.shared.tiers import Tier
from domain.video.unlock import MessageAllowance

_MOST_REMEMBERED = 2048


class ReasonBody(Struct):
    """Why one rule allows or refuses."""

    rule: Annotated[str, Meta(examples=["daily_message_limit"])]
    satisfied: Annotated[bool, Meta(description="Whether this rule alone allows")]
    detail: Annotated[str, Meta(description="The same for a person to read")]
    inputs: Annotated[
        dict[str, int | str | None], Meta(description="What the rule looked at, by name")
    ]
    threshold: Annotated[int | None, Meta(description="The number the inputs were held against")]
    changes_at: Annotated[
        datetime | None, Meta(description="When time alone changes what the rule says")
    ]
    changed_by: Annotated[list[str], Meta(description="Actions that would change it now")]


class UnlockerBody(Struct):
    """Something the person could do now, and the limit it would give them today."""

    action: Annotated[str, Meta(examples=["complete_a_video_call"])]
    limit: int


class LimitChangeBody(Struct):
    """When time alone next changes the limit."""

    on: Annotated[date, Meta(description="The first local date with another limit")]
    at: Annotated[datetime, Meta(description="When that date begins")]
    limit: int
    percent: int


class AllowanceBody(Struct):
    """The decision on one more message, with all that it was made of."""

    allowed: bool
    sent: Annotated[int, Meta(description="Messages counted for this day")]
    limit: Annotated[int, Meta(description="Messages allowed on this day")]
    remaining: int
    base: Annotated[int, Meta(description="The part of the limit that everyone has")]
    bonus: Annotated[int, Meta(description="The part that a video call unlocked")]
    days_since_call: Annotated[
        int | None, Meta(description="Local dates since the latest completed call")
    ]
    percent: Annotated[int, Meta(description="Percent of the tier's bonus that is left")]
    tier: Annotated[Tier, Meta(description="The highest tier held on this day")]
    counting_on: Annotated[date, Meta(description="The day, in the person's zone")]
    resets_at: Annotated[datetime, Meta(description="When the day is over")]
    next_change: LimitChangeBody | None
    unlockers: Annotated[list[UnlockerBody], Meta(description="What would raise the limit now")]
    reasons: list[ReasonBody]
    policy_version: Annotated[str, Meta(description="The version of the policy in force")]


@lru_cache(_MOST_REMEMBERED)
def explained(decision: MessageAllowance) -> Raw:
    """Give a decision in full as JSON.

    It is remembered, because on one day many persons stand alike, and to explain costs more
    than to decide.
    """
    body = msgspec.convert(decision, AllowanceBody, from_attributes=True)
    return Raw(msgspec.json.encode(body))
