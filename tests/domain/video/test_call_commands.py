"""What may be done to a call, by whom, and how often."""

from collections.abc import Callable

import attrs
import pytest

from domain.shared.errors import ConflictError, InvalidValueError, NotFoundError
from domain.video.call_commands import (
    CallAnsweredError,
    CallCommand,
    CallEndedError,
    CallInProgressError,
    Decline,
    End,
    NotTheCalleeError,
    Settle,
    TooManyCallsError,
    TooManyPresenceReportsError,
    start,
)
from domain.video.calls import Call, Ended, OpenCall, Ringing, evolve
from domain.video.events import Presence, PresenceReported
from domain.video.policy import CallPolicy
from tests.domain.video.script import (
    CALL,
    CALLEE,
    INITIATOR,
    POLICY,
    START,
    STRANGER,
    TALK,
    VERSION,
    at,
    call_event,
    in_,
    out,
    play,
    put,
    ringing,
    seconds,
)

BOTH_IN = [(seconds(1), in_(INITIATOR)), (seconds(2), in_(CALLEE))]
FURTHEST = seconds(366 * 86_400)
SOON = seconds(5)


def in_each_state() -> list[Call]:
    return [
        ringing(),
        play(BOTH_IN),
        play([(1, Decline(person_id=CALLEE))]),
        play([(1, End())]),
        play([*BOTH_IN, (seconds(3), End())]),
    ]


@pytest.mark.parametrize("call", in_each_state())
@pytest.mark.parametrize("command", [in_, out, lambda who: Decline(person_id=who), End])
def test_a_stranger_learns_nothing_of_a_call(
    call: Call, command: Callable[..., CallCommand]
) -> None:
    asked = command(person_id=STRANGER) if command is End else command(STRANGER)
    with pytest.raises(NotFoundError):
        put(call, (SOON, asked))


@pytest.mark.parametrize("call", in_each_state())
def test_only_the_callee_declines(call: Call) -> None:
    with pytest.raises(NotTheCalleeError) as refusal:
        put(call, (SOON, Decline(person_id=INITIATOR)))
    assert refusal.value.code == "not_the_callee"


def test_an_answered_call_is_not_declined() -> None:
    with pytest.raises(CallAnsweredError) as refusal:
        put(play(BOTH_IN), (SOON, Decline(person_id=CALLEE)))
    assert refusal.value.code == "video_call_answered"


def test_declining_again_changes_nothing() -> None:
    declined = play([(1, Decline(person_id=CALLEE))])
    assert put(declined, (SOON, Decline(person_id=CALLEE))) == ()


@pytest.mark.parametrize("script", [[(1, End())], [*BOTH_IN, (seconds(3), End())]])
def test_a_call_that_ended_otherwise_is_not_declined(script: list[tuple[int, End]]) -> None:
    with pytest.raises(CallEndedError):
        put(play(script), (SOON, Decline(person_id=CALLEE)))


def test_declining_comes_too_late_after_60_seconds() -> None:
    with pytest.raises(CallEndedError) as refusal:
        put(ringing(), (seconds(60), Decline(person_id=CALLEE)))
    assert refusal.value.code == "video_call_ended"
    assert "missed" in refusal.value.detail


@pytest.mark.parametrize("reported", [in_, out])
@pytest.mark.parametrize("call", in_each_state()[2:])
def test_nobody_joins_or_leaves_a_call_that_is_over(
    call: Call, reported: Callable[..., CallCommand]
) -> None:
    with pytest.raises(CallEndedError):
        put(call, (SOON, reported(CALLEE)))


def test_nobody_joins_a_call_that_time_has_ended() -> None:
    with pytest.raises(CallEndedError):
        put(ringing(), (seconds(60), in_(CALLEE)))


@pytest.mark.parametrize("call", in_each_state()[2:])
@pytest.mark.parametrize("command", [Settle(), End(), End(person_id=CALLEE)])
def test_ending_a_call_that_is_over_changes_nothing(call: Call, command: CallCommand) -> None:
    assert put(call, (seconds(9000), command)) == ()


