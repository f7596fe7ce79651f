"""What a streak and its repairs say of themselves, word by word."""

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from domain.shared.decisions import Reason
from domain.streaks.events import (
    StreakKind,
)
from domain.streaks.gaps import Gap, broken_at, gap_before, in_grace
from domain.streaks.pauses import SetPause
from domain.streaks.repairs import (
    Repair,
    RepairDecision,
    RepairRefusedError,
    StreakNotBrokenError,
    repair_decision,
)
from domain.streaks.standing import Pause, StreakStanding, StreakStatus
from domain.streaks.streaks import Streak
from tests.domain.streaks.script import (
    NEW,
    POLICY,
    VERSION,
    count,
    days,
    look,
    march,
    noon,
    put,
)
from tests.domain.streaks.whole_streaks import HOUR, midnight

SECOND = timedelta(seconds=1)


MOMENT = timedelta(microseconds=1)


CHAT = attrs.evolve(NEW, kind=StreakKind.CHAT)


SIGN_IN = ("sign_in", "open_the_app")


def counted(today: int, last: int | None, *ways: str) -> Reason:
    return Reason(
        rule="counted_today",
        satisfied=not ways,
        detail="Today does not count yet." if ways else "Today counts already.",
        inputs={
            "today": march(today).isoformat(),
            "last_on": None if last is None else march(last).isoformat(),
        },
        changed_by=ways,
    )


def covered(missed: int, freezes: int, detail: str, *ways: str) -> Reason:
    return Reason(
        rule="missed_dates_are_covered",
        satisfied=not ways,
        detail=detail,
        inputs={"missed": missed},
        threshold=freezes,
        changed_by=ways,
    )


def window(
    since: timedelta,
    until: datetime | None,
    detail: str = "The streak broke less than 48 hours ago.",
) -> Reason:
    return Reason(
        rule="repair_window",
        satisfied=until is not None,
        detail=detail,
        inputs={"seconds_since_break": int(since.total_seconds())},
        threshold=172_800,
        changes_at=until,
    )


NEVER_REPAIRED = Reason(
    rule="repair_interval",
    satisfied=True,
    detail="The streak was never repaired.",
    inputs={"days_since_repair": None},
    threshold=30,
)


NONE_MISSED = "No date was missed."


TOO_MANY = "More dates were missed than the freezes held (1) cover."


def stands(streak: Streak, status: StreakStatus, today: int, **more: Any) -> StreakStanding:
    plain = StreakStanding(
        streak=streak,
        status=status,
        current=streak.current,
        today=march(today),
        ends_at=midnight(today + 1),
        time_left_seconds=None,
        next_milestone=3,
        pause=None,
        repair=None,
        reasons=(),
        policy_version=VERSION,
    )
    return attrs.evolve(plain, **more)


def test_a_streak_that_never_began() -> None:
    for streak, ways in ((NEW, SIGN_IN), (CHAT, ("send_a_message", "complete_a_call"))):
        reasons = (counted(1, None, *ways),)
        assert look(streak, noon(1)) == stands(streak, StreakStatus.NONE, 1, reasons=reasons)


def test_a_streak_that_counts_today() -> None:
    streak = days([1, 2, 3])
    assert look(streak, noon(3)) == stands(
        streak, StreakStatus.ACTIVE, 3, next_milestone=7, reasons=(counted(3, 3),)
    )


def test_a_streak_at_risk() -> None:
    streak = days([1, 2])
    assert look(streak, noon(3)) == stands(
        streak,
        StreakStatus.AT_RISK,
        3,
        time_left_seconds=43_200,
        reasons=(counted(3, 2, *SIGN_IN), covered(0, 1, NONE_MISSED)),
    )


def test_a_streak_that_a_freeze_keeps() -> None:
    streak = days([1, 2])
    detail = "Dates missed: 1; the freezes held (1) cover them."
    assert look(streak, noon(4)) == stands(
        streak,
        StreakStatus.FROZEN,
        4,
        time_left_seconds=43_200,
        reasons=(counted(4, 2, *SIGN_IN), covered(1, 1, detail)),
    )


def test_a_streak_that_broke() -> None:
    streak = days([1, 2])
    repair = RepairDecision(
        allowed=True,
        length=2,
        broken_at=midnight(5),
        until=midnight(7),
        reasons=(window(12 * HOUR, midnight(7)), NEVER_REPAIRED),
        policy_version=VERSION,
    )
    assert look(streak, noon(5)) == stands(
        streak,
        StreakStatus.BROKEN,
        5,
        current=0,
        repair=repair,
        reasons=(counted(5, 2, *SIGN_IN), covered(2, 1, TOO_MANY, "repair_streak")),
    )


def test_a_streak_that_is_paused() -> None:
    command = SetPause(starts_on=march(3), ends_on=march(5), today=march(2))
    streak, _ = put(days([1, 2]), command, noon(2))
    paused = Reason(rule="paused_today", satisfied=True, detail="Today is paused.")
    pause = Pause(starts_on=march(3), ends_on=march(5))
    for day in (3, 5):
        assert look(streak, noon(day)) == stands(
            streak,
            StreakStatus.PAUSED,
            day,
            pause=pause,
            reasons=(counted(day, 2, *SIGN_IN), covered(0, 1, NONE_MISSED), paused),
        )


