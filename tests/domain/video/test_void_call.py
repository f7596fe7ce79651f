"""Voiding a completed call."""

import pytest

from domain.video.call_commands import End
from domain.video.calls import Ended
from domain.video.void_call import CallNotCompletedError, void
from tests.domain.video.script import CALLEE, INITIATOR, START, Step, in_, play, seconds

TALK: list[Step] = [(seconds(5), in_(INITIATOR)), (seconds(5), in_(CALLEE))]


def test_a_completed_call_is_voided_once_for_each_of_the_two() -> None:
    call = play([*TALK, (seconds(70), End())])
    voided = void(call, "same device on both ends", policy_version="v1", now=START)
    assert isinstance(call, Ended)
    assert (voided.call.voided_at, voided.call.void_reason) == (START, "same device on both ends")
    assert [(event.person_id, event.partner_id, event.counted_on) for event in voided.events] == [
        (INITIATOR, CALLEE, call.counts_on_initiator),
        (CALLEE, INITIATOR, call.counts_on_callee),
    ]
    again = void(voided.call, "another reason", policy_version="v1", now=START)
    assert (again.call, again.events) == (voided.call, ())


@pytest.mark.parametrize("script", [[], TALK, [*TALK, (seconds(20), End())]])
def test_what_was_not_completed_cannot_be_voided(script: list[Step]) -> None:
    with pytest.raises(CallNotCompletedError):
        void(play(script), "fraud", policy_version="v1", now=START)
