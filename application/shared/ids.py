"""New ids."""

from collections.abc import Callable
from uuid import UUID

NewId = Callable[[], UUID]
"""Gives a new UUIDv7: ids made later sort later."""
