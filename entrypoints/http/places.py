"""Places in the log of events, as clients pass them on."""

import base64

from domain.shared.errors import InvalidValueError

MAX_PLACE_CHARACTERS = 200
_MOST = (1 << 63) - 1


def place_of(position: int) -> str:
    """Give a position in the form in which clients see it."""
    return base64.urlsafe_b64encode(f"e{position}".encode()).decode()


def position_at(field: str, place: str) -> int:
    """Give the position that a client passes on.

    Raises:
        InvalidValueError: It is no place of ours.
    """
    try:
        text = base64.b64decode(place.encode("ascii"), altchars=b"-_", validate=True).decode()
        position = int(text[1:]) if text[:1] == "e" and text[1:].isdecimal() else -1
    except ValueError:
        position = -1
    if not 0 <= position <= _MOST or place_of(position) != place:
        raise InvalidValueError(field, "This is no place in the log; pass one on as it was given.")
    return position
