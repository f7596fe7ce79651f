"""Pages of lists, ordered by time and id or by number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, or_, tuple_

from application.shared.pages import Page, Position

T = TypeVar("T")


def paged(
    statement: Select[Any], at: ColumnElement[Any], ident: ColumnElement[Any], *, descending: bool
) -> Select[Any]:
    """Order a list, begin it after a position, and cut it after `take` rows."""
    after_at = bindparam("after_at", type_=at.type)
    after_id = bindparam("after_id", type_=ident.type)
    place, after = tuple_(at, ident), tuple_(after_at, after_id)
    order = (at.desc(), ident.desc()) if descending else (at, ident)
    return (
        statement.where(or_(after_at.is_(None), place < after if descending else place > after))
        .order_by(*order)
        .limit(bindparam("take"))
    )


def window(after: Position | None, limit: int) -> dict[str, Any]:
    """Give the parameters of a paged statement: one row more than the page shows."""
    return {
        "after_at": None if after is None else after.at,
        "after_id": None if after is None else after.id,
        "take": limit + 1,
    }


def page(items: Sequence[T], positions: Sequence[Position], limit: int) -> Page[T]:
    """Make a page of what a paged statement gave."""
    if len(items) <= limit:
        return Page(tuple(items), None)
    return Page(tuple(items[:limit]), positions[limit - 1])


LAST_NUMBER = 2**63 - 1
"""The highest that a column of numbers holds."""


def number_after(after: Position | None, otherwise: int, most: int = LAST_NUMBER) -> int:
    """Give the number that a list goes on from.

    Args:
        after: A place in it, whose id a client may have made up.
        otherwise: Where it begins.
        most: The highest number that its column holds.
    """
    return otherwise if after is None else min(after.id.int, most)


def numbered(at: datetime, number: int) -> Position:
    """Give the place of a row in a numbered list."""
    return Position(at, UUID(int=number))
