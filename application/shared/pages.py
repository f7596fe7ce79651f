"""Lists, a page at a time."""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from attrs import frozen

T = TypeVar("T")


@frozen
class Position:
    """A place in a list ordered by time and id; it stays where it is under inserts."""

    at: datetime
    id: UUID


@frozen
class Page(Generic[T]):
    """Some items of a list, and where the next ones begin.

    Attributes:
        items: In the list's order.
        last: The place of the last item, if more follow.
    """

    items: tuple[T, ...]
    last: Position | None
