"""The decision on one more message, drawn to be read."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from domain.shared.decisions import Reason
from domain.video.unlock import MessageAllowance
from entrypoints.cli.big_digits import big
from entrypoints.cli.output import instant
from entrypoints.cli.terminal import counted

_BAR_WIDTH = 50


def drawn(decision: MessageAllowance) -> RenderableType:
    """Draw the decision."""
    style = "green" if decision.allowed else "red"
    verdict = "One more message may be sent." if decision.allowed else "No message may be sent now."
    return Panel(
        Group(
            Text(verdict, style=f"bold {style}"),
            _figures(decision, style),
            _bar(decision, style),
            _facts(decision),
            reasons_of(decision.reasons),
        ),
        title=f"Messages on {decision.counting_on}",
        subtitle=f"policy {decision.policy_version}",
        expand=False,
    )


def _figures(decision: MessageAllowance, style: str) -> Table:
    figures = Table.grid(padding=(0, 4))
    figures.add_row(
        big(decision.remaining, f"bold {style}"), big(decision.sent, ""), big(decision.limit, "")
    )
    figures.add_row("remaining", "sent", "limit")
    return figures


def _bar(decision: MessageAllowance, style: str) -> Text:
    full = _BAR_WIDTH * min(decision.sent, decision.limit) // max(1, decision.limit)
    return Text.assemble(
        ("#" * full, style),
        ("-" * (_BAR_WIDTH - full), "dim"),
        f" {decision.sent} of {decision.limit} sent\n",
    )


def _facts(decision: MessageAllowance) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    for name, value in _named(decision):
        facts.add_row(name, value)
    return facts


def _named(decision: MessageAllowance) -> Iterator[tuple[str, str]]:
    days = decision.days_since_call
    yield "Limit", f"{decision.base} for everyone + {decision.bonus} unlocked by video calls"
    yield "Tier", decision.tier.value
    yield "Last call", "none completed yet" if days is None else f"{counted(days, 'day')} ago"
    yield "Bonus left", f"{decision.percent} %"
    yield "Count resets", instant(decision.resets_at)
    change = decision.next_change
    if change is None:
        yield "Limit changes", "not by time alone"
    else:
        yield "Limit changes", f"to {change.limit} ({change.percent} %) on {instant(change.at)}"
    for unlocker in decision.unlockers:
        yield "To raise it", f"{unlocker.action.replace('_', ' ')}: {unlocker.limit} today"


def reasons_of(reasons: Iterable[Reason]) -> Table:
    """Draw what each rule says, and why."""
    told = Table("rule", "says", "why", box=None, pad_edge=False)
    for reason in reasons:
        says = Text("yes", style="green") if reason.satisfied else Text("no", style="red")
        told.add_row(reason.rule, says, Text(reason.detail))
    return told