def test_reporting_the_same_again_changes_nothing() -> None:
    assert put(ringing(), (SOON, out(CALLEE))) == ()
    ongoing = play(BOTH_IN)
    assert put(ongoing, (SOON, in_(CALLEE))) == ()
    left = play([(SOON, out(CALLEE))], ongoing)
    assert put(left, (SOON + 1, out(CALLEE))) == ()


def test_a_report_tells_who_did_what_when() -> None:
    (event,) = put(ringing(), (SOON, in_(CALLEE)))
    assert isinstance(event, PresenceReported)
    assert (event.at, event.person_id, event.presence) == (at(SOON), CALLEE, Presence.CONNECTED)
    assert (event.call_id, event.conversation_id) == (CALL, TALK)
    assert event.policy_version == VERSION


def test_a_call_takes_so_many_reports_and_no_more() -> None:
    policy = CallPolicy(presence_reports_per_call=4)
    full = play([*BOTH_IN, (SOON, out(CALLEE)), (SOON, in_(CALLEE))], policy=policy)
    assert put(full, (SOON, in_(CALLEE)), policy) == ()
    with pytest.raises(TooManyPresenceReportsError) as refusal:
        put(full, (SOON, out(CALLEE)), policy)
    assert refusal.value.code == "too_many_presence_reports"
    assert isinstance(play([(SOON, End())], full, policy), Ended)


@pytest.mark.parametrize("call", in_each_state()[2:])
def test_nothing_more_becomes_of_a_call_that_is_over(call: Call) -> None:
    heard = [
        call_event(),
        *put(ringing(), (SOON, in_(CALLEE))),
        *put(ringing(), (SOON, End())),
        *put(play(BOTH_IN), (SOON, End())),
    ]
    assert len(heard) == 4
    for event in heard:
        assert evolve(call, event) == call


def test_a_start_heard_again_changes_nothing() -> None:
    for call in in_each_state():
        assert evolve(call, call_event()) == call


@pytest.mark.parametrize("ahead", [1, seconds(60), FURTHEST])
def test_a_call_is_scheduled_for_up_to_366_days_ahead(ahead: int) -> None:
    event = call_event(ahead)
    call = start(event, (), POLICY)
    assert isinstance(call, Ringing)
    assert call.rings_at == call.scheduled_for == at(ahead)


@pytest.mark.parametrize("ahead", [0, -1, -FURTHEST, FURTHEST + 1])
def test_a_call_is_not_scheduled_for_the_past_or_too_far_ahead(ahead: int) -> None:
    event = attrs.evolve(call_event(), rings_at=at(ahead), scheduled_for=at(ahead))
    with pytest.raises(InvalidValueError) as refusal:
        start(event, (), POLICY)
    assert refusal.value.field == "scheduled_for"


@pytest.mark.parametrize("other", [ringing(), play(BOTH_IN), play(BOTH_IN, ringing(FURTHEST))])
def test_two_calls_do_not_go_on_at_once(other: OpenCall) -> None:
    with pytest.raises(CallInProgressError) as refusal:
        start(call_event(), (other,), POLICY)
    assert refusal.value.code == "video_call_in_progress"


def test_a_call_may_be_scheduled_during_another_and_begin_before_a_scheduled_one() -> None:
    ongoing, scheduled = play(BOTH_IN), ringing(1)
    assert isinstance(ongoing, OpenCall)
    assert start(call_event(SOON), (ongoing,), POLICY).scheduled_for == at(SOON)
    assert start(call_event(), (scheduled,), POLICY).rings_at == START


def test_a_conversation_has_only_so_many_open_calls() -> None:
    nineteen = tuple(ringing(day + 1) for day in range(19))
    assert start(call_event(SOON), nineteen, POLICY).rings_at == at(SOON)
    for event in (call_event(), call_event(SOON)):
        with pytest.raises(TooManyCallsError) as refusal:
            start(event, (*nineteen, ringing(20)), POLICY)
        assert refusal.value.code == "too_many_open_calls"


def test_what_cannot_be_done_is_a_conflict() -> None:
    for error in (
        CallEndedError,
        CallAnsweredError,
        NotTheCalleeError,
        CallInProgressError,
        TooManyCallsError,
        TooManyPresenceReportsError,
    ):
        assert issubclass(error, ConflictError)
