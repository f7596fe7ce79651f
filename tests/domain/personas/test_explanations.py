"""What the rules on companions say word by word, and their sessions and messages."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.personas.eligibility import summary_reasons
from domain.personas.events import Growth, SessionEnding, TalkKind
from domain.personas.messages import (
    CompanionMessage,
    MessageState,
    Tag,
    Voice,
    checked_text,
    reply_in_progress,
    settled,
    waiting,
)
from domain.personas.observations import no_such_observation
from domain.personas.personas import (
    Persona,
    no_such_companion,
)
from domain.personas.policy import PersonaPolicy
from domain.personas.sessions import (
    EndedCompanionSession,
    OpenCompanionSession,
    called,
    ended,
    is_over,
    no_such_session,
    put_off,
    reasons_of,
    session_is_over,
    with_message,
    with_message_again,
    without_message,
)
from domain.shared.decisions import Reason
from domain.shared.errors import InvalidValueError
from domain.shared.ids import MessageId
from tests.domain.personas.whole_sessions import (
    ANA,
    MINUTE,
    MOMENT,
    NOON,
    POLICY,
    SESSION,
    TALK,
    an_ended_one,
)

SECOND = timedelta(seconds=1)


def asked(rule: str, detail: str, number: int, least: int) -> Reason:
    return Reason(
        rule=rule,
        satisfied=number >= least,
        detail=detail,
        inputs={"number": number},
        threshold=least,
        changed_by=() if number >= least else ("talk_longer",),
    )


@pytest.mark.parametrize(("messages", "characters"), [(5, 199), (6, 200)])
def test_a_chat_says_what_a_summary_needs(messages: int, characters: int) -> None:
    found = summary_reasons(
        TalkKind.CHAT,
        user_messages=messages,
        user_characters=characters,
        duration_seconds=0,
        policy=POLICY,
    )
    written = f"Characters written by the person: {characters}; a summary needs 200."
    assert found == (
        asked(
            "own_messages",
            f"Messages of the person: {messages}; a summary needs 6.",
            messages,
            6,
        ),
        asked("own_characters", written, characters, 200),
    )


@pytest.mark.parametrize("seconds", [59, 60])
def test_a_call_says_what_a_summary_needs(seconds: int) -> None:
    found = summary_reasons(
        TalkKind.CALL,
        user_messages=0,
        user_characters=0,
        duration_seconds=seconds,
        policy=POLICY,
    )
    detail = f"Seconds of the call: {seconds}; a summary needs 60."
    assert found == (asked("call_length", detail, seconds, 60),)


def an_open_one(**changes: Any) -> OpenCompanionSession:
    plain = OpenCompanionSession(
        id=SESSION,
        conversation_id=TALK,
        person_id=ANA,
        started_at=NOON,
        persona_snapshot=Persona(),
        policy_version="v1",
        last_message_at=NOON,
    )
    return attrs.evolve(plain, **changes)


def over(one: OpenCompanionSession, ended_by: SessionEnding) -> EndedCompanionSession:
    return ended(
        one,
        ended_at=NOON + MINUTE,
        ended_on=NOON.date(),
        ended_by=ended_by,
        policy=POLICY,
    )


def test_a_chat_that_is_too_short_and_one_that_is_not() -> None:
    short = over(an_open_one(), SessionEnding.TOLD)
    assert short == an_ended_one()
    assert [reason.satisfied for reason in reasons_of(short, POLICY)] == [False, False]
    known: dict[str, Any] = {"user_messages": 6, "user_characters": 200, "messages_counted": 5}
    known |= {"input_tokens": 1, "output_tokens": 2, "price_micros": 3}
    long = over(an_open_one(**known), SessionEnding.TOLD)
    assert long == an_ended_one(**known, growth=Growth.PENDING, try_at=NOON + MINUTE)


def test_one_that_fell_idle_lasted_to_its_last_message() -> None:
    last: dict[str, Any] = {"last_message_at": NOON + 30 * SECOND}
    idle = over(an_open_one(**last), SessionEnding.IDLE)
    assert idle == an_ended_one(**last, ended_by=SessionEnding.IDLE, duration_seconds=30)
    behind = over(an_open_one(started_at=NOON + 2 * MINUTE), SessionEnding.TOLD)
    assert behind.duration_seconds == 0


@pytest.mark.parametrize(("seconds", "growth"), [(59, Growth.TOO_SHORT), (60, Growth.PENDING)])
def test_a_call_that_is_over(seconds: int, growth: Growth) -> None:
    at = NOON + seconds * SECOND
    call = called(
        an_open_one(messages_counted=4),
        ended_at=at,
        ended_on=date(2026, 3, 2),
        seconds_counted=50,
        policy=POLICY,
    )
    assert call == an_ended_one(
        kind=TalkKind.CALL,
        ended_at=at,
        ended_by=SessionEnding.CALL_OVER,
        duration_seconds=seconds,
        seconds_counted=50,
        growth=growth,
        try_at=at if growth is Growth.PENDING else None,
    )


def test_messages_of_a_session() -> None:
    said = with_message(an_open_one(), "Hello", NOON + MINUTE)
    counted: dict[str, Any] = {"user_messages": 1, "user_characters": 5, "messages_counted": 1}
    assert said == an_open_one(last_message_at=NOON + MINUTE, **counted)
    assert with_message(said, "Hi", NOON).last_message_at == NOON + MINUTE
    less = without_message(said)
    assert less == attrs.evolve(said, messages_counted=0)
    assert with_message_again(less, NOON) == said
    later = NOON + 2 * MINUTE
    assert with_message_again(less, later) == attrs.evolve(said, last_message_at=later)


def test_a_chat_falls_idle_after_half_an_hour() -> None:
    one = an_open_one()
    assert one.idle_at(POLICY) == NOON + 30 * MINUTE
    assert not is_over(one, NOON + 30 * MINUTE - MOMENT, POLICY)
    assert is_over(one, NOON + 30 * MINUTE, POLICY)


@pytest.mark.parametrize(
    ("tries", "delay"), [(1, 10), (2, 20), (3, 40), (9, 2560), (10, None), (11, None)]
)
def test_a_model_that_is_away_is_asked_again(tries: int, delay: int | None) -> None:
    pending = an_ended_one(growth=Growth.PENDING, tries=tries, try_at=NOON)
    after = put_off(pending, NOON, POLICY)
    if delay is None:
        assert after == attrs.evolve(pending, growth=Growth.FAILED, try_at=None)
    else:
        assert after == attrs.evolve(pending, try_at=NOON + delay * SECOND)
    patient = PersonaPolicy(summary_tries=20)
    assert put_off(attrs.evolve(pending, tries=15), NOON, patient).try_at == NOON + 60 * MINUTE


def a_message(**changes: Any) -> CompanionMessage:
    plain = CompanionMessage(
        id=MessageId(UUID(int=5)),
        conversation_id=TALK,
        session_id=SESSION,
        person_id=ANA,
        role=Voice.USER,
        text="Hello",
        state=MessageState.SAID,
        created_at=NOON,
    )
    return attrs.evolve(plain, **changes)


def test_a_message_waits_for_its_reply() -> None:
    waits = waiting(a_message(), NOON, POLICY)
    until = NOON + 2 * MINUTE
    assert waits == a_message(state=MessageState.WAITING, waits_until=until)
    assert waits.is_waiting(until - MOMENT)
    assert not waits.is_waiting(until)
    assert not a_message().is_waiting(NOON)
    assert settled(waits, answered=True) == a_message(state=MessageState.ANSWERED)
    assert settled(waits, answered=False) == a_message(state=MessageState.UNANSWERED)


def test_whose_word_a_message_is() -> None:
    assert a_message().is_own
    assert not a_message(role=Voice.ASSISTANT).is_own
    assert not a_message(tag=Tag.EVALUATION).is_own


def test_errors_say_what_to_do() -> None:
    told = [
        (error.code, error.detail)
        for error in (
            reply_in_progress(),
            no_such_session(),
            session_is_over(),
            no_such_companion(),
            no_such_observation(),
        )
    ]
    assert told == [
        (
            "reply_in_progress",
            "The reply to an earlier message is under way; wait for its end, then send this again.",
        ),
        ("not_found", "There is no such session, or it is another person's; check the id."),
        (
            "companion_session_ended",
            "The session is over; send the message anew, which begins the next one.",
        ),
        (
            "not_found",
            "There is no such companion conversation, or it is another person's; check both ids.",
        ),
        ("not_found", "There is no such observation of this person; check both ids."),
    ]


def test_a_message_that_is_not_taken() -> None:
    assert checked_text("x" * 4000) == "x" * 4000
    with pytest.raises(InvalidValueError) as wrong:
        checked_text("x" * 4001)
    detail = "The text has 4001 characters; at most 4000 are taken; shorten it."
    assert (wrong.value.field, wrong.value.detail) == ("text", detail)
