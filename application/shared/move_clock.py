"""Move the time that everything runs on, for tests."""

from datetime import datetime

from attrs import frozen

from application.shared.clock import MovableClock
from domain.shared.calendar import instant
from domain.shared.errors import ConflictError


class ClockWouldGoBackError(ConflictError):
    """Time never goes backwards."""

    code = "clock_would_go_back"


@frozen
class MoveClock:
    """Moves the test clock forward."""

    clock: MovableClock

    async def __call__(self, at: datetime) -> datetime:
        """Move to an instant and give it.

        Raises:
            InvalidValueError: The instant has no zone, or lies beyond the calendar.
            ClockWouldGoBackError: It lies before the clock's time.
        """
        wanted = instant("now", at)
        moved = await self.clock.move_to(wanted)
        if moved > wanted:
            raise ClockWouldGoBackError(
                f"The clock already stands at {moved.isoformat()}; give a later time."
            )
        return moved
