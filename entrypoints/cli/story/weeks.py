"""What time alone does: limits decay, seconds are banked, a plan and a reward end."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from entrypoints.cli.story.chapter import Chapter, Sheet, Step, why_of
from entrypoints.cli.story.stage import Stage
from entrypoints.cli.terminal import counted

_DECAYED_AFTER = 31
_REWARD = "reward_"


@frozen
class _Day:
    date: str
    since: int
    limits: tuple[int, int, int]
    reward: dict[str, Any]
    plan: dict[str, Any]


def weeks(stage: Stage) -> Chapter:
    """Play the weeks after a last call with each, until the reward has lapsed."""
    period = stage.of_asha("usage")["period"]
    for other in stage.rooms:
        stage.call(other)
    days = list(_until_all_is_over(stage))
    closed = stage.of_asha("usage", period=period)
    last = days[-1]
    return Chapter(
        context="video",
        title="The weeks after",
        steps=(
            Step(
                f"{closed['period']} closes",
                f"{closed['carried_over']} of Asha's unused seconds are banked, "
                f"{closed['forfeited']} forfeited.",
            ),
            Step("Nobody pays for Asha's next month", f"her plan is {last.plan['status']}."),
            Step("At the end", f"Asha's reward is {last.reward['status']}."),
        ),
        sheets=(
            Sheet(
                "Messages a day, by days since the call",
                ("days", "from", "Lena, free", "Chitra, plus", "Dev, premium"),
                tuple(_decay(days)),
            ),
            Sheet(
                "Asha's monthly reward",
                ("on", "partners", "reward", "discount", "told"),
                tuple(_rewards(stage, days)),
            ),
            Sheet("Asha's plan", ("from", "status"), tuple(_plans(days))),
        ),
        decision="Are Asha's prices lower at the end?",
        why=why_of(last.reward["reasons"]),
    )


def _until_all_is_over(stage: Stage) -> Iterator[_Day]:
    """Give day after day; Asha's dates are what counts."""
    while True:
        decisions = [stage.allowance(other, other) for other in stage.rooms]
        reward = stage.of_asha("reward")
        since = decisions[1]["days_since_call"]
        free, plus, premium = (one["limit"] for one in decisions)
        plan = stage.of_asha("subscription")
        yield _Day(reward["counting_on"], since, (free, plus, premium), reward, plan)
        if reward["status"] == "inactive" and since >= _DECAYED_AFTER:
            return
        stage.let_pass(days=1)


def _decay(days: list[_Day]) -> Iterator[tuple[str | int, ...]]:
    for limits, group in groupby(days, key=lambda day: day.limits):
        alike = [day for day in group if day.since <= _DECAYED_AFTER]
        first, last = alike[0], alike[-1]
        span = str(first.since) if first == last else f"{first.since}-{last.since}"
        yield (span, first.date, *limits)


def _rewards(stage: Stage, days: list[_Day]) -> Iterator[tuple[str | int, ...]]:
    told = _told(stage)
    before = None
    for day in days:
        reward = day.reward
        if day.date in told or reward["status"] != before:
            discount = f"{reward['discount_percent']} %"
            yield (
                day.date,
                reward["partners_this_month"],
                reward["status"],
                discount,
                told.get(day.date, ""),
            )
        before = reward["status"]


def _told(stage: Stage) -> dict[str, str]:
    """Give what Asha was told of her reward, by her date."""
    zone = ZoneInfo(stage.api.get(f"/v1/persons/{stage.asha}")["timezone"])
    found = {}
    for event in stage.of_asha("export")["events"]:
        if event["type"].startswith(_REWARD):
            on = datetime.fromisoformat(event["at"]).astimezone(zone).date()
            left = event["data"].get("days_left")
            warned = "" if left is None else f", {counted(left, 'day')} left"
            found[on.isoformat()] = f"{event['type'].replace('_', ' ')}{warned}"
    return found


def _plans(days: list[_Day]) -> Iterator[tuple[str | int, ...]]:
    seen = ((day.date, day.plan["status"]) for day in days)
    for status, group in groupby(seen, key=itemgetter(1)):
        yield next(group)[0], status
