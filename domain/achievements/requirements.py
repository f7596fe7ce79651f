"""Requirements: data that says what has to be reached, and how far a person is."""

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from attrs import frozen

from ..shared.errors import InvalidValueError
from .metrics import METRICS

MAX_DEPTH = 4
"""How deep groups may lie in each other (rules/achievements)."""

MAX_LEAVES = 50
"""How many conditions a requirement may have in all."""

MAX_AT_LEAST = 1_000_000_000
"""The greatest threshold."""

_ALL, _ANY = "all", "any"


@frozen
class AtLeast:
    """A metric has to have reached a number."""

    metric: str
    at_least: int


@frozen
class AllOf:
    """Every part has to be met."""

    parts: "tuple[Requirement, ...]"


@frozen
class AnyOf:
    """One part has to be met."""

    parts: "tuple[Requirement, ...]"


Requirement = AtLeast | AllOf | AnyOf


@frozen(kw_only=True)
class Condition:
    """How far a person is with one condition of a requirement.

    Attributes:
        metric: Which number it is about.
        current: What it is.
        needed: What it has to reach.
    """

    metric: str
    current: int
    needed: int

    @property
    def satisfied(self) -> bool:
        """Whether it has."""
        return self.current >= self.needed


def requirement_of(data: object) -> Requirement:
    """Give the requirement that data describes.

    Raises:
        InvalidValueError: It describes none; the error's field is the path in the data.
    """
    found = _parsed(data, "requirements", 0)
    leaves = sum(1 for _ in leaves_of(found))
    if leaves > MAX_LEAVES:
        raise InvalidValueError(
            "requirements", f"There are {leaves} conditions; at most {MAX_LEAVES} are taken."
        )
    return found


def as_data(requirement: Requirement) -> dict[str, Any]:
    """Give the data that describes a requirement."""
    match requirement:
        case AtLeast():
            return {"metric": requirement.metric, "at_least": requirement.at_least}
        case AllOf():
            return {_ALL: [as_data(part) for part in requirement.parts]}
        case AnyOf():
            return {_ANY: [as_data(part) for part in requirement.parts]}
        case _:
            assert_never(requirement)


def leaves_of(requirement: Requirement) -> Iterator[AtLeast]:
    """Give the conditions of a requirement, in the order in which they are written."""
    match requirement:
        case AtLeast():
            yield requirement
        case AllOf() | AnyOf():
            for part in requirement.parts:
                yield from leaves_of(part)
        case _:
            assert_never(requirement)


def is_met(requirement: Requirement, metrics: Mapping[str, int]) -> bool:
    """Tell whether metrics meet a requirement."""
    match requirement:
        case AtLeast():
            return metrics[requirement.metric] >= requirement.at_least
        case AllOf():
            return all(is_met(part, metrics) for part in requirement.parts)
        case AnyOf():
            return any(is_met(part, metrics) for part in requirement.parts)
        case _:
            assert_never(requirement)


def conditions(requirement: Requirement, metrics: Mapping[str, int]) -> tuple[Condition, ...]:
    """Give how far metrics are with each condition of a requirement."""
    return tuple(
        Condition(metric=leaf.metric, current=metrics[leaf.metric], needed=leaf.at_least)
        for leaf in leaves_of(requirement)
    )


def _parsed(data: object, path: str, depth: int) -> Requirement:
    if not isinstance(data, Mapping):
        raise InvalidValueError(path, "Give an object with `metric`, `all` or `any`.")
    match sorted(str(key) for key in data):
        case ["at_least", "metric"]:
            return _leaf(data, path)
        case [("all" | "any") as group]:
            parts = _parts(data[group], f"{path}/{group}", depth)
            return AllOf(parts) if group == _ALL else AnyOf(parts)
        case _:
            raise InvalidValueError(
                path, "Give either `metric` and `at_least`, or `all`, or `any`, and nothing else."
            )


def _leaf(data: Mapping[str, object], path: str) -> AtLeast:
    metric, at_least = data["metric"], data["at_least"]
    if not isinstance(metric, str) or metric not in METRICS:
        raise InvalidValueError(
            f"{path}/metric", f"There is no such metric; give one of {', '.join(METRICS)}."
        )
    if not isinstance(at_least, int) or isinstance(at_least, bool):
        raise InvalidValueError(f"{path}/at_least", "Give a whole number.")
    if not 0 <= at_least <= MAX_AT_LEAST:
        raise InvalidValueError(f"{path}/at_least", f"Give a number from 0 to {MAX_AT_LEAST}.")
    return AtLeast(metric, at_least)


def _parts(data: object, path: str, depth: int) -> tuple[Requirement, ...]:
    if depth >= MAX_DEPTH:
        raise InvalidValueError(path, f"Groups lie in each other at most {MAX_DEPTH} deep.")
    if not isinstance(data, list | tuple):
        raise InvalidValueError(path, "Give a list.")
    if not data:
        raise InvalidValueError(path, "The group is empty; put a condition in it.")
    if len(data) > MAX_LEAVES:
        raise InvalidValueError(path, f"A group has at most {MAX_LEAVES} parts.")
    return tuple(_parsed(part, f"{path}/{at}", depth + 1) for at, part in enumerate(data))
