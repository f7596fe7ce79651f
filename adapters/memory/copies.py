"""Copies of what goes in and out of the memory store, so that nobody shares anything with it."""

import copy
from functools import cache
from typing import TypeVar

import attrs

T = TypeVar("T")


def own_copy(value: T) -> T:
    """Give a copy; what can never change is as good as one of itself."""
    kind: type[object] = type(value)
    return value if _is_frozen(kind) else copy.copy(value)


@cache
def _is_frozen(kind: type[object]) -> bool:
    return attrs.has(kind) and attrs.inspect(kind).is_frozen
