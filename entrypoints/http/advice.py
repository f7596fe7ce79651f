"""Names the values that can be given where one was given that can't."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import inspect

_NO_SUCH_VALUE = re.compile(r"^Invalid enum value (?P<given>.+)$")


def with_choices(detail: str, declared: Any, path: Sequence[str] = ()) -> str:  # noqa: ANN401 - any type
    """Give what a decoder says is wrong, with the values that it would take.

    Args:
        detail: What the decoder said.
        declared: The type that it was to decode.
        path: Where in it: names of fields, and numbers or `...` for places in lists.
    """
    found = _NO_SUCH_VALUE.match(detail)
    if found is None:
        return detail
    choices = [choice for each in _at(inspect.type_info(declared), path) for choice in _of(each)]
    if not choices:
        return detail
    return f"There is no value {found['given']} here; give one of: {', '.join(choices)}."


def _at(declared: inspect.Type, path: Sequence[str]) -> Iterator[inspect.Type]:
    """Give the types that can stand at a place in another."""
    match declared:
        case inspect.Metadata(type=inner):
            yield from _at(inner, path)
        case inspect.UnionType(types=types):
            for each in types:
                yield from _at(each, path)
        case _ if not path:
            yield declared
        case inspect.StructType(fields=fields):
            for field in fields:
                if field.encode_name == path[0]:
                    yield from _at(field.type, path[1:])
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            yield from _at(item, path[1:])
        case inspect.DictType(value_type=value):
            yield from _at(value, path[1:])


def _of(declared: inspect.Type) -> list[str]:
    match declared:
        case inspect.EnumType(cls=enum):
            return [str(member.value) for member in enum]
        case inspect.LiteralType(values=values):
            return [str(value) for value in values]
        case _:
            return []
