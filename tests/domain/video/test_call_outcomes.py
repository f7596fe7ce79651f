"""How calls end: when, with which outcome, and after how long an overlap."""

from datetime import timedelta

import pytest

from domain.video.call_commands import CallCommand, Decline, End, Settle
from domain.video.calls import Ended, Ongoing, Ringing
from domain.video.events import CallOutcome, VideoCallEnded
from domain.video.policy import CallPolicy
from tests.domain.video.script import (
    CALL,
    CALLEE,
    INITIATOR,
    POLICY,
    START,
    TALK,
    VERSION,
    Step,
    at,
    in_,
    out,
    play,
    put,
    ringing,
    seconds,
)

MINUTE, HOUR = seconds(60), seconds(3600)
BOTH_IN: list[Step] = [(seconds(5), in_(INITIATOR)), (seconds(10), in_(CALLEE))]
LATER = 20 * HOUR


def over(*script: Step, policy: CallPolicy = POLICY) -> tuple[CallOutcome, int, int]:
    """Give how the call ended, its overlap in seconds, and when it did in microseconds."""
    call = play([*script, (LATER, Settle())], policy=policy)
    assert isinstance(call, Ended)
    return call.outcome, call.overlap_seconds, (call.ended_at - START) // timedelta(microseconds=1)


def test_a_new_call_rings() -> None:
    call = ringing()
    assert isinstance(call, Ringing)
    assert (call.id, call.conversation_id, call.policy_version) == (CALL, TALK, VERSION)
    assert (call.initiator_id, call.callee_id) == (INITIATOR, CALLEE)
    assert (call.created_at, call.rings_at, call.scheduled_for) == (START, START, None)


def test_a_call_is_answered_when_the_second_of_the_two_connects() -> None:
    assert isinstance(play(BOTH_IN[:1]), Ringing)
    call = play(BOTH_IN)
    assert isinstance(call, Ongoing)
    assert call.answered_at == at(seconds(10))


def test_a_call_is_answered_also_if_the_first_has_left_again() -> None:
    call = play([BOTH_IN[0], (seconds(6), out(INITIATOR)), BOTH_IN[1]])
    assert isinstance(call, Ongoing)
    assert call.both_since is None


@pytest.mark.parametrize(
    "script",
    [
        [],
        [BOTH_IN[0]],
        [BOTH_IN[1]],
        [BOTH_IN[0], (seconds(20), out(INITIATOR))],
        [(seconds(1), in_(CALLEE)), (seconds(2), out(CALLEE)), (seconds(59), in_(CALLEE))],
    ],
)
def test_a_call_that_not_both_answer_is_missed_after_60_seconds(script: list[Step]) -> None:
    assert over(*script) == (CallOutcome.MISSED, 0, MINUTE)


def test_the_second_may_connect_until_just_before_60_seconds() -> None:
    assert isinstance(play([BOTH_IN[0], (MINUTE - 1, in_(CALLEE))]), Ongoing)
    assert isinstance(play([BOTH_IN[0], (MINUTE - 1, Settle())]), Ringing)
    assert isinstance(play([BOTH_IN[0], (MINUTE, Settle())]), Ended)


def test_a_scheduled_call_rings_from_its_time_on() -> None:
    call = play([(HOUR + MINUTE - 1, Settle())], ringing(HOUR))
    assert isinstance(call, Ringing)
    missed = play([(LATER, Settle())], call)
    assert isinstance(missed, Ended)
    assert (missed.outcome, missed.ended_at) == (CallOutcome.MISSED, at(HOUR + MINUTE))


def test_a_scheduled_call_may_begin_before_its_time() -> None:
    call = play([*BOTH_IN, (seconds(70), End())], ringing(HOUR))
    assert isinstance(call, Ended)
    assert call.outcome is CallOutcome.COMPLETED


def test_a_call_ended_before_it_is_answered_is_missed() -> None:
    for person_id in (INITIATOR, CALLEE, None):
        assert over((seconds(20), End(person_id=person_id))) == (
            CallOutcome.MISSED,
            0,
            seconds(20),
        )


@pytest.mark.parametrize(
    "before", [[], [(seconds(5), in_(INITIATOR))], [(seconds(5), in_(CALLEE))]]
)
def test_the_callee_declines_while_it_rings(before: list[Step]) -> None:
    declined = (seconds(20), Decline(person_id=CALLEE))
    assert over(*before, declined) == (CallOutcome.DECLINED, 0, seconds(20))


