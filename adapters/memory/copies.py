"""Copies of what goes in and out of the memory store, so that nobody shares anything with it."""

import copy
from typing import TypeVar

import attrs

T = TypeVar("T")


_frozen: dict[type, bool] = {}


def own_copy(value: T) -> T:
    """Give a copy; what can never change is as good as one of itself."""
    kind = type(value)
    if kind not in _frozen:
        _frozen[kind] = attrs.has(kind) and attrs.inspect(kind).is_frozen
    return value if _frozen[kind] else copy.copy(value)
