"""`kithkin demo`: the numbers of the rules pages, read over HTTP, and the server it leaves."""

import json
import shlex
import signal
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest

from entrypoints.cli import demo
from entrypoints.cli.story.chapter import Chapter as StoryChapter
from entrypoints.cli.story.kept import Kept
from tests.cli.conftest import RunCommand
from tests.cli.served import serve
from tests.plain_http import NO_TLS

Chapter = dict[str, Any]
COLUMNS = 60
LIMITS = {
    "0-7": (30, 50, 100),
    "8-14": (25, 40, 78),
    "15-21": (20, 30, 55),
    "22-30": (15, 20, 33),
    "31": (10, 10, 10),
}


@pytest.fixture(scope="module")
def kept() -> Iterator[dict[str, Any]]:
    # Whatever stands in the environment is no matter of the demo's.
    environment = {"KITHKIN_PORT": "x", "KITHKIN_DATABASE_URL": "x"}
    with serve(command="demo --keep --json", until="}", **environment) as process:
        yield dict(json.loads("".join(process.lines)))
        # An impatient one sends two.
        assert process.stop(signal.SIGINT, signal.SIGINT) == []
        assert (process.process.returncode, process.errors) == (0, "")


@pytest.fixture(scope="module")
def played(kept: dict[str, Any]) -> list[Chapter]:
    chapters: list[Chapter] = kept["chapters"]
    return chapters


def of(played: list[Chapter], title: str) -> Chapter:
    (found,) = (chapter for chapter in played if chapter["title"] == title)
    return found


def rows(chapter: Chapter, title: str) -> list[list[Any]]:
    (found,) = (sheet["rows"] for sheet in chapter["sheets"] if sheet["title"] == title)
    return list(found)


def step(chapter: Chapter, what: str) -> str:
    (found,) = (one["text"] for one in chapter["steps"] if one["what"] == what)
    return str(found)


def says(chapter: Chapter) -> dict[str, bool]:
    return {one["rule"]: one["satisfied"] for one in chapter["why"]}


def test_every_context_has_its_chapter_with_a_decision(played: list[Chapter]) -> None:
    assert [chapter["context"] for chapter in played] == [
        "identity",
        "conversations",
        "video",
        "video",
        "billing",
        "usage",
        "companions",
        "referrals",
        "streaks",
        "achievements",
        "video",
    ]
    assert all(chapter["decision"] and chapter["why"] for chapter in played)
    sheets = [sheet for chapter in played for sheet in chapter["sheets"]]
    assert all({len(row) for row in sheet["rows"]} == {len(sheet["columns"])} for sheet in sheets)


def test_two_persons_see_nothing_of_each_other(played: list[Chapter]) -> None:
    chapter = of(played, "Two persons")
    found = rows(chapter, "Who they are")
    assert [(row[0], row[1]) for row in found] == [
        ("Asha", "Asia/Kolkata"),
        ("Lena", "Europe/Lisbon"),
    ]
    assert step(chapter, "She asks for Lena's data") == "404 not_found"
    assert says(chapter) == {"not_found": False}


def test_ten_messages_are_stored_and_a_call_unlocks_more(played: list[Chapter]) -> None:
    chapter = of(played, "Ten messages, and a call")
    asha, lena = rows(chapter, "Before the call")
    assert (asha[2:5], lena[2:5]) == ([10, 10, 0], [0, 10, 10])
    # It is tomorrow already where Asha is.
    assert (date.fromisoformat(asha[1]) - date.fromisoformat(lena[1])).days == 1
    assert step(chapter, "One more").startswith("403 daily_message_limit_reached: 10 of 10")
    assert step(chapter, "They talk") == "video call completed, 60 s together."
    assert "number 11" in step(chapter, "The same message again")
    assert "30 = 10 + 20; 19 are left" in step(chapter, "The same message again")
    assert [row[2:5] for row in rows(chapter, "After it")] == [[11, 30, 19], [0, 30, 30]]
    assert not says(chapter)["daily_message_limit"]


