"""What commands write for a program to read."""

import msgspec
import rich_click as click


def write_json(value: object) -> None:
    """Write a value as the only thing on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value)))
