"""Video calls: the states they go through, and what each event makes of them.

A call's deadlines are part of its state: what time alone ends is ended by whoever
looks next, as of the instant at which it was over.
"""

from datetime import date, datetime, timedelta
from typing import Any, assert_never

import attrs
from attrs import frozen

from ..shared.ids import ConversationId, PersonId, VideoCallId
from .events import (
    CallOutcome,
    Presence,
    PresenceReported,
    VideoCallEnded,
    VideoCallStarted,
)
from .policy import CallPolicy

CallLifecycleEvent = VideoCallStarted | PresenceReported | VideoCallEnded


@frozen(kw_only=True)
class _CallFacts:
    """What stays the same for a call's whole life."""

    id: VideoCallId
    conversation_id: ConversationId
    initiator_id: PersonId
    callee_id: PersonId
    created_at: datetime
    rings_at: datetime
    scheduled_for: datetime | None
    policy_version: str
    version: int = 1

    def has(self, person_id: PersonId) -> bool:
        """Tell whether a person takes part."""
        return person_id in (self.initiator_id, self.callee_id)


@frozen(kw_only=True)
class _Connections(_CallFacts):
    """Who is connected, while a call is open.

    Attributes:
        initiator_since: Since when the initiator is connected, if they are.
        callee_since: The same for the callee.
        presence_reports: How many connects and disconnects were taken in.
    """

    initiator_since: datetime | None = None
    callee_since: datetime | None = None
    presence_reports: int = 0

    @property
    def both_since(self) -> datetime | None:
        """Since when both are connected, if they are."""
        if self.initiator_since is None or self.callee_since is None:
            return None
        return max(self.initiator_since, self.callee_since)

    def connected_since(self, person_id: PersonId) -> datetime | None:
        """Give since when a participant is connected, if they are."""
        return self.initiator_since if person_id == self.initiator_id else self.callee_since


@frozen(kw_only=True)
class Ringing(_Connections):
    """A call that waits for its time, or for both to have connected.

    Attributes:
        initiator_seen: The initiator has connected at least once.
        callee_seen: The same for the callee.
    """

    initiator_seen: bool = False
    callee_seen: bool = False


@frozen(kw_only=True)
class Ongoing(_Connections):
    """A call to which both have connected.

    Attributes:
        answered_at: When the second of them first did.
        overlap: How long both were connected, up to the last disconnect.
        left_at: The last disconnect, if nobody is connected since.
        counts_on_initiator: The initiator's date of the call, should time alone end it.
        counts_on_callee: The same for the callee.
    """

    answered_at: datetime
    counts_on_initiator: date
    counts_on_callee: date
    overlap: timedelta = timedelta()
    left_at: datetime | None = None


@frozen(kw_only=True)
class Ended(_CallFacts):
    """A call that is over.

    Attributes:
        answered_at: When both had first connected, if they had.
        ended_at: When it was over.
        outcome: How it ended.
        overlap_seconds: Whole seconds for which both were connected.
        presence_reports: How many connects and disconnects were taken in.
        counts_on_initiator: The initiator's date on which it counts, if it was completed.
        counts_on_callee: The same for the callee.
        voided_at: When it was found not to count for rewards, if it was.
        void_reason: Why, in the words of who found it.
    """

    answered_at: datetime | None
    ended_at: datetime
    outcome: CallOutcome
    overlap_seconds: int
    presence_reports: int = 0
    counts_on_initiator: date | None = None
    counts_on_callee: date | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None


OpenCall = Ringing | Ongoing
Call = Ringing | Ongoing | Ended


def started(event: VideoCallStarted) -> Ringing:
    """Give the state that a start makes."""
    return Ringing(
        id=event.call_id,
        conversation_id=event.conversation_id,
        initiator_id=event.person_id,
        callee_id=event.callee_id,
        created_at=event.at,
        rings_at=event.rings_at,
        scheduled_for=event.scheduled_for,
        policy_version=event.policy_version,
    )


def deadline(call: OpenCall, policy: CallPolicy) -> datetime:
    """Give the instant at which time alone ends the call, if nothing happens before."""
    match call:
        case Ringing():
            return call.rings_at + timedelta(seconds=policy.answer_seconds)
        case Ongoing(left_at=None):
            return call.answered_at + timedelta(seconds=policy.longest_seconds)
        case Ongoing(left_at=left_at):
            assert left_at is not None  # noqa: S101 - mypy does not narrow a captured None
            longest = call.answered_at + timedelta(seconds=policy.longest_seconds)
            return min(left_at + timedelta(seconds=policy.reconnect_seconds), longest)
        case _:
            assert_never(call)


def evolve(call: Call, event: CallLifecycleEvent) -> Call:
    """Give the call after an event. What an ended call hears changes nothing."""
    match event:
        case _ if isinstance(call, Ended):
            return call
        case VideoCallStarted():
            return call
        case PresenceReported():
            return _with_presence(call, event)
        case VideoCallEnded():
            return Ended(
                **(_facts(call) | {"policy_version": event.policy_version}),
                answered_at=call.answered_at if isinstance(call, Ongoing) else None,
                ended_at=event.at,
                outcome=event.outcome,
                overlap_seconds=event.overlap_seconds,
                presence_reports=call.presence_reports,
                counts_on_initiator=None if event.counts_on is None else event.counts_on[0],
                counts_on_callee=None if event.counts_on is None else event.counts_on[1],
            )
        case _:
            assert_never(event)


def goes_on(call: OpenCall, at: datetime) -> bool:
    """Tell whether an open call rings or is answered at an instant, and does not only wait."""
    return isinstance(call, Ongoing) or call.rings_at <= at


def overlap_until(call: OpenCall, at: datetime) -> timedelta:
    """Give how long both have been connected at an instant, since the last of them was."""
    if call.both_since is None:
        return timedelta()
    return max(timedelta(), at - call.both_since)


def _with_presence(call: OpenCall, event: PresenceReported) -> OpenCall:
    since = event.at if event.presence is Presence.CONNECTED else None
    by_initiator = event.person_id == call.initiator_id
    moved = attrs.evolve(
        call,
        initiator_since=since if by_initiator else call.initiator_since,
        callee_since=call.callee_since if by_initiator else since,
        presence_reports=call.presence_reports + 1,
    )
    match moved:
        case Ringing():
            connected = event.presence is Presence.CONNECTED
            return _answered_if_both_seen(
                attrs.evolve(
                    moved,
                    initiator_seen=moved.initiator_seen or (connected and by_initiator),
                    callee_seen=moved.callee_seen or (connected and not by_initiator),
                ),
                event,
            )
        case Ongoing():
            nobody = moved.initiator_since is None and moved.callee_since is None
            return attrs.evolve(
                moved,
                overlap=moved.overlap + (timedelta() if since else overlap_until(call, event.at)),
                left_at=event.at if nobody else None,
                counts_on_initiator=event.counts_on[0],
                counts_on_callee=event.counts_on[1],
            )
        case _:
            assert_never(moved)


def _answered_if_both_seen(call: Ringing, event: PresenceReported) -> OpenCall:
    if not (call.initiator_seen and call.callee_seen):
        return call
    return Ongoing(
        **_facts(call),
        initiator_since=call.initiator_since,
        callee_since=call.callee_since,
        presence_reports=call.presence_reports,
        answered_at=event.at,
        counts_on_initiator=event.counts_on[0],
        counts_on_callee=event.counts_on[1],
    )


def _facts(call: Call) -> dict[str, Any]:
    return {field.name: getattr(call, field.name) for field in attrs.fields(_CallFacts)}