def test_a_streak_that_travels() -> None:
    streak = count(NEW, midnight(1) + 23 * HOUR)
    at = midnight(3) - 2 * HOUR
    seen = look(streak, at, "Pacific/Kiritimati")
    assert seen == stands(
        streak,
        StreakStatus.AT_RISK,
        3,
        ends_at=midnight(4) - 14 * HOUR,
        time_left_seconds=43_200,
        reasons=(
            counted(3, 1, *SIGN_IN),
            covered(1, 1, "Travel grace lets the missed dates pass."),
            Reason(
                rule="travel_grace",
                satisfied=True,
                detail="The time zone changed after the last credit: no date is missed yet.",
                inputs={"missed": 1},
                threshold=129_600,
                changes_at=midnight(1) + 59 * HOUR,
            ),
        ),
    )
    bare = attrs.evolve(streak, freezes=())
    left = look(bare, at + 11 * HOUR, "Pacific/Kiritimati")
    # The grace ends at 11, before the day does at 10 of the next.
    assert (left.status, left.time_left_seconds) == (StreakStatus.AT_RISK, 3600)


@pytest.mark.parametrize(
    ("zone", "after", "graced"),
    [
        ("Asia/Tokyo", 36 * HOUR - MOMENT, True),
        ("Asia/Tokyo", 36 * HOUR, False),
        ("UTC", HOUR, False),
    ],
)
def test_travel_grace_takes_another_zone_and_ends(
    zone: str, after: timedelta, graced: bool
) -> None:
    assert in_grace(days([1]), noon(1) + after, zone, POLICY) is graced
    assert not in_grace(NEW, noon(1), zone, POLICY)


def test_a_gap() -> None:
    streak = days([1, 2])
    assert gap_before(NEW, march(9), noon(9), "UTC", POLICY) == Gap(
        missed=(), freezes=0, graced=False
    )
    two = (march(3), march(4))
    # Where too many are missed, only the first of them are named.
    for day, missed in ((3, ()), (4, (march(3),)), (5, two), (9, two)):
        found = gap_before(streak, march(day), noon(day), "UTC", POLICY)
        assert found == Gap(missed=missed, freezes=1, graced=False)
        assert found.uncovered == (march(4) if day > 4 else None)
    assert Gap(missed=two, freezes=0, graced=True).uncovered is None


def test_a_streak_breaks_at_the_end_of_a_date_and_now_at_the_latest() -> None:
    assert broken_at(march(3), noon(9), "UTC") == midnight(4)
    assert broken_at(march(3), noon(3), "UTC") == noon(3)


def test_a_repair_that_comes_too_late() -> None:
    late = midnight(5) + 48 * HOUR + SECOND
    for streak, length, advice in (
        (days([1, 2]), 2, "begin a new one."),
        (days([1, 2, 5]), 3, "the new one goes on."),
    ):
        detail = f"A streak can be repaired within 48 hours of its break; {advice}"
        reasons = (window(48 * HOUR + SECOND, None, detail), NEVER_REPAIRED)
        decision = RepairDecision(
            allowed=False,
            length=length,
            broken_at=midnight(5),
            until=midnight(7),
            reasons=reasons,
            policy_version=VERSION,
        )
        asked = Repair(today=march(7), timezone="UTC")
        if length == 2:
            assert repair_decision(streak, asked, POLICY, VERSION, late) == decision
        with pytest.raises(RepairRefusedError) as refused:
            put(streak, asked, late)
        assert (refused.value.detail, refused.value.reasons) == (detail, reasons)
        assert refused.value.decision == decision


def test_a_window_is_named_as_the_business_chose_it() -> None:
    policy = attrs.evolve(POLICY, repair_window_seconds=5400)
    asked = Repair(today=march(5), timezone="UTC")
    told = [
        decision.reasons[0].detail
        for minutes in (90, 91)
        if (
            decision := repair_decision(
                days([1, 2]), asked, policy, VERSION, midnight(5) + timedelta(minutes=minutes)
            )
        )
    ]
    assert told == [
        "The streak broke less than 90 minutes ago.",
        "A streak can be repaired within 90 minutes of its break; begin a new one.",
    ]


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (
            timedelta(days=30) - SECOND,
            Reason(
                rule="repair_interval",
                satisfied=False,
                detail=(
                    "A streak can be repaired once in 30 days; "
                    "the next time from 2026-03-05T12:00:01Z on."
                ),
                inputs={"days_since_repair": 29},
                threshold=30,
                changes_at=noon(5) + SECOND,
            ),
        ),
        (
            timedelta(days=30),
            Reason(
                rule="repair_interval",
                satisfied=True,
                detail="The last repair was 30 days ago or more.",
                inputs={"days_since_repair": 30},
                threshold=30,
            ),
        ),
    ],
)
def test_a_repair_after_another(since: timedelta, reason: Reason) -> None:
    streak = attrs.evolve(days([1, 2]), repaired_at=noon(5) - since)
    asked = Repair(today=march(5), timezone="UTC")
    decision = repair_decision(streak, asked, POLICY, VERSION, noon(5))
    assert decision is not None
    assert decision.reasons == (window(12 * HOUR, midnight(7)), reason)
    if not reason.satisfied:
        with pytest.raises(RepairRefusedError) as refused:
            put(streak, asked, noon(5))
        assert refused.value.detail == reason.detail


@pytest.mark.parametrize(("streak", "kind"), [(NEW, "login"), (CHAT, "chat")])
def test_nothing_to_repair(streak: Streak, kind: str) -> None:
    with pytest.raises(StreakNotBrokenError) as wrong:
        put(streak, Repair(today=march(1), timezone="UTC"), noon(1))
    detail = f"The {kind} streak is not broken; there is nothing to repair."
    assert wrong.value.detail == detail
