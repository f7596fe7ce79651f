"""What may be done to a video call, and what comes of it."""

from datetime import date, datetime, timedelta
from typing import assert_never

import attrs
from attrs import frozen

from ..shared.calendar import CountingDay, counting_date, utc_text
from ..shared.errors import ConflictError, InvalidValueError, NotFoundError
from ..shared.ids import PersonId
from .calls import (
    Call,
    CallLifecycleEvent,
    Ended,
    Ongoing,
    OpenCall,
    Ringing,
    deadline,
    evolve,
    goes_on,
    overlap_until,
    started,
)
from .events import (
    CallOutcome,
    Presence,
    PresenceReported,
    VideoCallEnded,
    VideoCallStarted,
)
from .policy import CallPolicy


@frozen(kw_only=True)
class ReportPresence:
    """A participant connected, or left."""

    person_id: PersonId
    presence: Presence


@frozen(kw_only=True)
class Decline:
    """The callee does not take the call."""

    person_id: PersonId


@frozen(kw_only=True)
class End:
    """A participant, or the app itself, ends the call."""

    person_id: PersonId | None = None


@frozen(kw_only=True)
class Settle:
    """Nobody does anything; time may have ended the call."""


CallCommand = ReportPresence | Decline | End | Settle


class CallEndedError(ConflictError):
    """The call is over."""

    code = "video_call_ended"


class CallAnsweredError(ConflictError):
    """The call was answered; it can be ended, not declined."""

    code = "video_call_answered"


class NotTheCalleeError(ConflictError):
    """The initiator cannot decline a call of their own."""

    code = "not_the_callee"


class CallInProgressError(ConflictError):
    """Another call of the conversation rings or goes on."""

    code = "video_call_in_progress"


class TooManyCallsError(ConflictError):
    """The conversation has as many open calls as it may."""

    code = "too_many_open_calls"


class TooManyPresenceReportsError(ConflictError):
    """The call has taken as many presence reports as it may."""

    code = "too_many_presence_reports"


def start(event: VideoCallStarted, open_calls: tuple[OpenCall, ...], policy: CallPolicy) -> Ringing:
    """Start or schedule a call.

    Args:
        event: The call as it would start.
        open_calls: Calls of the conversation that are not over, deadlines applied.
        policy: The limits.

    Raises:
        InvalidValueError: It is scheduled for the past or too far ahead.
        CallInProgressError: It would start at once while another rings or goes on.
        TooManyCallsError: Too many calls are open.
    """
    furthest = event.at + timedelta(seconds=policy.furthest_ahead_seconds)
    if event.scheduled_for is not None and not event.at < event.scheduled_for <= furthest:
        raise InvalidValueError(
            "scheduled_for",
            f"Give a time after now ({utc_text(event.at)}) and not after "
            f"{utc_text(furthest)}, or leave it out to call at once.",
        )
    current = [call for call in open_calls if goes_on(call, event.at)]
    if event.scheduled_for is None and current:
        raise CallInProgressError(
            f"Call {current[0].id} of this conversation rings or goes on; join it or end it first."
        )
    if len(open_calls) >= policy.open_calls_per_conversation:
        raise TooManyCallsError(
            f"This conversation has {len(open_calls)} open calls; end some of them first."
        )
    return started(event)


@frozen
class Whereabouts:
    """What decides a participant's local dates.

    Attributes:
        timezone: Their zone.
        counting_day: Their latest counting date.
    """

    timezone: str
    counting_day: CountingDay | None = None

    def date_at(self, at: datetime) -> date:
        """Give the date that something at an instant counts for."""
        return counting_date(at, self.timezone, self.counting_day)


@frozen
class Sides:
    """Where the two participants are."""

    initiator: Whereabouts
    callee: Whereabouts

    def dates_at(self, at: datetime) -> tuple[date, date]:
        """Give their dates at an instant, the initiator's first."""
        return (self.initiator.date_at(at), self.callee.date_at(at))


