"""Messages: what they say, who changes them, and for how long."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from domain.conversations import messages
from domain.conversations.events import MessageDeleted, MessageEdited
from domain.conversations.messages import (
    EditRefusedError,
    Message,
    MessageDeletedError,
    MessageRole,
    MessageTag,
    checked_client_message_id,
    checked_text,
    text_digest,
)
from domain.conversations.policy import ConversationPolicy
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import ConversationId, MessageId, PersonId

SENT = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENT, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
CLOSES = timedelta(minutes=15)
POLICY = ConversationPolicy()
ANA, BEN = PersonId(UUID(int=1)), PersonId(UUID(int=2))
MESSAGE = Message(
    id=MessageId(UUID(int=20)),
    conversation_id=ConversationId(UUID(int=10)),
    sender_id=ANA,
    text="Hello",
    counted_on=date(2026, 3, 2),
    daily_number=1,
    daily_limit=10,
    policy_version="v0",
    created_at=SENT,
)


def edit(
    message: Message,
    text: str,
    after: timedelta = SECOND,
    by: PersonId = ANA,
    policy: ConversationPolicy = POLICY,
) -> tuple[Message, MessageEdited | None]:
    return messages.edit(
        message, by, text, policy=policy, policy_version="v1", now=message.created_at + after
    )


def delete(
    message: Message, after: timedelta = SECOND, by: PersonId = ANA
) -> tuple[Message, MessageDeleted | None]:
    return messages.delete(message, by, policy_version="v1", now=message.created_at + after)


def test_a_message_is_a_general_one_of_a_person_unless_said_otherwise() -> None:
    assert (MESSAGE.role, MESSAGE.tag) == (MessageRole.USER, MessageTag.GENERAL)


@pytest.mark.parametrize("text", ["x", "x" * 4000, "漢" * 4000, "e\u0301" * 4000, " one\n\ntwo "])
def test_a_text_of_1_to_4000_characters_is_taken(text: str) -> None:
    assert 1 <= len(checked_text(text, POLICY)) <= 4000


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001, "\0", "\ud800"])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        checked_text(text, POLICY)
    assert refusal.value.field == "text"


@pytest.mark.parametrize("name", [None, "1", "x" * 128, "a b/c:d~"])
def test_a_client_message_id_is_printable_ascii(name: str | None) -> None:
    assert checked_client_message_id(name) == name


@pytest.mark.parametrize("name", ["", "x" * 129, "é", "a\nb", "a\0", "\x7f", "\ud800"])
def test_any_other_client_message_id_is_refused(name: str) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        checked_client_message_id(name)
    assert refusal.value.field == "client_message_id"


@pytest.mark.parametrize("after", [timedelta(), SECOND, CLOSES - MOMENT, CLOSES])
def test_the_sender_edits_within_15_minutes(after: timedelta) -> None:
    edited, event = edit(MESSAGE, "Hallo", after)
    assert edited == attrs.evolve(
        MESSAGE,
        text="Hallo",
        edited_at=SENT + after,
        first_text_digest=text_digest("Hello"),
    )
    assert event == MessageEdited(
        at=SENT + after,
        person_id=ANA,
        policy_version="v1",
        conversation_id=MESSAGE.conversation_id,
        message_id=MESSAGE.id,
    )


def test_after_15_minutes_an_edit_is_refused_and_says_why() -> None:
    with pytest.raises(EditRefusedError) as refusal:
        edit(MESSAGE, "Hallo", CLOSES + MOMENT)
    assert refusal.value.code == "edit_window_closed"
    assert "15 minutes" in refusal.value.detail
    (reason,) = refusal.value.reasons
    assert reason.detail == refusal.value.detail
    assert not reason.satisfied
    assert (reason.rule, reason.threshold) == ("edit_window", 900)
    assert reason.inputs == {"age_seconds": 900}
    assert reason.changed_by == ("send_a_message",)


def test_an_edit_does_not_keep_the_window_open() -> None:
    edited, _ = edit(MESSAGE, "Hallo", CLOSES)
    with pytest.raises(EditRefusedError):
        edit(edited, "Servus", CLOSES + MOMENT)


def test_a_business_sets_how_long_texts_can_be_edited_and_how_long_they_are() -> None:
    policy = ConversationPolicy(edit_window_seconds=0, message_max_characters=5)
    assert edit(MESSAGE, "Hallo", timedelta(), policy=policy)[1] is not None
    with pytest.raises(EditRefusedError):
        edit(MESSAGE, "Hallo", MOMENT, policy=policy)
    with pytest.raises(InvalidValueError):
        edit(MESSAGE, "Hello!", timedelta(), policy=policy)


def test_only_the_sender_edits_or_deletes() -> None:
    with pytest.raises(NotFoundError):
        edit(MESSAGE, "Hallo", by=BEN)
    with pytest.raises(NotFoundError):
        delete(MESSAGE, by=BEN)


def test_the_same_text_in_any_form_is_no_edit() -> None:
    composed = attrs.evolve(MESSAGE, text="Café")
    assert edit(composed, "Cafe\u0301") == (composed, None)


def test_a_malformed_text_is_no_edit() -> None:
    with pytest.raises(InvalidValueError):
        edit(MESSAGE, "")


def test_a_deleted_message_is_blank_and_still_counted() -> None:
    deleted, event = delete(MESSAGE)
    assert deleted == attrs.evolve(
        MESSAGE, text="", deleted_at=SENT + SECOND, first_text_digest=text_digest("Hello")
    )
    assert event == MessageDeleted(
        at=SENT + SECOND,
        person_id=ANA,
        policy_version="v1",
        conversation_id=MESSAGE.conversation_id,
        message_id=MESSAGE.id,
    )


def test_a_message_can_be_deleted_at_any_time_and_once() -> None:
    deleted, event = delete(MESSAGE, timedelta(days=400))
    assert event is not None
    assert delete(deleted, timedelta(days=500)) == (deleted, None)


def test_a_deleted_message_is_not_edited() -> None:
    deleted, _ = delete(MESSAGE)
    with pytest.raises(MessageDeletedError) as refusal:
        edit(deleted, "Hallo")
    assert refusal.value.code == "message_deleted"


def test_a_message_knows_its_first_text_whatever_became_of_it() -> None:
    edited, _ = edit(MESSAGE, "Hallo")
    edited_twice, _ = edit(edited, "Servus")
    deleted, _ = delete(edited_twice)
    for message in (MESSAGE, edited, edited_twice, deleted):
        assert message.was_sent_as("Hello")
        assert not message.was_sent_as("Hallo")
        assert not message.was_sent_as("")


def test_what_was_said_is_not_kept_once_deleted() -> None:
    deleted, event = delete(edit(MESSAGE, "Hallo")[0])
    assert "Hello" not in repr((deleted, event))
    assert "Hallo" not in repr((deleted, event))
