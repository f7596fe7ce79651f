"""Every event of calls in full, and the words of what they do not admit."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.shared.errors import DomainError, InvalidValueError, NotFoundError
from domain.shared.ids import (
    VideoCallId,
)
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
    no_such_call,
    start,
)
from domain.video.calls import Call, Ended, Ongoing, Ringing, deadline, overlap_until
from domain.video.events import (
    CallOutcome,
    Presence,
    PresenceReported,
    VideoCallEnded,
    VideoCallVoided,
)
from domain.video.history import VideoHistory
from domain.video.policy import CallPolicy
from domain.video.void_call import CallNotCompletedError, void
from tests.domain.video.script import (
    CALL,
    CALLEE,
    INITIATOR,
    START,
    STRANGER,
    TALK,
    VERSION,
    call_event,
    in_,
    out,
    play,
    put,
    ringing,
    seconds,
)
from tests.domain.video.whole_messages import (
    TODAY,
)

SECOND = timedelta(seconds=1)


BOTH = [(seconds(5), in_(INITIATOR)), (seconds(10), in_(CALLEE))]


DATES = (TODAY, TODAY)


OF_CALL: dict[str, Any] = {"policy_version": VERSION, "call_id": CALL, "conversation_id": TALK}


FACTS: dict[str, Any] = {
    "id": CALL,
    "conversation_id": TALK,
    "initiator_id": INITIATOR,
    "callee_id": CALLEE,
    "created_at": START,
    "rings_at": START,
    "scheduled_for": None,
    "policy_version": VERSION,
}


def call_ended(after: float, outcome: CallOutcome, overlap: int = 0, **more: Any) -> VideoCallEnded:
    known: dict[str, Any] = {"at": START + after * SECOND, "person_id": INITIATOR}
    known |= {"callee_id": CALLEE, "overlap_seconds": overlap, "counts_on": None}
    return VideoCallEnded(**OF_CALL, outcome=outcome, **(known | more))


def test_a_call_rings() -> None:
    assert ringing() == Ringing(**FACTS)
    later = START + 600 * SECOND
    known = FACTS | {"rings_at": later, "scheduled_for": later}
    assert ringing(seconds(600)) == Ringing(**known)
    assert deadline(ringing(seconds(600)), CallPolicy()) == later + 60 * SECOND


def test_presence_in_full() -> None:
    (event,) = put(ringing(), (seconds(5), in_(INITIATOR)))
    came = PresenceReported(
        **OF_CALL,
        at=START + 5 * SECOND,
        person_id=INITIATOR,
        presence=Presence.CONNECTED,
        counts_on=DATES,
    )
    assert event == came
    waits = play(BOTH[:1])
    known: dict[str, Any] = {"initiator_since": START + 5 * SECOND, "presence_reports": 1}
    assert waits == Ringing(**FACTS, **known, initiator_seen=True)
    assert put(waits, (seconds(6), in_(INITIATOR))) == ()
    assert put(waits, (seconds(6), out(CALLEE))) == ()
    call = play(BOTH)
    known |= {"callee_since": START + 10 * SECOND, "presence_reports": 2}
    known |= {"answered_at": START + 10 * SECOND}
    # Nobody ends it: it is over after twelve hours, which is tomorrow.
    tomorrow = date(2026, 3, 3)
    counts: dict[str, Any] = {"counts_on_initiator": tomorrow, "counts_on_callee": tomorrow}
    ongoing = Ongoing(**FACTS, **known, **counts)
    assert call == ongoing
    left = play([(seconds(40), out(CALLEE))], call)
    assert left == attrs.evolve(ongoing, callee_since=None, presence_reports=3, overlap=30 * SECOND)
    gone = play([(seconds(50), out(INITIATOR))], left)
    assert gone == Ongoing(
        **FACTS,
        answered_at=START + 10 * SECOND,
        presence_reports=4,
        overlap=30 * SECOND,
        left_at=START + 50 * SECOND,
        counts_on_initiator=TODAY,
        counts_on_callee=TODAY,
    )
    assert deadline(gone, CallPolicy()) == START + 110 * SECOND
    back = play([(seconds(60), in_(INITIATOR))], gone)
    assert isinstance(back, Ongoing)
    assert (back.left_at, back.initiator_since) == (None, START + 60 * SECOND)


def test_who_saw_a_call_need_not_be_there_still() -> None:
    known = play([BOTH[0], (seconds(6), out(INITIATOR)), (seconds(7), in_(CALLEE))])
    assert isinstance(known, Ongoing)
    assert (known.initiator_since, known.both_since) == (None, None)
    assert known.answered_at == START + 7 * SECOND
    assert overlap_until(known, START + 9 * SECOND) == timedelta()


@pytest.mark.parametrize(
    ("script", "command", "events"),
    [
        ([], (seconds(9), End()), (call_ended(9, CallOutcome.MISSED),)),
        ([], (seconds(60), Settle()), (call_ended(60, CallOutcome.MISSED),)),
        ([], (seconds(59.9), Settle()), ()),
        ([], (seconds(9), Decline(person_id=CALLEE)), (call_ended(9, CallOutcome.DECLINED),)),
        (BOTH, (seconds(69.9), End()), (call_ended(69.9, CallOutcome.TOO_SHORT, 59),)),
        (
            BOTH,
            (seconds(70), End(person_id=CALLEE)),
            (call_ended(70, CallOutcome.COMPLETED, 60, counts_on=DATES),),
        ),
        (
            [*BOTH, (seconds(90), out(CALLEE)), (seconds(95), out(INITIATOR))],
            (seconds(500), End(person_id=INITIATOR)),
            (call_ended(155, CallOutcome.COMPLETED, 80, counts_on=DATES),),
        ),
    ],
)
def test_how_a_call_ends(
    script: list[tuple[int, CallCommand]],
    command: tuple[int, CallCommand],
    events: tuple[VideoCallEnded, ...],
) -> None:
    assert put(play(script), command) == events


def test_a_call_that_ended_in_full() -> None:
    call = play([*BOTH, (seconds(71), End())])
    over = Ended(
        **FACTS,
        answered_at=START + 10 * SECOND,
        ended_at=START + 71 * SECOND,
        outcome=CallOutcome.COMPLETED,
        overlap_seconds=61,
        presence_reports=2,
        counts_on_initiator=TODAY,
        counts_on_callee=TODAY,
    )
    assert call == over
    assert play([(seconds(72), End())], call) == over
    declined = play([BOTH[0], (seconds(9), Decline(person_id=CALLEE))])
    assert declined == Ended(
        **FACTS,
        answered_at=None,
        ended_at=START + 9 * SECOND,
        outcome=CallOutcome.DECLINED,
        overlap_seconds=0,
        presence_reports=1,
    )
    assert play([(seconds(10), Decline(person_id=CALLEE))], declined) == declined


NO_CALL = "There is no such video call, or this person takes no part in it; check both ids."


@pytest.mark.parametrize(
    ("script", "command", "error", "detail"),
    [
        ([], in_(STRANGER), NotFoundError, NO_CALL),
        ([], Decline(person_id=STRANGER), NotFoundError, NO_CALL),
        ([], End(person_id=STRANGER), NotFoundError, NO_CALL),
        (
            [],
            Decline(person_id=INITIATOR),
            NotTheCalleeError,
            "Only the one who is called declines; end the call instead.",
        ),
        (
            BOTH,
            Decline(person_id=CALLEE),
            CallAnsweredError,
            "The call was answered; end it instead.",
        ),
        (
            [*BOTH, (seconds(12), End())],
            Decline(person_id=CALLEE),
            CallEndedError,
            "The call already ended as too_short; there is nothing to decline.",
        ),
        (
            [(seconds(12), End())],
            in_(CALLEE),
            CallEndedError,
            "The call ended as missed; start a new one.",
        ),
    ],
)
def test_what_a_call_does_not_admit(
    script: list[tuple[int, CallCommand]],
    command: CallCommand,
    error: type[DomainError],
    detail: str,
) -> None:
    with pytest.raises(error) as refused:
        put(play(script), (seconds(20), command))
    assert refused.value.detail == detail
    assert no_such_call().detail == NO_CALL


def test_a_call_takes_so_many_reports() -> None:
    policy = CallPolicy(presence_reports_per_call=4)
    three = play([*BOTH, (seconds(12), out(CALLEE))])
    four = play([(seconds(13), in_(CALLEE))], three, policy)
    with pytest.raises(TooManyPresenceReportsError) as refused:
        put(four, (seconds(14), out(CALLEE)), policy)
    assert refused.value.detail == "This call has taken 4 presence reports; end it."


def scheduled(after: int) -> Ringing:
    return attrs.evolve(ringing(seconds(after)), id=VideoCallId(UUID(int=31)))


@pytest.mark.parametrize("after", [-1, 0, 366 * 86_400 + 1])
def test_a_call_for_the_past_or_too_far_ahead(after: int) -> None:
    event = attrs.evolve(call_event(), scheduled_for=START + after * SECOND)
    with pytest.raises(InvalidValueError) as wrong:
        start(event, (), CallPolicy())
    assert wrong.value.field == "scheduled_for"
    assert wrong.value.detail == (
        "Give a time after now (2026-03-02T12:00:00Z) and not after 2027-03-03T12:00:00Z, "
        "or leave it out to call at once."
    )


def test_a_call_may_be_a_year_ahead_beside_others() -> None:
    furthest = call_event(seconds(366 * 86_400))
    assert start(furthest, (ringing(),), CallPolicy()).scheduled_for == furthest.scheduled_for
    assert start(call_event(), (scheduled(1),), CallPolicy()) == ringing()


@pytest.mark.parametrize("other", [scheduled(0), attrs.evolve(play(BOTH), rings_at=START + SECOND)])
def test_one_call_rings_or_goes_on_at_once(other: Ringing | Ongoing) -> None:
    with pytest.raises(CallInProgressError) as refused:
        start(call_event(), (scheduled(9), other), CallPolicy())
    assert refused.value.detail == (
        f"Call {other.id} of this conversation rings or goes on; join it or end it first."
    )


def test_so_many_calls_are_open() -> None:
    policy = CallPolicy(open_calls_per_conversation=2)
    start(call_event(), (scheduled(9),), policy)
    with pytest.raises(TooManyCallsError) as refused:
        start(call_event(), (scheduled(9), scheduled(10)), policy)
    detail = "This conversation has 2 open calls; end some of them first."
    assert refused.value.detail == detail


def test_a_voided_call_in_full() -> None:
    call = play([*BOTH, (seconds(71), End())])
    assert isinstance(call, Ended)
    now = START + 600 * SECOND
    done = void(call, "One device.", policy_version="v2", now=now)
    assert done.call == attrs.evolve(call, voided_at=now, void_reason="One device.")
    known = OF_CALL | {"policy_version": "v2", "at": now, "counted_on": TODAY}
    assert done.events == (
        VideoCallVoided(**known, person_id=INITIATOR, partner_id=CALLEE),
        VideoCallVoided(**known, person_id=CALLEE, partner_id=INITIATOR),
    )


@pytest.mark.parametrize(
    ("call", "detail"),
    [
        (ringing(), "The call is not over; end it, and void it if it counts."),
        (
            play([*BOTH, (seconds(12), End())]),
            "The call ended as too_short, so it counts for nothing as it is.",
        ),
    ],
)
def test_a_call_that_cannot_be_voided(call: Call, detail: str) -> None:
    with pytest.raises(CallNotCompletedError) as refused:
        void(call, "fraud", policy_version=VERSION, now=START)
    assert refused.value.detail == detail


def test_a_history_through_three_calls() -> None:
    new = VideoHistory(conversation_id=TALK, started_at=START)
    one = new.with_call(START, (TODAY, date(2026, 3, 1)), first_of_its_day=True)
    assert one == attrs.evolve(
        new,
        first_video_call_at=START,
        last_video_call_at=START,
        video_call_count=1,
        last_call_on_a=TODAY,
        last_call_on_b=date(2026, 3, 1),
    )
    later = START + 60 * SECOND
    two = one.with_call(later, (date(2026, 3, 1), TODAY), first_of_its_day=False)
    assert two == attrs.evolve(one, last_video_call_at=later, last_call_on_b=TODAY)
    earlier = START - 60 * SECOND
    three = two.with_call(earlier, (TODAY, TODAY), first_of_its_day=False)
    assert three == attrs.evolve(two, first_video_call_at=earlier)
