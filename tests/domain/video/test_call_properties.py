"""Calls, as properties: whatever people do, in whatever order, and whoever looks when."""

from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.shared.errors import ConflictError
from domain.shared.ids import PersonId
from domain.video.call_commands import CallCommand, Decline, End, Settle
from domain.video.calls import Call, CallLifecycleEvent, Ended, Ongoing, Ringing, evolve
from domain.video.events import CallOutcome, Presence, PresenceReported, VideoCallEnded
from tests.domain.strategies import one_of_each
from tests.domain.video.script import (
    CALLEE,
    INITIATOR,
    START,
    Step,
    at,
    in_,
    out,
    put,
    ringing,
    seconds,
)

FAR_LATER = seconds(100_000)
MINUTE = timedelta(minutes=1)
LONGEST = timedelta(hours=12)

REPORTS: list[CallCommand] = [in_(INITIATOR), in_(CALLEE), out(INITIATOR), out(CALLEE)]
OTHERS: list[CallCommand] = [
    Settle(),
    Decline(person_id=INITIATOR),
    Decline(person_id=CALLEE),
    End(person_id=INITIATOR),
    End(),
]
BOTH_IN: list[Step] = [(0, in_(CALLEE)), (0, in_(INITIATOR))]
ODD_WAITS = [0, 1, seconds(30), seconds(60) - 1, seconds(60), seconds(43_200)]

# Few calls would last if every other command ended one.
COMMANDS = REPORTS * 6 + OTHERS
WAITS = [*range(0, seconds(25), 78_125), *[seconds(10)] * 200, *ODD_WAITS * 20]


@st.composite
def scripts(draw: st.DrawFn, of: list[CallCommand]) -> list[Step]:
    moment = 0
    # Left to chance alone, the two would seldom both connect in time.
    script: list[Step] = draw(st.sampled_from([[], BOTH_IN, BOTH_IN]))[:]
    for wait, command in draw(st.lists(one_of_each(_pair, WAITS, of), min_size=2, max_size=24)):
        moment += wait
        script.append((moment, command))
    return script


def _pair(wait: int, command: CallCommand) -> Step:
    return wait, command


calls = st.builds(ringing, st.none() | st.integers(1, seconds(100)))


def history(call: Ringing, script: list[Step]) -> tuple[list[Call], list[CallLifecycleEvent]]:
    """Give all states and events; what is not admitted has no effect."""
    states: list[Call] = [call]
    events: list[CallLifecycleEvent] = []
    for step in script:
        try:
            decided = put(states[-1], step)
        except ConflictError:
            continue
        events.extend(decided)
        states.append(reduce(evolve, decided, states[-1]))
    return states, events


def together(log: list[PresenceReported], until: datetime) -> timedelta:
    """Give for how long both were connected, from the raw log alone."""
    instants = [report.at for report in log] + [until]
    total = timedelta()
    for number, (begins, ends) in enumerate(pairwise(instants), start=1):
        latest: dict[PersonId, Presence] = {
            report.person_id: report.presence for report in log[:number]
        }
        if list(latest.values()) == [Presence.CONNECTED] * 2:
            total += ends - begins
    return total


def end_by_time(rings_at: datetime, log: list[PresenceReported]) -> datetime:
    """Give when time alone ends a call of which no more is heard, from the raw log alone."""
    connects = [report for report in log if report.presence is Presence.CONNECTED]
    first = {report.person_id: report.at for report in reversed(connects)}
    if len(first) < 2:
        return rings_at + MINUTE
    latest = {report.person_id: report for report in log}.values()
    longest = max(first.values()) + LONGEST
    if any(report.presence is Presence.CONNECTED for report in latest):
        return longest
    return min(longest, max(report.at for report in latest) + MINUTE)


@given(calls, scripts(COMMANDS))
def test_overlap_and_outcome_are_what_the_presence_log_says(
    call: Ringing, script: list[Step]
) -> None:
    states, events = history(call, [*script, (FAR_LATER, Settle())])
    log = [event for event in events if isinstance(event, PresenceReported)]
    (end,) = [event for event in events if isinstance(event, VideoCallEnded)]
    ended = states[-1]
    assert isinstance(ended, Ended)
    overlap = together(log, ended.ended_at)
    assert ended.overlap_seconds == end.overlap_seconds == overlap // timedelta(seconds=1)
    answered = len({r.person_id for r in log if r.presence is Presence.CONNECTED}) == 2
    if answered:
        completed = overlap >= MINUTE
        expected = CallOutcome.COMPLETED if completed else CallOutcome.TOO_SHORT
        assert ended.outcome is expected
    else:
        assert ended.outcome in {CallOutcome.MISSED, CallOutcome.DECLINED}
    assert (ended.answered_at is not None) is answered
    assert (ended.counts_on_initiator is None) is (ended.outcome is not CallOutcome.COMPLETED)


@given(calls, scripts(REPORTS))
def test_a_call_that_nobody_ends_is_over_when_the_presence_log_says(
    call: Ringing, script: list[Step]
) -> None:
    states, events = history(call, [*script, (FAR_LATER, Settle())])
    log = [event for event in events if isinstance(event, PresenceReported)]
    ended = states[-1]
    assert isinstance(ended, Ended)
    assert ended.ended_at == end_by_time(call.rings_at, log)


@given(calls, scripts(COMMANDS))
def test_a_call_never_goes_back(call: Ringing, script: list[Step]) -> None:
    states, _ = history(call, script)
    order = [Ringing, Ongoing, Ended]
    for before, after in pairwise(states):
        assert order.index(type(after)) >= order.index(type(before))
        assert after.presence_reports >= before.presence_reports
        if isinstance(before, Ongoing) and isinstance(after, Ongoing):
            assert after.overlap >= before.overlap
            assert after.answered_at == before.answered_at
        if isinstance(before, Ended):
            assert after == before


@given(calls, scripts(COMMANDS))
def test_events_alone_give_the_state(call: Ringing, script: list[Step]) -> None:
    states, events = history(call, script)
    assert reduce(evolve, events, states[0]) == states[-1]
    assert sum(isinstance(event, VideoCallEnded) for event in events) <= 1
    assert not any(isinstance(event, VideoCallEnded) for event in events[:-1])
    assert [event.at for event in events] == sorted(event.at for event in events)


@given(calls, scripts(COMMANDS), st.lists(st.integers(0, seconds(600)), max_size=6))
def test_looking_at_a_call_changes_nothing(
    call: Ringing, script: list[Step], looks: list[int]
) -> None:
    looked_at = sorted(
        [*script, *((moment, Settle()) for moment in looks)], key=lambda step: step[0]
    )
    last: list[Step] = [(FAR_LATER, Settle())]
    assert history(call, looked_at + last)[0][-1] == history(call, script + last)[0][-1]


@given(calls, scripts(REPORTS))
def test_reporting_everything_twice_changes_nothing(call: Ringing, script: list[Step]) -> None:
    twice = [step for step in script for _ in range(2)]
    assert history(call, twice)[0][-1] == history(call, script)[0][-1]


@given(calls, scripts(COMMANDS))
def test_nothing_happens_after_the_end(call: Ringing, script: list[Step]) -> None:
    states, events = history(call, script)
    ended = states[-1]
    if isinstance(ended, Ended):
        assert all(event.at <= ended.ended_at for event in events)
        assert START <= ended.ended_at <= at(script[-1][0])
