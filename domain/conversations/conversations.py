"""Pair conversations: who takes part."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from ..shared.errors import InvalidValueError, NotFoundError
from ..shared.ids import ConversationId, PersonId
from .events import ConversationOpened


class ConversationKind(StrEnum):
    """Who talks with whom."""

    PAIR = "pair"


@frozen(kw_only=True)
class Conversation:
    """A conversation of two persons.

    Attributes:
        id: The conversation's own.
        kind: Always pair, for two persons.
        participant_a: The participant with the lower id.
        participant_b: The other.
        started_at: When it was opened.
        version: Rises by one at every change that a gate may have read.
    """

    id: ConversationId
    kind: ConversationKind = ConversationKind.PAIR
    participant_a: PersonId
    participant_b: PersonId
    started_at: datetime
    version: int = 1

    @property
    def participants(self) -> tuple[PersonId, PersonId]:
        """The two, the lower id first."""
        return (self.participant_a, self.participant_b)

    def other(self, person_id: PersonId) -> PersonId:
        """Give the participant who is not this one.

        Raises:
            NotFoundError: The person takes no part; they may not know of it.
        """
        if person_id == self.participant_a:
            return self.participant_b
        if person_id == self.participant_b:
            return self.participant_a
        raise no_such_conversation()


def no_such_conversation() -> NotFoundError:
    """Give the error for a conversation that is absent, or not the asker's to know."""
    return NotFoundError(
        "There is no such conversation, or this person takes no part in it; check both ids."
    )


def pair(one: PersonId, two: PersonId) -> tuple[PersonId, PersonId]:
    """Give two persons in the one order in which every pair is kept.

    Raises:
        InvalidValueError: They are one person.
    """
    if one == two:
        raise InvalidValueError("participants", "A conversation takes two different persons.")
    return (one, two) if one < two else (two, one)


def open_pair(
    conversation_id: ConversationId,
    opener_id: PersonId,
    partner_id: PersonId,
    *,
    policy_version: str,
    now: datetime,
) -> tuple[Conversation, ConversationOpened]:
    """Open a conversation between two persons.

    Raises:
        InvalidValueError: They are one person.
    """
    lower, higher = pair(opener_id, partner_id)
    conversation = Conversation(
        id=conversation_id, participant_a=lower, participant_b=higher, started_at=now
    )
    event = ConversationOpened(
        at=now,
        person_id=opener_id,
        policy_version=policy_version,
        conversation_id=conversation_id,
        partner_id=partner_id,
    )
    return conversation, event
