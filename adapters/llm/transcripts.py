"""Transcripts as a model is shown them: cleaned, bounded, and data behind a fence."""

import json
from collections.abc import Mapping, Sequence

from attrs import frozen

from adapters.llm.cleaning import cleaned, instructs
from application.personas.language_model import InsufficientDataError, Line, Speaker
from domain.shared.ids import MessageId

_MIN_NONCE_CHARACTERS = 16
_LEFT_OUT = "[left out]"
_SPEAKERS = {Speaker.USER: "person", Speaker.ASSISTANT: "companion"}


@frozen
class Extent:
    """How much of a transcript is shown, at most; the latest lines are.

    Attributes:
        lines: How many lines.
        characters: How much text they have together.
    """

    lines: int
    characters: int


REPLY_EXTENT = Extent(lines=40, characters=8_000)
OBSERVE_EXTENT = Extent(lines=250, characters=24_000)


@frozen
class Shown:
    """What is shown of a transcript.

    Attributes:
        text: The lines as JSON between two tags that hold the nonce.
        message_ids: Which message each short id in it stands for.
    """

    text: str
    message_ids: Mapping[str, MessageId]


def spoken(lines: Sequence[Line], extent: Extent = OBSERVE_EXTENT) -> tuple[Line, ...]:
    """Give the latest lines a session can be judged by, cleaned: none that talks to the model."""
    return _latest(lines, extent, "")


def heard(lines: Sequence[Line], extent: Extent = REPLY_EXTENT) -> tuple[Line, ...]:
    """Give the latest lines that a reply goes by, cleaned: what talks to the model is blanked."""
    return _latest(lines, extent, _LEFT_OUT)


def with_own_words(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Give the lines back, if the person said any of them.

    Raises:
        InsufficientDataError: They did not.
    """
    if not any(line.role is Speaker.USER for line in lines):
        raise InsufficientDataError("The person said nothing that can be judged.")
    return lines


def shown(lines: tuple[Line, ...], nonce: str) -> Shown:
    """Put lines behind a fence.

    Raises:
        ValueError: The nonce could be guessed, or could be text of its own.
    """
    if len(nonce) < _MIN_NONCE_CHARACTERS or not (nonce.isascii() and nonce.isalnum()):
        raise ValueError(f"a nonce is {_MIN_NONCE_CHARACTERS} or more ASCII letters and digits")
    names = {f"m{number}": line for number, line in enumerate(lines, start=1)}
    data = [
        {"id": name, "from": _SPEAKERS[line.role], "text": line.text}
        for name, line in names.items()
    ]
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # No line can hold a tag, so none can close the fence even if it knew the nonce.
    written = written.replace("<", "\\u003c").replace(">", "\\u003e")
    return Shown(
        f"<transcript-{nonce}>\n{written}\n</transcript-{nonce}>",
        {name: line.message_id for name, line in names.items()},
    )


def _latest(lines: Sequence[Line], extent: Extent, instead: str) -> tuple[Line, ...]:
    """Give the latest lines that fit; of one that is too long by itself, its beginning."""
    kept: list[Line] = []
    left = extent.characters
    # From the end, so that a long talk costs no more than what is kept of it.
    for line in reversed(lines):
        if len(kept) == extent.lines or left == 0:
            break
        text = cleaned(line.text[: extent.characters]).strip()
        text = (instead if instructs(text) else text)[:left]
        if text:
            kept.append(Line(message_id=line.message_id, role=line.role, text=text))
            left -= len(text)
    return tuple(reversed(kept))
