"""Tables whose rows have versions."""

from typing import TypeVar

import attrs

from adapters.memory.table import Key, Table
from application.shared.transaction import ConcurrentUpdateError
from domain.conversations.conversations import Conversation
from domain.identity.persons import Person
from domain.video.calls import Call
from domain.video.credits import CreditAccounts
from domain.video.video_messages import VideoMessage

Versioned = TypeVar("Versioned", bound=Person | Conversation | Call | VideoMessage | CreditAccounts)


class VersionedTable(Table[Key, Versioned]):
    """Rows that are only changed by those who know their version."""

    def revise(self, version: int, after: Versioned) -> Versioned:
        """Replace the row of this version by a changed one; give it with the next version.

        Raises:
            ConcurrentUpdateError: The row is not of this version.
            ConstraintError: The new row breaks a constraint.
        """
        stored = self.get(self._key(after))
        if stored is None or stored.version != version:
            raise ConcurrentUpdateError
        raised = attrs.evolve(after, version=version + 1)
        self.put(raised)
        return raised
