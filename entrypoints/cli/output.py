"""What commands write on standard output: for a person to read, or for a program."""

import sys
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec
import rich_click as click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from entrypoints.cli.terminal import printable

_WIDE = 1000  # where no terminal bounds it


def write_json(value: object) -> None:
    """Write a value as the only thing on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)))


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Collection[str] = ()
) -> None:
    """Write rows under headings, without what would steer the terminal.

    A terminal folds what is too wide for it, but for the first column: it holds ids, which are
    there to be copied.

    Args:
        columns: The headings.
        rows: The cells, as many in each row as there are columns.
        numbers: The columns that are aligned to the right.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    table = Table(box=None, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(
            column,
            justify="right" if column in numbers else "left",
            overflow="fold",
            no_wrap=place == 0,
            min_width=None if place else max((cell_len(row[0]) for row in cells), default=0),
        )
    for row in cells:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else _WIDE
    Console(highlight=False, markup=False, width=width).print(table)


def instant(at: datetime | None) -> str:
    """Write an instant to be read; a dash for none."""
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
