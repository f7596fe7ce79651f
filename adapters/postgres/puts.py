"""The statement that adds a row, or replaces the one that has its key."""

from collections.abc import Iterable

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.executor import Statement


def put_statement(table: Table, names: Iterable[str], *keys: str) -> Statement:
    """Give the statement that adds a row, or replaces all of it but its key.

    Args:
        table: Where the row is kept.
        names: The columns that are given, each by the parameter of its name.
        keys: Those of them that tell rows apart.
    """
    given = tuple(names)
    row = insert(table).values({name: bindparam(name) for name in given})
    changed = {name: row.excluded[name] for name in given if name not in keys}
    return Statement(row.on_conflict_do_update(index_elements=keys, set_=changed))