@pytest.mark.parametrize(
    ("overlap", "outcome", "whole_seconds"),
    [
        (0, CallOutcome.TOO_SHORT, 0),
        (1, CallOutcome.TOO_SHORT, 0),
        (seconds(59), CallOutcome.TOO_SHORT, 59),
        (seconds(59.999999), CallOutcome.TOO_SHORT, 59),
        (seconds(60), CallOutcome.COMPLETED, 60),
        (seconds(60.999999), CallOutcome.COMPLETED, 60),
        (HOUR, CallOutcome.COMPLETED, 3600),
    ],
)
@pytest.mark.parametrize("last", [End(), out(INITIATOR), out(CALLEE)])
def test_60_seconds_of_overlap_complete_a_call(
    overlap: int, outcome: CallOutcome, whole_seconds: int, last: CallCommand
) -> None:
    found, found_seconds, _ = over(*BOTH_IN, (seconds(10) + overlap, last))
    assert (found, found_seconds) == (outcome, whole_seconds)


def test_parts_of_seconds_add_up() -> None:
    script = [*BOTH_IN]
    for minute in range(1, 41):
        begins = minute * MINUTE
        script += [(begins, out(CALLEE)), (begins + MINUTE // 2, in_(CALLEE))]
    _, overlap, _ = over(*script, (41 * MINUTE - 10, End()))
    assert overlap == 50 + 39 * 30 + 29


@pytest.mark.parametrize(
    ("script", "overlap"),
    [
        # Interleaved: each leaves and comes back while the other stays or is away.
        ([(30, out(CALLEE)), (40, in_(CALLEE)), (70, End())], 20 + 30),
        ([(30, out(INITIATOR)), (40, out(CALLEE)), (50, in_(CALLEE)), (60, End())], 20),
        (
            [(30, out(CALLEE)), (35, out(INITIATOR)), (45, in_(CALLEE)), (50, in_(INITIATOR))],
            20 + 12 * 3600 - 40,
        ),
        ([(30, out(INITIATOR)), (31, in_(INITIATOR)), (32, out(CALLEE)), (40, End())], 20 + 1),
    ],
)
def test_overlaps_are_summed(script: list[tuple[int, CallCommand]], overlap: int) -> None:
    steps = [(seconds(second), command) for second, command in script]
    assert over(*BOTH_IN, *steps)[1] == overlap


def test_a_call_ends_60_seconds_after_both_have_left() -> None:
    script = [*BOTH_IN, (seconds(100), out(CALLEE)), (seconds(150), out(INITIATOR))]
    assert over(*script) == (CallOutcome.COMPLETED, 90, seconds(150) + MINUTE)
    assert isinstance(play([*script, (seconds(150) + MINUTE - 1, Settle())]), Ongoing)


def test_the_last_of_the_two_may_stay_alone() -> None:
    assert isinstance(play([*BOTH_IN, (seconds(100), out(CALLEE)), (HOUR, Settle())]), Ongoing)


def test_coming_back_within_60_seconds_goes_on_with_the_call() -> None:
    left = [*BOTH_IN, (seconds(20), out(CALLEE)), (seconds(20), out(INITIATOR))]
    back = (seconds(20) + MINUTE - 1, in_(CALLEE))
    call = play([*left, back])
    assert isinstance(call, Ongoing)
    assert call.left_at is None
    assert play([*left, back, (3 * MINUTE, Settle())]) == call


def test_a_call_that_nobody_ends_lasts_12_hours() -> None:
    ends = seconds(10) + 12 * HOUR
    assert over(*BOTH_IN) == (CallOutcome.COMPLETED, 12 * 3600, ends)
    assert isinstance(play([*BOTH_IN, (ends - 1, Settle())]), Ongoing)


def test_leaving_late_does_not_make_the_longest_call_longer() -> None:
    ends = seconds(10) + 12 * HOUR
    script = [(ends - seconds(5), out(CALLEE)), (ends - seconds(5), out(INITIATOR))]
    assert over(*BOTH_IN, *script) == (CallOutcome.COMPLETED, 12 * 3600 - 5, ends)


def test_a_business_sets_all_of_these_times() -> None:
    policy = CallPolicy(
        answer_seconds=20, reconnect_seconds=30, completed_overlap_seconds=5, longest_seconds=60
    )
    assert over(policy=policy) == (CallOutcome.MISSED, 0, seconds(20))
    assert over(*BOTH_IN, policy=policy) == (CallOutcome.COMPLETED, 60, seconds(70))
    left = [*BOTH_IN, (seconds(15), out(CALLEE)), (seconds(15), out(INITIATOR))]
    assert over(*left, policy=policy) == (CallOutcome.COMPLETED, 5, seconds(45))


def test_the_end_is_told_of_the_initiator() -> None:
    (event,) = put(play(BOTH_IN), (seconds(30), End(person_id=CALLEE)))
    assert event == VideoCallEnded(
        at=at(seconds(30)),
        person_id=INITIATOR,
        policy_version=VERSION,
        call_id=CALL,
        conversation_id=TALK,
        callee_id=CALLEE,
        outcome=CallOutcome.TOO_SHORT,
        overlap_seconds=20,
        counts_on=None,
    )
