"""A PostgreSQL that can be taken away."""

from contextlib import ExitStack
from pathlib import Path

from adapters.postgres.embedded import embedded_postgres


class Database:
    """A server on a data folder, always at the same address."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._running = ExitStack()

    def start(self) -> str:
        """Start it, and give its URL."""
        return self._running.enter_context(embedded_postgres(self._data))

    def stop(self) -> None:
        """Stop it: who is connected is cut off in the middle of what they do."""
        self._running.close()
