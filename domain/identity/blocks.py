"""Blocks: from that moment the two can neither message, call, match nor see each other."""

from datetime import datetime

from attrs import frozen

from ..shared.errors import InvalidValueError
from ..shared.ids import PersonId


@frozen(kw_only=True)
class Block:
    """One person shuts another out; it works both ways.

    Attributes:
        blocker_id: Who blocks.
        blocked_id: Who is blocked.
        created_at: Since when.
    """

    blocker_id: PersonId
    blocked_id: PersonId
    created_at: datetime


def block(blocker_id: PersonId, blocked_id: PersonId, now: datetime) -> Block:
    """Make a block.

    Raises:
        InvalidValueError: The two are one person.
    """
    if blocker_id == blocked_id:
        raise InvalidValueError("other_id", "A person cannot block themself; name another.")
    return Block(blocker_id=blocker_id, blocked_id=blocked_id, created_at=now)
