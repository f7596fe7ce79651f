"""What commands write on the terminal."""

import io
import sys
from contextlib import suppress

import rich_click as click

_LABEL_WIDTH = 11


def say(label: str, text: str) -> None:
    """Write one line on how things stand; a terminal that is gone stops nothing."""
    with suppress(OSError):
        click.echo(f"{click.style(label.ljust(_LABEL_WIDTH), bold=True)} {text}")


def tell_problem(text: str) -> None:
    """Write one line on what is wrong, for a person, where a program's output does not go."""
    with suppress(OSError):
        click.echo(f"{click.style('Error:', fg='red', bold=True)} {text}", err=True)


def counted(number: int, what: str) -> str:
    """Give a number of things in words."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def write_any_character() -> None:
    """Let a terminal of a small character set show what it lacks as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