def test_three_partners_earn_the_reward(played: list[Chapter]) -> None:
    chapter = of(played, "The monthly reward")
    assert rows(chapter, "After each call") == [
        [1, "inactive", "0 %", 2],
        [2, "inactive", "0 %", 1],
        [3, "earned", "20 %", 0],
    ]
    assert says(chapter) == {"monthly_reward": True}


def test_three_video_messages_are_free_and_bundles_are_cheaper(played: list[Chapter]) -> None:
    chapter = of(played, "Video messages")
    assert step(chapter, "Asha sends") == "3 video messages, each free."
    assert step(chapter, "One more").startswith("402 video_credits_needed: 1 needed; 0 of 3")
    first = rows(chapter, "What Asha could buy")[0]
    assert first[0] == 5
    assert ["1.99" in first[1], "99" in first[2], "1.59" in first[3], "79.20" in first[4]] == [
        True
    ] * 4
    assert not says(chapter)["video_message_units"]


def test_a_plan_is_quoted_paid_for_and_gives_its_tier(played: list[Chapter]) -> None:
    chapter = of(played, "A plan")
    quoted = rows(chapter, "The quote")
    assert [row[0] for row in quoted] == ["price", "discount", "total"]
    assert [
        mark in row[2] for mark, row in zip(("499", "99.80", "399.20"), quoted, strict=True)
    ] == [True] * 3
    assert step(chapter, "Her subscription") == "active; her tier is plus."
    assert says(chapter) == {"subscription": True}
    seconds = next(row for row in rows(chapter, "What she may use") if row[0] == "monthly_seconds")
    assert seconds[1:] == ["10800", "plus", "subscription"]


def test_a_session_holds_and_settles_what_it_used(played: list[Chapter]) -> None:
    chapter = of(played, "Seconds")
    assert step(chapter, "A session begins") == "and holds 1800 s."
    (sheet,) = (one for one in chapter["sheets"] if one["title"].startswith("Seconds of"))
    assert [row[1:] for row in sheet["rows"]] == [[10800, 0, 1800, 9000], [10800, 900, 0, 9900]]
    assert [row[2:] for row in rows(chapter, "The statement")] == [[0, 10800, 0], [0, -900, 0]]
    assert says(chapter)["seconds_available"]


def test_a_talk_is_summarised_with_evidence(played: list[Chapter]) -> None:
    chapter = of(played, "A companion")
    assert "summarised" in step(chapter, "The talk ends")
    known = rows(chapter, "What is known, by her own words")
    assert ["communication_fit", "direct"] in [row[:2] for row in known]
    assert ["trait_valued", "Kindness"] in [row[:2] for row in known]
    assert all(row[2] for row in known)
    assert ["directness", 0, 1] in rows(chapter, "The persona")
    assert says(chapter) == {"own_messages": True, "own_characters": True}


def test_a_referral_is_held_and_rewarded(played: list[Chapter]) -> None:
    chapter = of(played, "Who brought whom")
    assert [row[2:] for row in rows(chapter, "The referral")] == [
        ["signed_up", "pending"],
        ["qualified", "earned"],
        ["rewarded", "credited"],
    ]
    credit = rows(chapter, "Account credit")
    assert [(row[0], amount in row[1]) for row, amount in zip(credit, ("2", "1"), strict=True)] == [
        ("Asha", True),
        ("Lena", True),
    ]
    assert all(says(chapter).values())


def test_a_freeze_covers_one_date_and_a_repair_more(played: list[Chapter]) -> None:
    chapter = of(played, "Days in a row")
    assert [row[2:] for row in rows(chapter, "Asha's days in the app")] == [
        ["active", 8, 8, 2],
        ["at_risk", 8, 8, 2],
        ["frozen", 8, 8, 2],
        ["active", 9, 9, 1],
        ["broken", 0, 9, 1],
        ["at_risk", 9, 9, 1],
        ["active", 10, 10, 1],
    ]
    assert says(chapter) == {
        "counted_today": False,
        "missed_dates_are_covered": False,
        "repair_window": True,
        "repair_interval": True,
    }


def test_what_happened_earned_achievements(played: list[Chapter]) -> None:
    chapter = of(played, "What that earned")
    earned = {row[0]: row[1] for row in rows(chapter, "Earned")}
    assert {"Welcome", "First words", "Face to face", "Small circle", "Here all week"} <= set(
        earned
    )
    told = step(chapter, "Asha has")
    assert told == f"{len(earned)} achievements, {sum(earned.values())} points."
    assert all(row[2] < row[3] for row in rows(chapter, "Next"))


