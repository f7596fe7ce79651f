"""What is said to whoever may not do something with a conversation or a message."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import attrs
import pytest

from domain.conversations.conversations import no_such_conversation, open_pair, pair
from domain.conversations.messages import (
    EditRefusedError,
    Message,
    MessageDeletedError,
    checked_client_message_id,
    delete,
    edit,
    erased,
    no_such_message,
)
from domain.conversations.policy import ConversationPolicy
from domain.shared.decisions import Reason
from domain.shared.errors import DomainError, InvalidValueError, NotFoundError
from domain.shared.ids import ConversationId, MessageId, PersonId

SENT = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = SENT + timedelta(hours=1)
ANA, BEN, EVE = (PersonId(UUID(int=number)) for number in (1, 2, 3))
TALK = ConversationId(UUID(int=10))
MESSAGE = Message(
    id=MessageId(UUID(int=20)),
    conversation_id=TALK,
    sender_id=ANA,
    text="Hello",
    client_message_id="one",
    counted_on=date(2026, 3, 2),
    daily_number=1,
    daily_limit=10,
    policy_version="v0",
    created_at=SENT,
)


def edited(message: Message, by: PersonId = ANA, after: timedelta = timedelta(hours=1)) -> object:
    return edit(
        message,
        by,
        "Hallo",
        policy=ConversationPolicy(edit_window_seconds=1800),
        policy_version="v1",
        now=message.created_at + after,
    )


NO_CONVERSATION = (
    "There is no such conversation, or this person takes no part in it; check both ids."
)
NO_MESSAGE = "There is no such message in this conversation, or it is not this person's to change."
OPENED, _ = open_pair(TALK, ANA, BEN, policy_version="v1", now=SENT)


@pytest.mark.parametrize(
    ("attempt", "error", "says"),
    [
        (lambda: OPENED.other(EVE), NotFoundError, NO_CONVERSATION),
        pytest.param(lambda: edited(MESSAGE, by=BEN), NotFoundError, NO_MESSAGE, id="edit"),
        pytest.param(
            lambda: delete(MESSAGE, BEN, policy_version="v1", now=SENT),
            NotFoundError,
            NO_MESSAGE,
            id="delete",
        ),
        (
            lambda: edited(erased(MESSAGE, SENT)),
            MessageDeletedError,
            "The message was deleted; send a new one instead.",
        ),
    ],
)
def test_a_refusal_says_what_to_do(
    attempt: Callable[[], object], error: type[DomainError], says: str
) -> None:
    with pytest.raises(error) as refusal:
        attempt()
    assert refusal.value.detail == says


@pytest.mark.parametrize(
    ("attempt", "field", "says"),
    [
        (
            lambda: pair(ANA, ANA),
            "participants",
            "A conversation takes two different persons.",
        ),
        (
            lambda: checked_client_message_id("x" * 129),
            "client_message_id",
            "Give 1 to 128 printable ASCII characters.",
        ),
    ],
)
def test_a_value_that_is_wrong_by_itself_is_named(
    attempt: Callable[[], object], field: str, says: str
) -> None:
    with pytest.raises(InvalidValueError) as refusal:
        attempt()
    assert (refusal.value.field, refusal.value.detail) == (field, says)


def test_what_is_not_there_is_said_as_what_is_not_ones_own() -> None:
    assert no_such_conversation().detail == NO_CONVERSATION
    assert no_such_message().detail == NO_MESSAGE


def test_an_edit_that_comes_too_late_is_explained() -> None:
    with pytest.raises(EditRefusedError) as refusal:
        edited(MESSAGE, after=timedelta(minutes=31, milliseconds=900))
    says = "A message can be edited for 30 minutes after it was sent; send a new one instead."
    assert refusal.value.detail == says
    assert refusal.value.reasons == (
        Reason(
            rule="edit_window",
            satisfied=False,
            detail=says,
            inputs={"age_seconds": 1860},
            threshold=1800,
            changed_by=("send_a_message",),
        ),
    )


def test_of_an_erased_senders_message_only_that_there_was_one_stays() -> None:
    told = attrs.evolve(MESSAGE, edited_at=SENT, first_text_digest=b"digest")
    gone = attrs.evolve(
        MESSAGE,
        text="",
        client_message_id=None,
        edited_at=SENT,
        deleted_at=LATER,
        first_text_digest=None,
    )
    assert erased(told, LATER) == gone
    assert erased(gone, LATER + timedelta(days=1)) == gone


def test_a_window_is_named_as_the_business_chose_it() -> None:
    policy = ConversationPolicy(edit_window_seconds=90)
    with pytest.raises(EditRefusedError) as refused:
        edit(MESSAGE, ANA, "Hallo", policy=policy, policy_version="v1", now=LATER)
    assert refused.value.detail == (
        "A message can be edited for 90 seconds after it was sent; send a new one instead."
    )
