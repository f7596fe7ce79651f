"""Adds to what a decoder says is wrong what it would take: the values there are, or an example."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import inspect

_NO_SUCH_VALUE = re.compile(r"^Invalid enum value (?P<given>.+)$")
_NOT_OF_THE_FORM = re.compile(r"^Expected `str` matching regex ")


def with_advice(
    detail: str,
    declared: Any,  # noqa: ANN401 - any type
    path: Sequence[str] = (),
    example: object = None,
) -> str:
    """Give what a decoder says is wrong, with what it would take.

    Args:
        detail: What the decoder said.
        declared: The type that it was to decode.
        path: Where in it: names of fields, and numbers or `...` for places in lists.
        example: A value that is taken, where the type itself names none.
    """
    if found := _NO_SUCH_VALUE.match(detail):
        types = [_bare(one) for one in _at(inspect.type_info(declared), path)]
        choices = [choice for one in types for choice in _choices(one)]
        if choices:
            given, listed = found["given"], ", ".join(choices)
            return f"There is no value {given} here; give one of: {listed}."
    elif _NOT_OF_THE_FORM.match(detail):
        known = (_example(one) for one in _at(inspect.type_info(declared), path))
        like = next((one for one in known if one is not None), example)
        if like is not None:
            return f"{detail}; give one like {like!r}."
    return detail


def _at(declared: inspect.Type, path: Sequence[str]) -> Iterator[inspect.Type]:
    """Give the types that can stand at a place in another, with what is said of each."""
    match _bare(declared):
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


def _bare(declared: inspect.Type) -> inspect.Type:
    return declared.type if isinstance(declared, inspect.Metadata) else declared


def _choices(declared: inspect.Type) -> list[str]:
    match declared:
        case inspect.EnumType(cls=enum):
            return [str(member.value) for member in enum]
        case inspect.LiteralType(values=values):
            return [str(value) for value in values]
        case _:
            return []


def _example(declared: inspect.Type) -> object:
    if not isinstance(declared, inspect.Metadata):
        return None
    return next(iter((declared.extra_json_schema or {}).get("examples", ())), None)
