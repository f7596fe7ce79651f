"""The demo's second story: three partners in a month, the reward, and how it is carried and lapses.

Every number in it is one that the API answered.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from attrs import frozen

from domain.shared.calendar import month_after
from entrypoints.cli.api_client import Api
from entrypoints.cli.stage import a_person, a_room, now, set_clock, talk

PARTNERS = ("Dev", "Ela", "Farid")
_DAY_OF_CALLS = 10
_NOON = time(12, tzinfo=UTC)
_LAST_DAYS = 8


@frozen(kw_only=True)
class RewardDay:
    """One of the days around the end of the reward, at its first instant.

    Attributes:
        days_left: Days to the end; 0 on the first without the reward.
        date: The local date.
        status: The reward then.
        discount_percent: By how much prices are lower.
        notice: The event that told of the reward then, if one did.
        prompt: What the person was prompted with then, if with anything.
    """

    days_left: int
    date: str
    status: str
    discount_percent: int
    notice: dict[str, Any] | None
    prompt: dict[str, Any] | None


@frozen(kw_only=True)
class Month:
    """What the API answered.

    Attributes:
        full: The smallest bundle of credits before the calls.
        steps: The decision on the reward after each of the calls.
        lower: The same bundle after them.
        carried: The decision on the first of the next month.
        last_days: The last days of that month, and the first of the one after it.
    """

    full: dict[str, Any]
    steps: tuple[dict[str, Any], ...]
    lower: dict[str, Any]
    carried: dict[str, Any]
    last_days: tuple[RewardDay, ...]


def play_month(api: Api) -> Month:
    """Play the story on a server with a test clock, in the month after the clock's."""
    day = month_after(now(api).date()).replace(day=_DAY_OF_CALLS)
    set_clock(api, datetime.combine(day, _NOON))
    chitra = a_person(api, "Chitra")
    full = _bundle(api, chitra)
    rooms = [a_room(api, chitra, a_person(api, name)) for name in PARTNERS]
    steps = tuple(_reward(api, chitra) for _ in talk(api, rooms))
    lower, change = _bundle(api, chitra), steps[-1]["next_change"]
    set_clock(api, datetime.fromisoformat(change["at"]))
    carried = _reward(api, chitra)
    ends_at = datetime.fromisoformat(carried["valid_until"])
    return Month(
        full=full,
        steps=steps,
        lower=lower,
        carried=carried,
        last_days=tuple(_last_days(api, chitra, ends_at)),
    )


def _last_days(api: Api, person: str, ends_at: datetime) -> Iterator[RewardDay]:
    for days_left in reversed(range(_LAST_DAYS + 1)):
        at = ends_at - timedelta(days=days_left)
        set_clock(api, at)
        decision = _reward(api, person)
        yield RewardDay(
            days_left=days_left,
            date=decision["counting_on"],
            status=decision["status"],
            discount_percent=decision["discount_percent"],
            notice=_notice(api, person, at),
            prompt=api.post("/v1/prompts/next", person_id=person)["prompt"],
        )


def _reward(api: Api, person: str) -> dict[str, Any]:
    return api.get(f"/v1/persons/{person}/reward")


def _bundle(api: Api, person: str) -> dict[str, Any]:
    smallest: dict[str, Any] = api.get(f"/v1/persons/{person}/video-messages/allowance")["bundles"][
        0
    ]
    return smallest


def _notice(api: Api, person: str, at: datetime) -> dict[str, Any] | None:
    """Give what was told of the reward at an instant."""
    told = (
        event
        for event in api.get(f"/v1/persons/{person}/export")["events"]
        if event["type"].startswith("reward_") and datetime.fromisoformat(event["at"]) == at
    )
    return next(told, None)
