"""`kithkin demo`: the numbers of rules page video, read over HTTP."""

import io
import json
from itertools import groupby
from typing import Any

import pytest
from rich.console import Console

from entrypoints.cli.story import DecayDay, Story
from entrypoints.cli.story_month import Month, RewardDay
from entrypoints.cli.story_view import told
from tests.cli.conftest import open_folder
from tests.cli.served import run_command

PRICES = ("full", "lower")
DAYS = {0: 100, 8: 75, 15: 50, 22: 25, 31: 0}
LIMITS = {
    "free": [30, 25, 20, 15, 10],
    "plus": [50, 40, 30, 20, 10],
    "premium": [100, 78, 55, 33, 10],
}


@pytest.fixture(scope="module")
def played() -> dict[str, Any]:
    with open_folder() as folder:
        # Whatever stands in the environment is no matter of the demo's, save where to put it.
        result = run_command(
            "demo", "--json", TMPDIR=str(folder), KITHKIN_PORT="x", KITHKIN_DATABASE_URL="x"
        )
        assert (result.returncode, result.stderr) == (0, "")
        assert list(folder.iterdir()) == []
    story: dict[str, Any] = json.loads(result.stdout)
    return story


def test_ten_messages_are_stored_and_one_more_is_refused(played: dict[str, Any]) -> None:
    assert (played["before"]["sent"], played["before"]["limit"], played["sent"]) == (0, 10, 10)
    refusal = played["refusal"]
    assert (refusal["status"], refusal["code"]) == (403, "daily_message_limit_reached")
    (reason,) = (reason for reason in refusal["reasons"] if not reason["satisfied"])
    assert (reason["rule"], reason["threshold"]) == ("daily_message_limit", 10)
    assert reason["changed_by"] == ["complete_a_video_call"]


def test_a_call_of_sixty_seconds_raises_the_limit(played: dict[str, Any]) -> None:
    assert (played["call"]["outcome"], played["call"]["overlap_seconds"]) == ("completed", 60)
    after = played["after"]
    assert (after["limit"], after["remaining"], after["base"], after["bonus"]) == (30, 20, 10, 20)


def test_the_limits_decay_as_the_rules_page_says(played: dict[str, Any]) -> None:
    assert [day["day"] for day in played["decay"]] == list(range(32))
    for tier, limits in LIMITS.items():
        steps = groupby(played["decay"], key=lambda day: day["limits"][tier])
        found = [(next(days)["day"], limit) for limit, days in steps]
        assert found == list(zip(DAYS, limits, strict=True))


def test_the_third_partner_of_a_month_earns_lower_prices(played: dict[str, Any]) -> None:
    month = played["month"]
    found = [(step["status"], step["needed"], step["discount_percent"]) for step in month["steps"]]
    assert found == [("inactive", 2, 0), ("inactive", 1, 0), ("earned", 0, 20)]
    full, lower = ([price["amount_minor"] for price in month[of]["prices"]] for of in PRICES)
    assert lower == [price * 80 // 100 for price in full]
    carried = month["carried"]
    assert (carried["status"], carried["counting_on"][-2:]) == ("carried", "01")
    assert (carried["partners_last_month"], carried["partners_this_month"]) == (3, 0)
    assert carried["valid_until"] == month["steps"][-1]["valid_until"]


def test_a_carried_month_is_warned_of_and_lapses(played: dict[str, Any]) -> None:
    days = played["month"]["last_days"]
    assert [day["days_left"] for day in days] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    told = {day["days_left"]: day["notice"] for day in days if day["notice"]}
    assert {left: notice["type"] for left, notice in told.items()} == {
        7: "reward_warned",
        3: "reward_warned",
        1: "reward_warned",
        0: "reward_lapsed",
    }
    assert [told[left]["data"]["days_before"] for left in (7, 3, 1)] == [7, 3, 1]
    prompts = {day["days_left"]: day["prompt"] for day in days if day["prompt"]}
    assert {left: prompt["threshold"] for left, prompt in prompts.items()} == {
        left: left for left in told
    }
    assert {(day["status"], day["discount_percent"]) for day in days[:-1]} == {("carried", 20)}
    last = days[-1]
    assert (last["status"], last["discount_percent"], last["date"][-2:]) == ("inactive", 0, "01")


def test_the_story_is_told_with_its_tables(played: dict[str, Any]) -> None:
    decay = tuple(DecayDay(**day) for day in played["decay"])
    last_days = tuple(RewardDay(**day) for day in played["month"]["last_days"])
    month = Month(**{**played["month"], "last_days": last_days})
    console = Console(width=100, file=io.StringIO())
    with console.capture() as capture:
        console.print(told(Story(**{**played, "decay": decay, "month": month})))
    rows = [line.split() for line in capture.get().splitlines()]
    spans = ("0-7", "8-14", "15-21", "22-30", "31")
    for span, limits in zip(spans, zip(*LIMITS.values(), strict=True), strict=True):
        (row,) = (row for row in rows if span in row)
        assert [int(cell) for cell in row if cell.isdigit()][-len(limits) :] == list(limits)
    assert "403 daily_message_limit_reached: 10 of 10 messages are sent" in capture.get()
    assert "5 credits cost USD 1.59 instead of USD 1.99" in " ".join(capture.get().split())
    warned = [row for row in rows if "reward_warned" in row]
    assert [row[1] for row in warned] == [row[-2] for row in warned] == ["7", "3", "1"]
    (lapsed,) = (row for row in rows if "reward_lapsed" in row)
    assert {"inactive", "0"} < set(lapsed)
