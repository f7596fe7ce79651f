"""Which person a request names or acts for, for its log lines."""

import re
from collections.abc import Mapping
from functools import cache
from uuid import UUID

from litestar.types import Scope
from msgspec import Struct

from entrypoints.http.logs import PERSON_ID

_NAMES = ("person_id", "sender_id", "initiator_id", "reporter_id")
_IN_QUERY = re.compile(rb"(?:^|&)(?:person_id|sender_id)=([0-9a-fA-F-]{32,36})(?:&|$)")


def name_person(person_id: UUID) -> None:
    """Put a person's id on the rest of this request's log lines."""
    PERSON_ID.set(person_id)


def name_person_of_address(scope: Scope) -> None:
    """Name the person in the path of a request, or else the one in its query."""
    parts: Mapping[str, object] = scope["path_params"]
    person_id = parts.get("person_id")
    if isinstance(person_id, UUID):
        name_person(person_id)
    elif scope["query_string"] and (found := _IN_QUERY.search(scope["query_string"])):
        try:
            name_person(UUID(found[1].decode()))
        except ValueError:
            return


def name_person_of_body(body: object) -> None:
    """Name the person in a body, unless the address named one."""
    if not isinstance(body, Struct):
        return
    name = _name_in(type(body))
    if name is not None and PERSON_ID.get() is None:
        person_id = getattr(body, name)
        if isinstance(person_id, UUID):
            name_person(person_id)


@cache
def _name_in(kind: type[Struct]) -> str | None:
    return next((name for name in _NAMES if name in kind.__struct_fields__), None)
