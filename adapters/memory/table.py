"""A table in memory, with the constraints that a database would hold it to."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from adapters.memory.copies import own_copy

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")
Value = TypeVar("Value")

Undo = Callable[[], object]


class ConstraintError(Exception):
    """A row breaks a constraint of its table; nothing was written.

    Attributes:
        constraint: The constraint's name.
    """

    def __init__(self, constraint: str) -> None:
        super().__init__(f"the row breaks the constraint {constraint}")
        self.constraint = constraint


class Table(Generic[Key, Row]):
    """Rows by primary key.

    Rows that can be changed are copied on their way in and out: nobody shares one with the table.
    """

    def __init__(
        self,
        note: Callable[[Undo], None],
        key: Callable[[Row], Key],
        *,
        unique: Mapping[str, Callable[[Row], Hashable | None]] | None = None,
        groups: Mapping[str, Callable[[Row], Iterable[Hashable]]] | None = None,
        references: Mapping[str, tuple["Table[Any, Any]", Callable[[Row], Iterable[Any]]]]
        | None = None,
        checks: Mapping[str, Callable[[Row], bool]] | None = None,
    ) -> None:
        """Declare a table.

        Args:
            note: Is given how to undo each write.
            key: Gives a row's primary key.
            unique: Further keys by name; a row for which one is None takes no part in it.
            groups: Gives the groups in which a row can be found.
            references: Tables, and the keys that a row needs to be there.
            checks: What must be true of each row.
        """
        self._note = note
        self._key = key
        self._unique = dict(unique or {})
        self._groups = dict(groups or {})
        self._references = dict(references or {})
        self._checks = dict(checks or {})
        self._rows: dict[Key, Row] = {}
        self._owners: dict[tuple[str, Hashable], Key] = {}
        self._members: dict[tuple[str, Hashable], dict[Key, None]] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, key: Key) -> Row:
        return own_copy(self._rows[key])

    def get(self, key: Key) -> Row | None:
        """Give the row of a primary key."""
        row = self._rows.get(key)
        return None if row is None else own_copy(row)

    def all(self) -> list[Row]:
        """Give all rows, in no order."""
        return [own_copy(row) for row in self._rows.values()]

    def where(self, wanted: Callable[[Row], bool]) -> list[Row]:
        """Give the rows that are wanted, in no order; the others are not even copied."""
        return [own_copy(row) for row in self._rows.values() if wanted(row)]

    def each(self, value: Callable[[Row], Value]) -> list[Value]:
        """Give something immutable of each row, in no order, without a copy of the row."""
        return [value(row) for row in self._rows.values()]

    def by(self, unique: str, value: Hashable) -> Row | None:
        """Give the row that has this value of a unique key."""
        key = self._owners.get((unique, value))
        return None if key is None else self.get(key)

    def group(self, name: str, value: Hashable) -> list[Row]:
        """Give the rows of a group, in no order."""
        members = self._members.get((name, value), ())
        return [own_copy(self._rows[key]) for key in members]

    def insert(self, row: Row) -> None:
        """Add a row.

        Raises:
            ConstraintError: It breaks a constraint.
        """
        if self._key(row) in self._rows:
            raise ConstraintError("primary key")
        self._write(self._key(row), row)

    def put(self, row: Row) -> None:
        """Add a row, or replace the one that has its primary key.

        Raises:
            ConstraintError: It breaks a constraint.
        """
        self._write(self._key(row), row)

    def delete(self, key: Key) -> bool:
        """Remove a row; tell whether there was one."""
        if key not in self._rows:
            return False
        self._write(key, None)
        return True

    def _write(self, key: Key, row: Row | None) -> None:
        before = self._rows.get(key)
        after = own_copy(row)
        if after is not None:
            self._hold_to_constraints(key, after)
        self._swap(key, before, after)
        self._note(lambda: self._swap(key, after, before))

    def _hold_to_constraints(self, key: Key, row: Row) -> None:
        for name, check in self._checks.items():
            if not check(row):
                raise ConstraintError(name)
        for name, (table, needed) in self._references.items():
            if not all(wanted in table for wanted in needed(row)):
                raise ConstraintError(name)
        for owned in self._owned(row):
            if self._owners.get(owned, key) != key:
                raise ConstraintError(owned[0])

    def _swap(self, key: Key, old: Row | None, new: Row | None) -> None:
        if old is not None:
            for owned in self._owned(old):
                del self._owners[owned]
            for joined in self._joined(old):
                del self._members[joined][key]
            del self._rows[key]
        if new is not None:
            for owned in self._owned(new):
                self._owners[owned] = key
            for joined in self._joined(new):
                self._members.setdefault(joined, {})[key] = None
            self._rows[key] = new

    def _owned(self, row: Row) -> list[tuple[str, Hashable]]:
        values = ((name, value(row)) for name, value in self._unique.items())
        return [(name, value) for name, value in values if value is not None]

    def _joined(self, row: Row) -> list[tuple[str, Hashable]]:
        return [(name, value) for name, values in self._groups.items() for value in values(row)]
