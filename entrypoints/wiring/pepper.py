"""The pepper: a secret key of hashes, kept apart from the database that holds them."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

import attrs

from entrypoints.settings import Settings, SettingsError

_RANDOM_BYTES = 32
_FILE = "pepper"
_MISSING = (
    "KITHKIN_PEPPER: a database URL needs it: give a secret of 32 or more characters, such as that"
    " of `openssl rand -hex 32`, the same for good and for all servers of the database"
)


def require_pepper(settings: Settings) -> None:
    """Make sure that a database that is named by its URL has a pepper.

    Raises:
        SettingsError: It has none.
    """
    if settings.database_url is not None and settings.pepper is None:
        raise SettingsError((_MISSING,))


def with_kept_pepper(settings: Settings) -> Settings:
    """Give settings with a pepper; one that is not given is kept in the data folder.

    Raises:
        SettingsError: The kept one cannot be read or made.
    """
    if settings.pepper is not None:
        return settings
    file = settings.data / _FILE
    try:
        with suppress(FileExistsError):
            _make(file)
        return attrs.evolve(settings, pepper=file.read_text("ascii").strip())
    except OSError as error:
        raise SettingsError((f"--data: {file} cannot be used: {error.strerror}",)) from error


def pepper(settings: Settings) -> bytes:
    """Give the key itself; memory, which keeps nothing, has one of its own.

    Raises:
        SettingsError: The settings have none.
    """
    if settings.pepper is not None:
        return settings.pepper.encode()
    if settings.memory:
        return _OF_MEMORY
    raise SettingsError((_MISSING,))


_OF_MEMORY = secrets.token_bytes(_RANDOM_BYTES)


def _make(file: Path) -> None:
    """Write it whole or not at all, readable by its owner alone."""
    if file.exists():
        raise FileExistsError
    draft = file.with_name(f"{_FILE}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as opened:
            opened.write(secrets.token_hex(_RANDOM_BYTES) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        # Unlike a rename, a link never replaces what another process made meanwhile.
        os.link(draft, file)
    finally:
        draft.unlink()