def test_time_alone_wears_off_banks_and_ends(played: list[Chapter]) -> None:
    chapter = of(played, "The weeks after")
    limits = rows(chapter, "Messages a day, by days since the call")
    assert {row[0]: tuple(row[2:]) for row in limits} == LIMITS
    assert [row[1:] for row in rows(chapter, "Asha's monthly reward")] == [
        [3, "earned", "20 %", ""],
        [0, "carried", "20 %", ""],
        [0, "carried", "20 %", "reward warned, 7 days left"],
        [0, "carried", "20 %", "reward warned, 3 days left"],
        [0, "carried", "20 %", "reward warned, 1 day left"],
        [0, "inactive", "0 %", "reward lapsed"],
    ]
    plans = [row[1] for row in rows(chapter, "Asha's plan")]
    assert plans == ["active", "past_due", "expired"]
    (closed,) = (one["text"] for one in chapter["steps"] if one["what"].endswith("closes"))
    # Half of plus's seconds, of the 9900 that were left.
    assert closed == "5400 of Asha's unused seconds are banked, 4500 forfeited."
    assert step(chapter, "Nobody pays for Asha's next month") == "her plan is expired."
    assert says(chapter) == {"monthly_reward": False}


def test_the_story_fits_a_narrow_terminal_and_has_no_colour(
    kept: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    chapters = msgspec.convert(kept["chapters"], tuple[StoryChapter, ...])
    demo.tell(chapters, Kept(**kept["kept"]), as_json=False)
    story, after = capsys.readouterr().out.split("\nAdmin key")
    assert "\x1b" not in story
    assert max(map(len, story.splitlines())) <= COLUMNS
    for number, chapter in enumerate(chapters, 1):
        assert f"\n{number}. {chapter.title} ({chapter.context})\n" in story
        assert all(why.rule in story.replace("\n", "") for why in chapter.why)
    assert all(f"\nTry         {line}\n" in after for line in kept["kept"]["commands"])
    assert kept["kept"]["admin_key"] in after
    assert f"\nServing     {kept['kept']['url']}, with a test clock" in after


def test_without_anything_kept_only_the_story_is_told(
    kept: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    chapters = msgspec.convert(kept["chapters"], tuple[StoryChapter, ...])
    demo.tell(chapters, None, as_json=False)
    assert "Serving" not in capsys.readouterr().out
    demo.tell(chapters, None, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"chapters": kept["chapters"], "kept": None}


def test_the_commands_to_try_are_answered(kept: dict[str, Any]) -> None:
    me, allowance, persons = (_tried(line) for line in kept["kept"]["commands"])
    assert me["name"] == "Asha"
    assert (allowance["limit"], allowance["tier"]) == (10, "free")
    assert {one["name"] for one in persons["items"]} == {"Asha", "Lena", "Chitra", "Dev"}


def test_the_key_and_the_token_are_taken_and_no_others(kept: dict[str, Any]) -> None:
    left = kept["kept"]
    assert _got(f"{left['url']}/v1/test-clock", left["admin_key"]).status_code == 200
    assert _got(f"{left['url']}/v1/me", left["token"]).json()["name"] == "Asha"
    assert _got(f"{left['url']}/v1/persons", "kk_service_x").status_code == 401


def test_a_wrong_flag_is_wrong_use(kithkin: RunCommand) -> None:
    result = kithkin("demo", "--data", "x")
    assert (result.status, result.out) == (2, "")
    assert "See `kithkin demo --help`." in result.err


def _tried(line: str) -> dict[str, Any]:
    program, quiet, flag, header, url = shlex.split(line)
    assert (program, quiet, flag) == ("curl", "-s", "-H")
    answer = _got(url, header.removeprefix("Authorization: Bearer "))
    assert answer.status_code == 200
    return dict(answer.json())


def _got(url: str, credential: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {credential}"}
    return httpx.get(url, headers=headers, trust_env=False, verify=NO_TLS)
