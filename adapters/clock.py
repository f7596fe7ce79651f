"""The real time."""

from datetime import UTC, datetime

from attrs import frozen


@frozen
class SystemClock:
    """Tells the machine's time."""

    async def now(self) -> datetime:
        """Give the present instant, in UTC."""
        return datetime.now(UTC)
