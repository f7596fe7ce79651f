"""A throw-away PostgreSQL for tests, and databases on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from sqlalchemy import make_url
from uuid_utils.compat import uuid7

from adapters.postgres.embedded import embedded_postgres
from adapters.postgres.migrate import migrate


@contextmanager
def throw_away_postgres() -> Iterator[str]:
    """Runs a server in a folder of its own.

    The folder is not pytest's: that closes the folders above it, and under root PostgreSQL runs
    as another user.
    """
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with embedded_postgres(Path(folder, "data"), durable=False) as url:
            yield url


async def empty_database(server_url: str) -> str:
    """Makes a database without tables and gives its URL."""
    return await _new_database(server_url, "template1")


async def migrated_database(server_url: str) -> str:
    """Makes a database with all tables and nothing in them, and gives its URL.

    It is a copy: to go through all migrations takes far longer.
    """
    if server_url not in _migrated:
        url = await empty_database(server_url)
        await migrate(url)
        _migrated[server_url] = make_url(url).database or ""
    return await _new_database(server_url, _migrated[server_url])


_migrated: dict[str, str] = {}
"""The database to copy, by server."""


async def _new_database(server_url: str, template: str) -> str:
    name = f"test_{uuid7().hex}"
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()
    return server_url.replace("/kithkin?", f"/{name}?")
