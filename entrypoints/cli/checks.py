"""What can be wrong with an installation, apart from its database."""

import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import rich_click as click
from attrs import frozen

from entrypoints.cli.listener import listening
from entrypoints.settings import Settings, SettingsError, read_settings
from entrypoints.wiring.rulebook import effective_rulebook

_OLDEST_PYTHON = (3, 11)
_ZONE = "Asia/Kolkata"
_GIB = 2**30
_SECONDS = 3


class Verdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@frozen
class Check:
    """One thing that was looked at.

    Attributes:
        name: What it is.
        verdict: What came of it.
        detail: What was found.
        mend: What to do about it, if it is a problem.
    """

    name: str
    verdict: Verdict
    detail: str
    mend: str | None = None


def fine(name: str, detail: str) -> Check:
    """Give a check that found nothing wrong."""
    return Check(name, Verdict.OK, detail)


def wrong(name: str, detail: str, mend: str) -> Check:
    """Give a check that found a problem."""
    return Check(name, Verdict.PROBLEM, detail, mend)


def skipped(name: str, detail: str) -> Check:
    """Give a check that could not be made, or has nothing to look at."""
    return Check(name, Verdict.SKIPPED, detail)


def check_machine() -> Iterator[Check]:
    """Look at what is installed."""
    yield _check_python()
    yield _check_packages()
    yield _check_zones()


def check_settings(
    environment: Mapping[str, str], flags: Mapping[str, str | None]
) -> tuple[Check, Settings | None]:
    """Look at the settings, and give them if they are right."""
    name = "settings"
    try:
        settings = read_settings(environment, **flags)
    except SettingsError as error:
        return wrong(name, "; ".join(error.problems), "correct these flags or variables"), None
    return fine(name, "flags and environment are right"), settings


def check_rulebook(settings: Settings) -> Check:
    """Look at the rulebook."""
    name = "rulebook"
    try:
        rulebook = effective_rulebook(settings.rulebook)
    except SettingsError as error:
        return wrong(name, "; ".join(error.problems), "correct these lines of the file")
    return fine(name, f"{settings.rulebook or 'the defaults'}, version {rulebook.version}")


def keeps_folder(settings: Settings) -> bool:
    """Tell whether a server with these settings keeps what it stores in its data folder."""
    return not settings.memory and settings.database_url is None


def check_disk(settings: Settings) -> Check:
    """Look at the room that is left for the data."""
    name = "disk space"
    if not keeps_folder(settings):
        return skipped(name, "nothing is stored on this disk with these settings")
    free = shutil.disk_usage(nearest(settings.data)).free
    detail = f"{free / _GIB:.1f} GiB are free for {settings.data}"
    return fine(name, detail) if free >= _GIB else wrong(name, detail, "free at least 1 GiB")


def check_port(settings: Settings) -> Check:
    """Look at who has the port."""
    name, where = "port", f"{settings.host}:{settings.port}"
    try:
        with listening(settings.host, settings.port):
            return fine(name, f"{where} is free")
    except click.ClickException as error:
        problem = error.format_message()
    connection = HTTPConnection(settings.host, settings.port, timeout=_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return _check_answer(name, where, connection.getresponse())
    except (OSError, HTTPException):
        return wrong(name, problem, "give another --host or --port, or stop what runs there")
    finally:
        connection.close()


def _is_ready(body: bytes) -> bool:
    try:
        told = json.loads(body)
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("status") == "ok" and "parts" in told


def nearest(path: Path) -> Path:
    """Give a path itself, or the nearest folder above it that exists."""
    return next(place for place in (path, *path.resolve().parents) if place.exists())


def _check_answer(name: str, where: str, answer: HTTPResponse) -> Check:
    body = answer.read()
    if answer.status == HTTPStatus.OK and _is_ready(body):
        return fine(name, f"Kithkin serves on {where}")
    if b"urn:kithkin:problem" in body:
        return wrong(name, f"Kithkin on {where} is not ready", "see the checks of its database")
    return wrong(name, f"another program serves on {where}", "stop it, or give another --port")


def _check_python() -> Check:
    detail = "Python " + ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _OLDEST_PYTHON:
        return fine("python", detail)
    return wrong("python", detail, "install Kithkin with Python 3.11 or newer")


def _check_packages() -> Check:
    name = "packages"
    try:
        needed = metadata.requires("kithkin") or []
    except metadata.PackageNotFoundError:
        return wrong(name, "kithkin itself is not installed", "run `make install`")
    names = [
        found[0]
        for line in needed
        if "extra ==" not in line and (found := re.match(r"[\w.-]+", line))
    ]
    missing = [package for package in names if not _is_installed(package)]
    if missing:
        return wrong(name, f"missing: {', '.join(missing)}", "run `make install`")
    return fine(name, f"all {len(names)} are installed")


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _check_zones() -> Check:
    name = "time zones"
    try:
        ZoneInfo(_ZONE)
    except (ZoneInfoNotFoundError, OSError):
        return wrong(name, f"{_ZONE} is not known", "install the package tzdata")
    return fine(name, "the time zone data is there")
