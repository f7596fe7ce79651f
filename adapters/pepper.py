"""The server's secret, kept in a file that only its owner may read."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

_BYTES = 32


class PepperFileError(Exception):
    """The file cannot be read or made."""


def kept_pepper(file: Path) -> str:
    """Give the secret of a file, made once by whoever asks first.

    Raises:
        PepperFileError: The file cannot be read or made, or holds none.
    """
    try:
        if not file.exists():
            _make(file)
        pepper = file.read_bytes().decode("ascii", "replace").strip()
    except OSError as error:
        raise PepperFileError(f"{file} cannot be used: {error.strerror}") from error
    if len(pepper) < _BYTES or not pepper.isascii():
        raise PepperFileError(
            f"{file} holds no secret; restore it, or remove it for a new one, if there is none"
        )
    return pepper


def _make(file: Path) -> None:
    # Made under another name, which nobody but the owner may read, and linked when it is whole:
    # the second of two that make it at once finds the first one's.
    with NamedTemporaryFile("w", dir=file.parent, encoding="ascii") as fresh:
        fresh.write(secrets.token_hex(_BYTES) + "\n")
        fresh.flush()
        os.fsync(fresh.fileno())
        try:
            file.hardlink_to(fresh.name)
        except FileExistsError:
            return
