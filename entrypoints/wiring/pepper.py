"""The pepper: of the settings, else of a file beside the embedded database, else of memory."""

import secrets

import attrs

from adapters.pepper import PepperFileError, kept_pepper
from domain.identity.pepper import Pepper
from entrypoints.settings import Settings, SettingsError

FILE = "pepper"
NEEDED = (
    "give a secret of 32 or more characters, such as that of `openssl rand -hex 32`, the same for"
    " good and for all servers of the database"
)
_MISSING = f"KITHKIN_PEPPER: a database URL needs it: {NEEDED}"
_OF_MEMORY = Pepper(secrets.token_bytes())


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
    try:
        return attrs.evolve(settings, pepper=kept_pepper(settings.data / FILE))
    except PepperFileError as error:
        raise SettingsError((f"--data: {error}",)) from error


def pepper(settings: Settings) -> Pepper:
    """Give the pepper; memory, which keeps nothing, has one of its own.

    Raises:
        SettingsError: A database that is named by its URL has none, or the kept one cannot be
            read or made.
    """
    if settings.pepper is not None:
        return Pepper(settings.pepper.encode())
    if settings.memory:
        return _OF_MEMORY
    require_pepper(settings)
    return pepper(with_kept_pepper(settings))
