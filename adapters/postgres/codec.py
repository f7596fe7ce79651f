"""The one codec between rows and the domain's values."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import attrs
from attrs import AttrsInstance
from cattrs import Converter
from sqlalchemy import Column, Table

T = TypeVar("T")

_TAKEN_AS_THEY_ARE = frozenset({UUID, datetime, date, timedelta, bytes, int, str, bool})


class RowMismatchError(Exception):
    """A row lacks a field of the value it is to become."""


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    # By identity, because an enum is a str too, and must become itself.
    converter.register_structure_hook_func(
        lambda kind: kind in _TAKEN_AS_THEY_ARE, lambda value, _: value
    )
    return converter


_CONVERTER = _converter()


_field_names: dict[type[Any], tuple[str, ...]] = {}


def field_names(cls: type[Any]) -> tuple[str, ...]:
    """Give the names of a class's fields, which are those of its columns."""
    names = _field_names.get(cls)
    if names is None:
        names = _field_names[cls] = tuple(field.name for field in attrs.fields(cls))
    return names


def columns_for(table: Table, cls: type[Any]) -> list[Column[Any]]:
    """Give the columns that hold a class's fields."""
    return [table.c[name] for name in field_names(cls)]


def from_row(cls: type[T], row: Mapping[str, Any]) -> T:
    """Make a value of a row.

    Raises:
        RowMismatchError: The row lacks a field; a default must not stand in for it.
        ForbiddenExtraKeysError: The row has a column that is no field.
    """
    if len(row) < len(field_names(cls)):
        missing = set(field_names(cls)) - set(row)
        raise RowMismatchError(f"{cls.__name__} needs {', '.join(sorted(missing))}")
    return _CONVERTER.structure(row, cls)


def to_row(value: AttrsInstance) -> dict[str, Any]:
    """Make a row of a value: one column for each field."""
    row: dict[str, Any] = _CONVERTER.unstructure(value)
    return row