def decide(
    call: Call,
    command: CallCommand,
    sides: Sides,
    policy: CallPolicy,
    policy_version: str,
    now: datetime,
) -> tuple[CallLifecycleEvent, ...]:
    """Decide what a command does to a call.

    Raises:
        NotFoundError: The person takes no part.
        CallEndedError: The call is over, so nothing is added to it.
        CallAnsweredError: It was answered, so it cannot be declined.
        TooManyPresenceReportsError: It has taken all the reports it may.
    """
    if not isinstance(call, Ended) and now >= (due := deadline(call, policy)):
        ended = _ended_by_time(call, due, policy, policy_version)
        after = evolve(call, ended)
        return (ended, *decide(after, command, sides, policy, policy_version, now))
    match command:
        case ReportPresence():
            return _report(call, command, sides, policy, policy_version, now)
        case Decline():
            return _decline(call, command, policy_version, now)
        case End():
            if command.person_id is not None:
                _must_take_part(call, command.person_id)
            if isinstance(call, Ended):
                return ()
            return (_ended(call, now, sides.dates_at(now), policy, policy_version),)
        case Settle():
            return ()
        case _:
            assert_never(command)


def no_such_call() -> NotFoundError:
    """Give the error for a call that is absent, or not the asker's to know."""
    return NotFoundError(
        "There is no such video call, or this person takes no part in it; check both ids."
    )


def _report(
    call: Call,
    command: ReportPresence,
    sides: Sides,
    policy: CallPolicy,
    policy_version: str,
    now: datetime,
) -> tuple[PresenceReported, ...]:
    _must_take_part(call, command.person_id)
    if isinstance(call, Ended):
        raise CallEndedError(f"The call ended as {call.outcome.value}; start a new one.")
    connected = call.connected_since(command.person_id) is not None
    if connected is (command.presence is Presence.CONNECTED):
        return ()
    if call.presence_reports >= policy.presence_reports_per_call:
        raise TooManyPresenceReportsError(
            f"This call has taken {call.presence_reports} presence reports; end it."
        )
    reported = PresenceReported(
        at=now,
        person_id=command.person_id,
        policy_version=policy_version,
        call_id=call.id,
        conversation_id=call.conversation_id,
        presence=command.presence,
        counts_on=sides.dates_at(now),
    )
    after = evolve(call, reported)
    if isinstance(after, Ongoing):
        reported = attrs.evolve(reported, counts_on=sides.dates_at(deadline(after, policy)))
    return (reported,)


def _decline(
    call: Call, command: Decline, policy_version: str, now: datetime
) -> tuple[VideoCallEnded, ...]:
    _must_take_part(call, command.person_id)
    if command.person_id == call.initiator_id:
        raise NotTheCalleeError("Only the one who is called declines; end the call instead.")
    match call:
        case Ringing():
            return (_end(call, now, CallOutcome.DECLINED, timedelta(), policy_version),)
        case Ongoing():
            raise CallAnsweredError("The call was answered; end it instead.")
        case Ended(outcome=CallOutcome.DECLINED):
            return ()
        case Ended():
            raise CallEndedError(
                f"The call already ended as {call.outcome.value}; there is nothing to decline."
            )
        case _:
            assert_never(call)


def _ended_by_time(
    call: OpenCall, at: datetime, policy: CallPolicy, policy_version: str
) -> VideoCallEnded:
    dates = (call.counts_on_initiator, call.counts_on_callee) if isinstance(call, Ongoing) else None
    return _ended(call, at, dates, policy, policy_version)


def _ended(
    call: OpenCall,
    at: datetime,
    dates: tuple[date, date] | None,
    policy: CallPolicy,
    policy_version: str,
) -> VideoCallEnded:
    if isinstance(call, Ringing):
        return _end(call, at, CallOutcome.MISSED, timedelta(), policy_version)
    overlap = call.overlap + overlap_until(call, at)
    if overlap < timedelta(seconds=policy.completed_overlap_seconds):
        return _end(call, at, CallOutcome.TOO_SHORT, overlap, policy_version)
    completed = _end(call, at, CallOutcome.COMPLETED, overlap, policy_version)
    return attrs.evolve(completed, counts_on=dates)


def _end(
    call: OpenCall, at: datetime, outcome: CallOutcome, overlap: timedelta, policy_version: str
) -> VideoCallEnded:
    return VideoCallEnded(
        at=at,
        person_id=call.initiator_id,
        policy_version=policy_version,
        call_id=call.id,
        conversation_id=call.conversation_id,
        callee_id=call.callee_id,
        outcome=outcome,
        overlap_seconds=overlap // timedelta(seconds=1),
        counts_on=None,
    )


def _must_take_part(call: Call, person_id: PersonId) -> None:
    if not call.has(person_id):
        raise no_such_call()
