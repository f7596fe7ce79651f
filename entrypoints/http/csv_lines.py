"""Tables of comma-separated values."""

import csv
import io
from collections.abc import Iterable

CSV = "text/csv"
"""The media type."""


def csv_line(cells: Iterable[object]) -> str:
    """Write a line of a table; None is an empty cell."""
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
