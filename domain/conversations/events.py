"""What happens in conversations. No event carries what was said."""

from datetime import date

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import ConversationId, MessageId, PersonId


@frozen(kw_only=True)
class ConversationOpened(Event):
    """Two persons can talk from now on; the person is the one named first."""

    conversation_id: ConversationId
    partner_id: PersonId


@frozen(kw_only=True)
class MessageSent(Event):
    """The person sent a message."""

    conversation_id: ConversationId
    message_id: MessageId
    recipient_id: PersonId
    counted_on: date


@frozen(kw_only=True)
class MessageEdited(Event):
    """The person changed the text of a message of theirs."""

    conversation_id: ConversationId
    message_id: MessageId


@frozen(kw_only=True)
class MessageDeleted(Event):
    """The person blanked a message of theirs."""

    conversation_id: ConversationId
    message_id: MessageId


ConversationEvent = ConversationOpened | MessageSent | MessageEdited | MessageDeleted
