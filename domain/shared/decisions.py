"""Decisions that explain themselves."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import field, frozen


@frozen(kw_only=True)
class Reason:
    """Why one rule allows or refuses.

    Attributes:
        rule: The rule's id, stable and snake_case.
        satisfied: Whether this rule, taken alone, allows.
        detail: The same for a person to read.
        inputs: What the rule looked at, by name.
        threshold: The number the inputs were held against, if the rule has one.
        changes_at: When time alone changes what this rule says, if it does.
        changed_by: Actions that would change it now.
    """

    rule: str
    satisfied: bool
    detail: str
    inputs: Mapping[str, int | str | None] = field(factory=dict, hash=False)
    threshold: int | None = None
    changes_at: datetime | None = None
    changed_by: tuple[str, ...] = ()


Verdict = tuple[str, bool]
"""A rule's id, and whether that rule alone allows."""


def verdicts(reasons: tuple[Reason, ...]) -> tuple[Verdict, ...]:
    """Give what each rule said, without why."""
    return tuple((reason.rule, reason.satisfied) for reason in reasons)


def refusals(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Give those of the reasons that refuse, in their order."""
    return tuple(reason for reason in reasons if not reason.satisfied)


def actions_in_words(actions: Iterable[str]) -> list[str]:
    """Give actions as a person reads them: `buy_seconds` as "buy seconds"."""
    return [action.replace("_", " ") for action in actions]
