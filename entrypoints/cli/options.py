"""Flags that several commands have."""

from collections.abc import Callable
from typing import Any, TypeVar

import rich_click as click

C = TypeVar("C", bound=Callable[..., Any])
EXAMPLE_ID = "0198a5c4-7e02-7b11-8a00-1f3c5d7e9b22"
"""An id as the examples of commands show one."""

data = click.option("--data", metavar="DIR", help="Folder of the embedded database. [.kithkin]")
database_url = click.option(
    "--database-url", metavar="URL", help="A PostgreSQL 15 or newer to use instead."
)
rulebook = click.option("--rulebook", metavar="FILE", help="TOML that overrides the rules.")
test_clock = click.option(
    "--test-clock",
    is_flag=True,
    default=None,
    help="Go by the test clock, as the server does that was started with this flag.",
)
job_slots = click.option("--job-slots", metavar="N", help="Jobs worked on at once. [4]")
person: Callable[[C], C] = click.argument("person", metavar="PERSON", type=click.UUID)
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON and nothing else.")


def database(command: C) -> C:
    """Give a command the flags that say where the database is."""
    return data(database_url(command))
