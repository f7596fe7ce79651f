"""What a chapter of the story holds. Every figure in it is one that the API answered."""

from collections.abc import Iterable
from typing import Any

from attrs import frozen


@frozen
class Step:
    """Something that happens.

    Attributes:
        what: It, in a few words.
        text: What came of it.
    """

    what: str
    text: str


@frozen
class Sheet:
    """Rows to be read.

    Attributes:
        title: What they are about.
        columns: The heading of each column.
        rows: The cells, as many in each row as there are columns.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


@frozen
class Why:
    """What a rule said of a decision.

    Attributes:
        rule: Its name.
        satisfied: Whether it let it pass.
        detail: Why, in words.
    """

    rule: str
    satisfied: bool
    detail: str


@frozen(kw_only=True)
class Chapter:
    """A part of the story.

    Attributes:
        context: Which context it is about.
        title: Its heading.
        steps: What happens, in order.
        sheets: What it comes to.
        decision: What the reasons decide.
        why: The reasons.
    """

    context: str
    title: str
    steps: tuple[Step, ...]
    sheets: tuple[Sheet, ...] = ()
    decision: str
    why: tuple[Why, ...]


def why_of(reasons: Iterable[dict[str, Any]], *rules: str) -> tuple[Why, ...]:
    """Give the reasons of an answer, or those of some rules only."""
    return tuple(
        Why(reason["rule"], reason["satisfied"], reason["detail"])
        for reason in reasons
        if not rules or reason["rule"] in rules
    )
