"""Who takes part in a conversation."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.conversations.conversations import Conversation, ConversationKind, open_pair, pair
from domain.conversations.events import ConversationOpened
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import ConversationId, PersonId

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA, BEN, EVE = (PersonId(UUID(int=number)) for number in (1, 2, 3))
TALK = ConversationId(UUID(int=10))


def opened(opener: PersonId, partner: PersonId) -> tuple[Conversation, ConversationOpened]:
    return open_pair(TALK, opener, partner, policy_version="v1", now=NOW)


def test_a_pair_is_the_same_whoever_is_named_first() -> None:
    assert pair(ANA, BEN) == pair(BEN, ANA) == (ANA, BEN)


def test_nobody_talks_with_themself() -> None:
    for attempt in (lambda: pair(ANA, ANA), lambda: opened(ANA, ANA)):
        with pytest.raises(InvalidValueError) as refusal:
            attempt()
        assert refusal.value.field == "participants"


def test_a_conversation_is_told_of_its_opener() -> None:
    conversation, event = opened(BEN, ANA)
    assert (conversation.id, conversation.kind) == (TALK, ConversationKind.PAIR)
    assert conversation.participants == (ANA, BEN)
    assert conversation.started_at == NOW
    assert event == ConversationOpened(
        at=NOW, person_id=BEN, policy_version="v1", conversation_id=TALK, partner_id=ANA
    )


def test_each_participant_has_the_other_and_a_stranger_has_none() -> None:
    conversation, _ = opened(ANA, BEN)
    assert conversation.other(ANA) == BEN
    assert conversation.other(BEN) == ANA
    with pytest.raises(NotFoundError) as refusal:
        conversation.other(EVE)
    assert refusal.value.code == "not_found"
