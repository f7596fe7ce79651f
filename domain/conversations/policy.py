"""The numbers of conversations that a business may tune."""

from attrs import field, frozen

from ..shared.checks import between


@frozen(kw_only=True)
class ConversationPolicy:
    """Limits on messages; defaults from rules page conversations.

    Attributes:
        message_max_characters: Greatest length of a message's text.
        edit_window_seconds: How long after sending its sender may edit a message.
    """

    message_max_characters: int = field(default=4000, validator=between(1, 4000))
    edit_window_seconds: int = field(default=900, validator=between(0, 86_400))
