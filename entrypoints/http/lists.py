"""Lists, a page at a time, with opaque cursors."""

import base64
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from application.shared.pages import Page, Position
from domain.shared.calendar import instant
from domain.shared.errors import InvalidValueError

S = TypeVar("S")
T = TypeVar("T")

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
_MAX_CURSOR_CHARACTERS = 200

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT, description="How many items to give")]
Cursor = Annotated[
    str | None,
    QueryParameter(
        max_length=_MAX_CURSOR_CHARACTERS,
        description="The `next_cursor` of the page before; leave it out for the first page",
    ),
]


class ListBody(Struct, Generic[T]):
    """A page of a list."""

    items: list[T]
    next_cursor: Annotated[
        str | None, Meta(description="Where the next page begins; null on the last one")
    ]


def position(cursor: str | None) -> Position | None:
    """Give the place that a cursor stands for.

    Raises:
        InvalidValueError: It is no cursor of ours.
    """
    if cursor is None:
        return None
    try:
        at, ident = msgspec.json.decode(
            base64.b64decode(cursor.encode(), altchars=b"-_", validate=True),
            type=tuple[datetime, UUID],
        )
        return Position(instant("cursor", at), ident)
    except (ValueError, InvalidValueError) as error:
        raise InvalidValueError(
            "cursor", "This is no cursor; pass on a next_cursor as it was given."
        ) from error


def list_body(page: Page[S], show: Callable[[S], T]) -> ListBody[T]:
    """Give a page as the API shows it."""
    items: Iterable[T] = map(show, page.items)
    return ListBody(items=list(items), next_cursor=_cursor(page.last))


def _cursor(last: Position | None) -> str | None:
    if last is None:
        return None
    return base64.urlsafe_b64encode(msgspec.json.encode((last.at, last.id))).decode()
