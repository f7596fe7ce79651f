"""What commands write on the terminal."""

import io
import sys
from contextlib import suppress
from contextvars import ContextVar

import rich_click as click
import structlog

from entrypoints.http.logs import configure_logs
from entrypoints.settings import LogFormat

_LABEL_WIDTH = 11
_AS_LOG_LINES: ContextVar[bool] = ContextVar("as_log_lines", default=False)


def say(label: str, text: str) -> None:
    """Write one line on how things stand; a terminal that is gone stops nothing."""
    with suppress(OSError):
        click.echo(f"{click.style(label.ljust(_LABEL_WIDTH), bold=True)} {text}")


def tell_problem(text: str) -> None:
    """Write one line on what is wrong, for a person, where a program's output does not go."""
    with suppress(OSError):
        if _AS_LOG_LINES.get():
            structlog.get_logger("kithkin.cli").error("problem", detail=text)
            return
        click.echo(f"{click.style('Error:', fg='red', bold=True)} {text}", err=True)


def tell_problems_as(log_format: object) -> None:
    """Tell problems as log lines from now on, where a program reads those; else in plain words.

    Args:
        log_format: What the command was given, which may be wrong itself.
    """
    is_json = log_format == LogFormat.JSON
    _AS_LOG_LINES.set(is_json)
    if is_json:
        configure_logs(LogFormat.JSON)


def counted(number: int, what: str) -> str:
    """Give a number of things in words."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def printable(text: str) -> str:
    """Give a text that others wrote on one line, without what would steer the terminal."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
        for character in " ".join(text.split())
    )


def write_any_character() -> None:
    """Let a terminal of a small character set show what it lacks as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
