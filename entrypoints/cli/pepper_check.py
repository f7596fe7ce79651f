"""Whether `kithkin serve` will find its pepper, as `kithkin doctor` looks for it."""

from entrypoints.cli.checks import Check, fine, wrong
from entrypoints.settings import Settings
from entrypoints.wiring.pepper import FILE, NEEDED


def check_pepper(settings: Settings) -> Check:
    """Look for the secret that hashes are made under."""
    name = "pepper"
    if settings.pepper is not None:
        return fine(name, "KITHKIN_PEPPER is set")
    if settings.database_url is None:
        return fine(name, f"{settings.data / FILE} keeps it")
    return wrong(name, "KITHKIN_PEPPER is not set, and a database URL needs it", NEEDED)
