"""The decision on a person's prices, drawn to be read."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from domain.video.events import RewardStatus
from domain.video.reward import Reward
from entrypoints.cli.allowance_view import reasons_of
from entrypoints.cli.output import instant
from entrypoints.cli.terminal import counted

_VERDICTS = {
    RewardStatus.EARNED: "Earned this month.",
    RewardStatus.CARRIED: "Carried over from last month.",
    RewardStatus.INACTIVE: "Not active.",
}
_STYLES = {
    RewardStatus.EARNED: "green",
    RewardStatus.CARRIED: "yellow",
    RewardStatus.INACTIVE: "red",
}


def drawn(decision: Reward) -> RenderableType:
    """Draw the decision."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    for name, value in _named(decision):
        facts.add_row(name, value)
    return Panel(
        Group(
            Text(_VERDICTS[decision.status], style=f"bold {_STYLES[decision.status]}"),
            facts,
            reasons_of(decision.reasons),
        ),
        title=f"Reward on {decision.facts.day}",
        subtitle=f"policy {decision.policy_version}",
        expand=False,
    )


def _named(decision: Reward) -> Iterator[tuple[str, str]]:
    facts, change = decision.facts, decision.next_change
    yield "Discount", f"{decision.discount_percent} % on bundles and plans"
    yield "This month", counted(facts.this_month, "distinct partner")
    yield "Last month", counted(facts.last_month, "distinct partner")
    if decision.needed:
        yield "To earn it", f"video calls with {counted(decision.needed, 'more partner')}"
    if decision.valid_until is not None:
        yield "Valid until", instant(decision.valid_until)
    if change is None:
        yield "Changes", "not by time alone"
    else:
        yield "Changes", f"to {change.status.value} on {instant(change.at)}"
