"""The part of a row that an export shows."""

from typing import Any

import attrs


def own_part(cls: type[Any], row: object, **more: object) -> object:
    """Give the part of a row that is the person's own."""
    names = (field.name for field in attrs.fields(cls))
    return cls(**{name: more[name] if name in more else getattr(row, name) for name in names})
