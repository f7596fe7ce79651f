"""Does a session give a summary? The decision, and why."""

from ..shared.decisions import Reason
from .events import TalkKind
from .policy import PersonaPolicy


def summary_reasons(
    kind: TalkKind,
    *,
    user_messages: int,
    user_characters: int,
    duration_seconds: int,
    policy: PersonaPolicy,
) -> tuple[Reason, ...]:
    """Give one reason for each rule on whether a session that is over gives a summary."""
    if kind is TalkKind.CALL:
        least = policy.least_call_seconds
        return (_reason("call_length", "Seconds of the call", duration_seconds, least),)
    return (
        _reason(
            "own_messages", "Messages of the person", user_messages, policy.least_user_messages
        ),
        _reason(
            "own_characters",
            "Characters written by the person",
            user_characters,
            policy.least_user_characters,
        ),
    )


def _reason(rule: str, what: str, number: int, least: int) -> Reason:
    satisfied = number >= least
    return Reason(
        rule=rule,
        satisfied=satisfied,
        detail=f"{what}: {number}; a summary needs {least}.",
        inputs={"number": number},
        threshold=least,
        changed_by=() if satisfied else ("talk_longer",),
    )
