"""Video calls played from a script: what happens, and how many seconds after the start."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

from domain.shared.ids import ConversationId, PersonId, VideoCallId
from domain.video.call_commands import (
    CallCommand,
    ReportPresence,
    Sides,
    Whereabouts,
    decide,
)
from domain.video.calls import Call, CallLifecycleEvent, Ringing, evolve, started
from domain.video.events import Presence, VideoCallStarted
from domain.video.policy import CallPolicy

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
INITIATOR, CALLEE, STRANGER = (PersonId(UUID(int=number)) for number in (1, 2, 3))
CALL, TALK = VideoCallId(UUID(int=30)), ConversationId(UUID(int=10))
POLICY = CallPolicy()
VERSION = "v1"
IN_UTC = Sides(Whereabouts("UTC"), Whereabouts("UTC"))

Step = tuple[int, CallCommand]
"""Microseconds after the start, and a command."""


def seconds(number: float) -> int:
    return round(number * 1_000_000)


def at(microseconds: int) -> datetime:
    return START + timedelta(microseconds=microseconds)


def in_(person_id: PersonId) -> ReportPresence:
    return ReportPresence(person_id=person_id, presence=Presence.CONNECTED)


def out(person_id: PersonId) -> ReportPresence:
    return ReportPresence(person_id=person_id, presence=Presence.DISCONNECTED)


def call_event(rings_after: int | None = None) -> VideoCallStarted:
    scheduled_for = None if rings_after is None else at(rings_after)
    return VideoCallStarted(
        at=START,
        person_id=INITIATOR,
        policy_version=VERSION,
        call_id=CALL,
        conversation_id=TALK,
        callee_id=CALLEE,
        rings_at=scheduled_for or START,
        scheduled_for=scheduled_for,
    )


def ringing(rings_after: int | None = None) -> Ringing:
    return started(call_event(rings_after))


def put(
    call: Call, step: Step, policy: CallPolicy = POLICY, sides: Sides = IN_UTC
) -> tuple[CallLifecycleEvent, ...]:
    microseconds, command = step
    return decide(call, command, sides, policy, VERSION, at(microseconds))


def play(
    script: Iterable[Step],
    call: Call | None = None,
    policy: CallPolicy = POLICY,
    sides: Sides = IN_UTC,
) -> Call:
    """Play a script in which every command is admitted."""
    state: Call = call or ringing()
    for step in script:
        state = reduce(evolve, put(state, step, policy, sides), state)
    return state
