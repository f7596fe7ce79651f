"""How prompts fared, all persons together."""

from collections.abc import Iterable, Mapping

from attrs import frozen

from .prompt_events import PromptAction, PromptType

CONVERTING = (PromptAction.PURCHASED_CREDITS, PromptAction.SCHEDULED_VIDEO)
"""The actions that prompts are for."""


@frozen(kw_only=True)
class PromptTotal:
    """How many prompts of a type had one fate.

    Attributes:
        prompt_type: What they were about.
        action: What was done about them; None where nothing was.
        number: How many.
    """

    prompt_type: PromptType
    action: PromptAction | None
    number: int


@frozen(kw_only=True)
class PromptFigures:
    """How some prompts fared.

    Attributes:
        shown: How many there were.
        actions: How many of them had each action.
    """

    shown: int
    actions: Mapping[PromptAction, int]

    @property
    def acted_on(self) -> int:
        """How many of them had an action at all."""
        return sum(self.actions.values())

    @property
    def converted(self) -> int:
        """How many of them led to a purchase or to a planned call."""
        return sum(self.actions[action] for action in CONVERTING)

    @property
    def conversion_percent(self) -> int | None:
        """Those in percent of what was shown, floored; None where nothing was."""
        return self.converted * 100 // self.shown if self.shown else None


def figures_of(totals: Iterable[PromptTotal]) -> PromptFigures:
    """Add totals up, whatever their types."""
    totals = tuple(totals)
    actions = {
        action: sum(total.number for total in totals if total.action is action)
        for action in PromptAction
    }
    return PromptFigures(shown=sum(total.number for total in totals), actions=actions)


def figures_by_type(totals: Iterable[PromptTotal]) -> Mapping[PromptType, PromptFigures]:
    """Add totals up for each type, those without any prompts included."""
    totals = tuple(totals)
    return {
        kind: figures_of(total for total in totals if total.prompt_type is kind)
        for kind in PromptType
    }
