"""The rulebook, for those who read or check it."""

from pathlib import Path
from typing import Any

from adapters.rulebook import RulebookError, as_numbers, read_rulebook
from application.shared.rulebook import Rulebook
from entrypoints.settings import SettingsError


def effective_rulebook(path: Path | None) -> Rulebook:
    """Give the policies in force: the defaults, overridden by a file if there is one.

    Raises:
        SettingsError: The file cannot be taken; it names all that is wrong.
    """
    try:
        return read_rulebook(path)
    except RulebookError as error:
        raise SettingsError(tuple(_line(problem, path) for problem in error.problems)) from error


def as_tables(rulebook: Rulebook) -> dict[str, Any]:
    """Give the policies as plain tables, lists and numbers, as a rulebook file holds them."""
    return as_numbers(rulebook.policies)


def _line(problem: str, path: Path | None) -> str:
    file = str(path)
    return problem if problem.startswith(file) else f"{file}: {problem}"
