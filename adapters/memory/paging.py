"""Pages of lists, ordered by time and id or by number."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from application.shared.pages import Page, Position

T = TypeVar("T")


def paged(
    rows: Iterable[T],
    place: Callable[[T], Position],
    after: Position | None,
    limit: int,
    *,
    newest_first: bool = False,
) -> Page[T]:
    """Order rows by their places, and give those that come after a position."""

    def order(row: T) -> tuple[datetime, UUID]:
        position = place(row)
        return (position.at, position.id)

    found = sorted(rows, key=order, reverse=newest_first)
    if after is not None:
        start = (after.at, after.id)
        found = [
            row for row in found if (order(row) < start if newest_first else order(row) > start)
        ]
    items = tuple(found[:limit])
    return Page(items, place(items[-1]) if len(found) > limit else None)


class Numbered(Protocol):
    """A row of a numbered list."""

    @property
    def at(self) -> datetime:
        """When it was written."""
        ...


N = TypeVar("N", bound=Numbered)


def paged_by_number(
    rows: Iterable[N],
    number: Callable[[N], int],
    after: Position | None,
    limit: int,
    *,
    newest_first: bool = True,
) -> Page[N]:
    """Order rows by their numbers, and give those that come after a position."""
    found = sorted(rows, key=number, reverse=newest_first)
    if after is not None:
        start = after.id.int
        found = [
            row for row in found if (number(row) < start if newest_first else number(row) > start)
        ]
    items = tuple(found[:limit])
    more = len(found) > limit
    return Page(items, Position(items[-1].at, UUID(int=number(items[-1]))) if more else None)
