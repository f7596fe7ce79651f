"""The time that rules run on."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, in UTC."""

    async def now(self) -> datetime:
        """Give the present instant."""
        ...


class MovableClock(Clock, Protocol):
    """A clock for tests: it stands still until it is moved, and only moves forward."""

    async def move_to(self, at: datetime) -> datetime:
        """Move to an instant, unless it is already later; give the time after that."""
        ...
