"""Pages of lists ordered by time and id."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar
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
