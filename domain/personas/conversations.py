"""Companion conversations: a person and the companion they talk with."""

from datetime import datetime

from attrs import frozen

from ..shared.ids import ConversationId, PersonId


@frozen(kw_only=True)
class CompanionConversation:
    """A conversation of a person with their companion.

    Attributes:
        id: The conversation's own.
        person_id: Who takes part.
        started_at: When it was opened.
    """

    id: ConversationId
    person_id: PersonId
    started_at: datetime
