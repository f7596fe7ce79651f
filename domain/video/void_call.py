"""Voiding a completed call, because it was fraud.

It changes the prices of what is quoted from then on, and nothing else: what the call
unlocked, and what was bought at a lower price, stays.
"""

from collections.abc import Iterator
from datetime import datetime

import attrs
from attrs import frozen

from ..shared.errors import ConflictError
from .calls import Call, Ended
from .events import CallOutcome, VideoCallVoided


class CallNotCompletedError(ConflictError):
    """Only a completed call counts for anything, so only such a call can be voided."""

    code = "video_call_not_completed"


@frozen
class CallVoiding:
    """A voided call, and what happened; nothing, if it had been voided before."""

    call: Ended
    events: tuple[VideoCallVoided, ...]


def void(call: Call, reason: str, *, policy_version: str, now: datetime) -> CallVoiding:
    """Void a call. Voiding it again changes nothing, not the reason either.

    Raises:
        CallNotCompletedError: The call goes on, or was not completed.
    """
    if not isinstance(call, Ended):
        raise CallNotCompletedError("The call is not over; end it, and void it if it counts.")
    if call.outcome is not CallOutcome.COMPLETED:
        raise CallNotCompletedError(
            f"The call ended as {call.outcome.value}, so it counts for nothing as it is."
        )
    if call.voided_at is not None:
        return CallVoiding(call, ())
    voided = attrs.evolve(call, voided_at=now, void_reason=reason)
    return CallVoiding(voided, tuple(_events(call, policy_version, now)))


def _events(call: Ended, policy_version: str, now: datetime) -> Iterator[VideoCallVoided]:
    sides = (
        (call.initiator_id, call.callee_id, call.counts_on_initiator),
        (call.callee_id, call.initiator_id, call.counts_on_callee),
    )
    for person_id, partner_id, counted_on in sides:
        assert counted_on is not None  # noqa: S101 - it was completed
        yield VideoCallVoided(
            at=now,
            person_id=person_id,
            policy_version=policy_version,
            call_id=call.id,
            conversation_id=call.conversation_id,
            partner_id=partner_id,
            counted_on=counted_on,
        )
