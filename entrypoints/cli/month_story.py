"""The part of the demo's story in which calls with three partners lower prices for a while."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from domain.shared.calendar import month_after
from entrypoints.cli.api_client import Api

_ZONE = "Asia/Kolkata"
_CALL_SECONDS = 60
_EARNED_ON_DAY = 10
_WARNED_DAYS_BEFORE = (7, 3, 1)
_PARTNERS = ("Chitra", "Dev", "Esha")


@frozen(kw_only=True)
class RewardDay:
    """A day on which something about the reward changes, or is told.

    Attributes:
        date: The local date.
        status: The reward on it.
        discount_percent: By how much prices are lower.
        partners: Distinct partners of the date's month.
        told: The type of the event that the person was told of it by; None if by none.
        days_left: Of a warning: the dates left.
    """

    date: str
    status: str
    discount_percent: int
    partners: int
    told: str | None
    days_left: int | None


def play_month(api: Api) -> tuple[RewardDay, ...]:
    """Play it, from the next tenth of a month on."""
    return tuple(_days(api))


def _days(api: Api) -> Iterator[RewardDay]:
    now = datetime.fromisoformat(api.get("/v1/test-clock")["now"])
    earned_on = month_after(now.date()) + timedelta(days=_EARNED_ON_DAY - 1)
    _start(api, earned_on)
    person = _person(api, "Asha, who calls many")
    for name in _PARTNERS:
        _talk(api, person, _person(api, name))
        yield _day(api, person, earned_on)
    carried_from = month_after(earned_on)
    ends_on = month_after(carried_from)
    warned = [ends_on - timedelta(days=days) for days in _WARNED_DAYS_BEFORE]
    for day in (carried_from, *warned, ends_on):
        _start(api, day)
        yield _day(api, person, day)


def _day(api: Api, person: str, day: date) -> RewardDay:
    reward = api.get(f"/v1/persons/{person}/reward")
    told = _told_on(api, person, day)
    return RewardDay(
        date=reward["counting_on"],
        status=reward["status"],
        discount_percent=reward["discount_percent"],
        partners=reward["partners_this_month"],
        told=told.get("type"),
        days_left=told.get("data", {}).get("days_left"),
    )


def _told_on(api: Api, person: str, day: date) -> dict[str, Any]:
    events = api.get(f"/v1/persons/{person}/export")["events"]
    found: list[dict[str, Any]] = [
        event
        for event in events
        if event["type"].startswith("reward_")
        and datetime.fromisoformat(event["at"]).astimezone(ZoneInfo(_ZONE)).date() == day
    ]
    return found[-1] if found else {}


def _talk(api: Api, one: str, two: str) -> None:
    room = api.post("/v1/conversations", kind="pair", participants=[one, two])
    call = api.post(f"/v1/conversations/{room['id']}/video-calls", initiator_id=one)
    path = f"/v1/video-calls/{call['id']}"
    for person in (one, two):
        api.post(f"{path}/presence", person_id=person, event="connected")
    now = datetime.fromisoformat(api.get("/v1/test-clock")["now"])
    _set_clock(api, now + timedelta(seconds=_CALL_SECONDS))
    api.post(f"{path}/end")


def _person(api: Api, name: str) -> str:
    return str(api.post("/v1/persons", name=name, timezone=_ZONE)["id"])


def _start(api: Api, day: date) -> None:
    _set_clock(api, datetime.combine(day, time(), ZoneInfo(_ZONE)))


def _set_clock(api: Api, at: datetime) -> None:
    api.put("/v1/test-clock", now=at.isoformat())
