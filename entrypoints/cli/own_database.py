"""The database that `kithkin serve` runs on: one that is there, or its own."""

import time
from contextlib import ExitStack

from entrypoints.cli.terminal import say
from entrypoints.settings import Settings
from entrypoints.wiring.embedded import started


def start_database(settings: Settings, running: ExitStack) -> str | None:
    """Give the database's URL; an embedded one runs until `running` ends. Memory needs none.

    Raises:
        StoreUnavailableError: The embedded one does not start, or another process runs it.
    """
    if settings.memory:
        return None
    if settings.database_url is not None:
        say("PostgreSQL", "the one that the database URL names")
        return settings.database_url
    data = settings.data.resolve()
    say("PostgreSQL", f"starting on {data}")
    began = time.monotonic()
    url = running.enter_context(started(data))
    say("PostgreSQL", f"ready after {time.monotonic() - began:.1f} s")
    return url
