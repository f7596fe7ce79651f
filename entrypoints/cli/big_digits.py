"""Numbers that are seen from afar, in characters that every terminal has."""

from rich.text import Text

_ROWS = (
    " _     _  _     _  _  _  _  _ ",
    "| |  | _| _||_||_ |_   ||_||_|",
    "|_|  ||_  _|  | _||_|  ||_| _|",
)
_WIDTH = 3


def big(number: int, style: str) -> Text:
    """Draw a number in three rows."""
    drawn = [
        " ".join(row[_WIDTH * int(digit) :][:_WIDTH] for digit in str(number)) for row in _ROWS
    ]
    return Text("\n".join(drawn), style=style, no_wrap=True)
