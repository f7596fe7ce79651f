"""Whether `kithkin serve` will find its pepper, as `kithkin doctor` looks for it."""

import os

from entrypoints.cli.checks import Check, fine, wrong
from entrypoints.settings import Settings
from entrypoints.wiring.pepper import FILE, NEEDED


def check_pepper(settings: Settings) -> Check:
    """Look for the secret that hashes are made under."""
    name = "pepper"
    if settings.pepper is not None:
        return fine(name, "KITHKIN_PEPPER is set")
    if settings.memory:
        return fine(name, "each start in memory makes its own")
    if settings.database_url is None:
        file = settings.data / FILE
        is_kept = os.access(file, os.F_OK)
        return fine(name, f"{file} keeps it" if is_kept else f"the first start makes {file}")
    return wrong(name, "KITHKIN_PEPPER is not set, and a database URL needs it", NEEDED)
