"""Days in a row, a gap that a freeze covers, one that it does not, and what all that earned."""

from typing import Any

from entrypoints.cli.story.chapter import Chapter, Sheet, Step, why_of
from entrypoints.cli.story.stage import Stage, instant

_MOST_PROGRESS = 5
_DAYS_AWAY = 3


def streaks(stage: Stage) -> Chapter:
    """Play a missed date, and then more than one."""
    rows = [_row("a week of days", _standing(stage))]
    stage.let_pass(days=1)
    rows.append(_row("a new day", _standing(stage)))
    stage.let_pass(days=1)
    frozen = _standing(stage)
    rows.append(_row("the day is missed", frozen))
    rows.append(_row("Asha is back", _opened(stage)))
    stage.let_pass(days=_DAYS_AWAY)
    broken = _standing(stage)
    rows.append(_row("two are missed", broken))
    stage.api.post(f"/v1/persons/{stage.asha}/streaks/login/repair")
    rows.append(_row("repaired", _standing(stage)))
    rows.append(_row("Asha is back", _opened(stage)))
    columns = ("what", "on", "status", "current", "longest", "freezes")
    repair = broken["repair"]
    return Chapter(
        context="streaks",
        title="Days in a row",
        steps=(
            Step("A date is missed", frozen["reasons"][1]["detail"]),
            Step("Two are missed", broken["reasons"][1]["detail"]),
            Step("A repair", f"is possible until {instant(repair['until'])}."),
        ),
        sheets=(Sheet("Asha's days in the app", columns, tuple(rows)),),
        decision="Why has it broken, and may Asha repair it?",
        why=why_of((*broken["reasons"], *repair["reasons"])),
    )


def achievements(stage: Stage) -> Chapter:
    """Read what all that has earned so far."""
    found = stage.of_asha("achievements")
    earned = tuple(
        (one["name"], one["points"], instant(one["earned_at"])) for one in found["earned"]
    )
    begun = sorted(_begun(found["progress"]), key=lambda one: -_part(one[1]))[:_MOST_PROGRESS]
    last = max(found["earned"], key=lambda one: one["earned_at"])
    return Chapter(
        context="achievements",
        title="What that earned",
        steps=(Step("Asha has", f"{found['count']} achievements, {found['points']} points."),),
        sheets=(
            Sheet("Earned", ("achievement", "points", "at"), earned),
            Sheet(
                "Next",
                ("achievement", "counts", "so far", "needed"),
                tuple((name, one["metric"], one["current"], one["needed"]) for name, one in begun),
            ),
        ),
        decision=f"Why has Asha earned {last['name']}? {last['description']}",
        why=why_of(
            {
                "rule": one["metric"],
                "satisfied": one["satisfied"],
                "detail": f"{one['current']}; {one['needed']} needed.",
            }
            for one in last["inputs"]
        ),
    )


def _standing(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = stage.of_asha("streaks")["login"]
    return found


def _opened(stage: Stage) -> dict[str, Any]:
    answer = stage.api.post(f"/v1/persons/{stage.asha}/activity", kind="app_open")
    found: dict[str, Any] = answer["streak"]
    return found


def _row(what: str, standing: dict[str, Any]) -> tuple[str | int, ...]:
    named = ("today", "status", "current", "longest", "freezes")
    return (what, *(standing[name] for name in named))


def _begun(progress: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (achievement["name"], one)
        for achievement in progress
        for one in achievement["conditions"][:1]
        if one["current"] and not one["satisfied"]
    ]


def _part(one: dict[str, Any]) -> float:
    return float(one["current"]) / float(one["needed"])
