"""What a person changes of what they said to their companion, and for how long."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from domain.conversations.events import MessageDeleted, MessageEdited
from domain.personas.messages import (
    CompanionEditRefusedError,
    CompanionMessage,
    CompanionMessageDeletedError,
    MessageState,
    Voice,
    deleted,
    edited,
    require_text,
)
from domain.shared.decisions import Reason
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import CompanionSessionId, ConversationId, MessageId, PersonId

SAID = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
CLOSES = timedelta(minutes=15)
OWN = CompanionMessage(
    id=MessageId(UUID(int=1)),
    conversation_id=ConversationId(UUID(int=2)),
    session_id=CompanionSessionId(UUID(int=3)),
    person_id=PersonId(UUID(int=4)),
    role=Voice.USER,
    text="Café",
    state=MessageState.ANSWERED,
    created_at=SAID,
)
BLANKED = attrs.evolve(OWN, text="", deleted_at=SAID + SECOND)
REPLY = attrs.evolve(OWN, role=Voice.ASSISTANT, state=MessageState.SAID)


def edit(
    message: CompanionMessage, text: str, after: timedelta = SECOND, window: int = 900
) -> tuple[CompanionMessage, MessageEdited | None]:
    return edited(message, text, window_seconds=window, policy_version="v1", now=SAID + after)


def delete(message: CompanionMessage) -> tuple[CompanionMessage, MessageDeleted | None]:
    return deleted(message, policy_version="v1", now=SAID + SECOND)


@pytest.mark.parametrize("after", [timedelta(), CLOSES])
def test_what_was_said_is_edited_within_15_minutes(after: timedelta) -> None:
    assert edit(OWN, "Tea", after) == (
        attrs.evolve(OWN, text="Tea", edited_at=SAID + after),
        MessageEdited(
            at=SAID + after,
            person_id=OWN.person_id,
            policy_version="v1",
            conversation_id=OWN.conversation_id,
            message_id=OWN.id,
        ),
    )


@pytest.mark.parametrize(("window", "words"), [(900, "15 minutes"), (90, "90 seconds")])
def test_after_its_window_an_edit_is_refused_and_says_why(window: int, words: str) -> None:
    with pytest.raises(CompanionEditRefusedError) as refusal:
        edit(OWN, "Tea", window * SECOND + MOMENT, window)
    detail = (
        f"A message can be edited for {words} after it was sent; "
        "send a new one instead, or delete it."
    )
    assert refusal.value.detail == detail
    assert refusal.value.reasons == (
        Reason(
            rule="edit_window",
            satisfied=False,
            detail=detail,
            inputs={"age_seconds": window},
            threshold=window,
            changed_by=("send_a_message",),
        ),
    )


def test_the_same_text_in_any_form_is_no_edit() -> None:
    assert edit(OWN, "Cafe\u0301") == (OWN, None)


def test_a_malformed_text_is_no_edit() -> None:
    with pytest.raises(InvalidValueError) as wrong:
        edit(OWN, " ")
    assert wrong.value.field == "text"


def test_what_was_said_is_blanked_once() -> None:
    event = MessageDeleted(
        at=SAID + SECOND,
        person_id=OWN.person_id,
        policy_version="v1",
        conversation_id=OWN.conversation_id,
        message_id=OWN.id,
    )
    assert delete(OWN) == (BLANKED, event)
    assert delete(BLANKED) == (BLANKED, None)


def test_what_was_blanked_has_no_text_to_change_or_answer() -> None:
    require_text(OWN)
    for needs_text in (require_text, lambda message: edit(message, "Tea")):
        with pytest.raises(CompanionMessageDeletedError) as refusal:
            needs_text(BLANKED)
        assert refusal.value.detail == "The message was deleted; send a new one instead."
    assert not BLANKED.is_own


def test_what_the_companion_said_stays() -> None:
    for change in (delete, lambda message: edit(message, "Tea")):
        with pytest.raises(NotFoundError) as refusal:
            change(REPLY)
        assert refusal.value.detail == (
            "There is no such message in this conversation, or it is not this person's to change."
        )
