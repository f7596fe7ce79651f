"""Reading a rulebook: TOML that overrides the policies' defaults."""

import difflib
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError, ForbiddenExtraKeysError

from application.shared.rulebook import Policies, Rulebook
from domain.shared.tiers import Tier

UNLIMITED = "unlimited"
_VERSION_CHARACTERS = 16
_LARGEST_FILE_BYTES = 1024 * 1024


class RulebookError(Exception):
    """A rulebook cannot be taken.

    Attributes:
        problems: One line each, with the path of the key it is about.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_rulebook(path: Path | None) -> Rulebook:
    """Give the rulebook of a file, or the defaults where there is none.

    Raises:
        RulebookError: The file cannot be read, is no TOML, or names a wrong key or value.
    """
    return rulebook_of({} if path is None else _toml(path))


def rulebook_of(overrides: Mapping[str, Any]) -> Rulebook:
    """Give the policies with some values replaced.

    Raises:
        RulebookError: A key or value is wrong.
    """
    unknown = tuple(_unknown_keys(overrides, as_numbers(Policies()), ()))
    if unknown:
        raise RulebookError(unknown)
    try:
        policies = _CONVERTER.structure(_merged(as_numbers(Policies()), overrides), Policies)
    except BaseValidationError as error:
        raise RulebookError(tuple(_problems(error))) from error
    return Rulebook(policies, _version(policies))


def as_numbers(policies: Policies) -> dict[str, Any]:
    """Give the policies as plain tables, lists and numbers, as a rulebook writes them."""
    tables: dict[str, Any] = _CONVERTER.unstructure(policies)
    return tables


def _whole_number(value: object, _: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value


def _tier(value: str, _: object) -> Tier:
    return Tier(value)


def _truth(value: object, _: object) -> bool:
    if type(value) is not bool:
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _is_limit(kind: object) -> bool:
    return kind == (int | None)


def _limit(value: object, _: object) -> int | None:
    """Read a limit that need not be; TOML has no word of its own for that."""
    return None if value == UNLIMITED else _whole_number(value, _)


def _written_limit(value: int | None) -> int | str:
    return UNLIMITED if value is None else value


_CONVERTER = Converter(forbid_extra_keys=True)
_CONVERTER.register_structure_hook_func(_is_limit, _limit)
_CONVERTER.register_unstructure_hook_func(_is_limit, _written_limit)
_CONVERTER.register_structure_hook(bool, _truth)
_CONVERTER.register_structure_hook(int, _whole_number)
_CONVERTER.register_structure_hook(Tier, _tier)


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_FILE_BYTES:
            raise RulebookError((f"{path}: the file is larger than 1 MiB",))
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulebookError((f"{path}: cannot be read: {error.strerror}",)) from error
    except (ValueError, RecursionError) as error:
        raise RulebookError((f"{path}: is no TOML: {error}",)) from error


def _version(policies: Policies) -> str:
    canonical = msgspec.json.encode(as_numbers(policies), order="deterministic")
    return hashlib.sha256(canonical).hexdigest()[:_VERSION_CHARACTERS]


def _merged(defaults: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in overrides.items():
        known = merged.get(key)
        both_tables = isinstance(known, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(known, value) if both_tables else value  # type: ignore[arg-type]
    return merged


def _unknown_keys(
    given: Mapping[str, Any], known: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[str]:
    for key, value in given.items():
        where = (*path, key)
        if key not in known:
            yield f"{'.'.join(where)}: there is no such key; {_suggestion(key, known)}"
        elif isinstance(known[key], Mapping):
            if isinstance(value, Mapping):
                yield from _unknown_keys(value, known[key], where)
            else:
                yield f"{'.'.join(where)}: this is a table; write it as [{'.'.join(where)}]"


def _suggestion(key: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(key, list(known), n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(known)}"


def _problems(error: BaseValidationError) -> Iterator[str]:
    for line in transform_error(error, format_exception=_reason):
        reason, _, path = line.rpartition(" @ ")
        yield f"{path.removeprefix('$').removeprefix('.') or 'rulebook'}: {reason}"


def _reason(error: BaseException, _: type[Any] | None) -> str:
    match error:
        case KeyError():
            return f"the key {error} is missing"
        case ForbiddenExtraKeysError():
            return f"there is no key {', '.join(sorted(error.extra_fields))}"
        case _:
            return str(error)
