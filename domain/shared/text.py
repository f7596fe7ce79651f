"""Text that people type in: normal form, limits, and what no text may hold."""

import re
import unicodedata
from urllib.parse import urlsplit

from .errors import InvalidValueError

MAX_URL_CHARACTERS = 2048
"""Of any address that is kept."""

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def clean_text(field: str, text: str, *, max_characters: int) -> str:
    """Give the text in Unicode normal form C.

    Args:
        field: The input's name, for the error.
        text: What was typed in.
        max_characters: The greatest length after normalisation, in code points.

    Raises:
        InvalidValueError: It is empty or only white space, too long, or holds NUL or
            an unpaired surrogate.
    """
    if "\x00" in text:
        raise InvalidValueError(field, "The text holds a NUL character; remove it.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidValueError(
            field, "The text holds an unpaired surrogate; send well-formed Unicode."
        )
    text = unicodedata.normalize("NFC", text)
    if len(text) > max_characters:
        raise InvalidValueError(
            field,
            f"The text has {len(text)} characters; at most {max_characters} are taken; shorten it.",
        )
    if not text.strip():
        raise InvalidValueError(field, "The text is empty; write something.")
    return text


def clean_line(field: str, text: str, *, max_characters: int) -> str:
    """Give a one-line text, trimmed and in Unicode normal form C.

    Raises:
        InvalidValueError: As `clean_text` does, or it holds a control character.
    """
    line = clean_text(field, text, max_characters=max_characters).strip()
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in line):
        raise InvalidValueError(
            field, "The text holds a line break or control character; remove it."
        )
    return line


def is_snake_case(text: str, max_characters: int) -> bool:
    """Tell whether a text is lower-case words and numbers joined by `_`, and short enough."""
    return len(text) <= max_characters and _SNAKE_CASE.fullmatch(text) is not None


def is_web_address(url: str) -> bool:
    """Tell whether a text is a full http or https address without spaces."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and " " not in url
