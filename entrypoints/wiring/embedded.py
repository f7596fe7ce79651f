"""The embedded database of a data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.postgres.embedded import EmbeddedPostgresError, embedded_postgres
from application.shared.transaction import StoreUnavailableError


@contextmanager
def started(data: Path, *, durable: bool = True) -> Iterator[str]:
    """Run the embedded database for as long as the context lasts, and give its URL.

    Raises:
        StoreUnavailableError: It does not start or stop, or another process runs it.
    """
    try:
        with embedded_postgres(data, durable=durable) as url:
            yield url
    except EmbeddedPostgresError as error:
        raise StoreUnavailableError(str(error)) from error
