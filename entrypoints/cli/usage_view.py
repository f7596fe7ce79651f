"""A month's usage, drawn to be read: a bar for each source."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from application.usage.queries import UsageView
from domain.usage.periods import ClosedPeriod
from domain.usage.sessions import OpenSession
from entrypoints.cli.output import instant

_BAR_WIDTH = 40


def drawn(view: UsageView) -> RenderableType:
    """Draw the sources in the order in which they are used."""
    return Panel(
        Group(_sources(view), _facts(view), *_sessions(view.sessions)),
        title=f"Seconds of {view.period.period}, tier {view.period.tier.value}",
        subtitle=f"policy {view.policy_version}",
        expand=False,
    )


def _sources(view: UsageView) -> Table:
    period, left = view.period, view.remaining
    rows = (
        ("banked", period.banked_seconds, period.banked_seconds_used, left.banked),
        ("monthly", period.monthly_seconds, period.seconds_used, left.monthly),
        ("purchased", view.purchased, period.purchased_seconds_used, left.purchased),
    )
    table = Table.grid(padding=(0, 2))
    for name, granted, used, remaining in rows:
        # Nothing is held of a month that is over; what it left is told below.
        held = 0 if isinstance(period, ClosedPeriod) else granted - used - remaining
        table.add_row(
            Text(name, style="bold"),
            _bar(granted, used, held),
            f"{used} used, {held} held, {remaining} left of {granted}",
        )
    return table


def _bar(granted: int, used: int, held: int) -> Text:
    whole = max(1, granted)
    full = _BAR_WIDTH * used // whole
    taken = _BAR_WIDTH * (used + held) // whole - full
    return Text.assemble(
        ("#" * full, "red"),
        ("=" * taken, "yellow"),
        ("-" * (_BAR_WIDTH - full - taken), "green" if granted else "dim"),
    )


def _facts(view: UsageView) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    for name, value in _named(view):
        facts.add_row(name, value)
    return facts


def _named(view: UsageView) -> Iterator[tuple[str, str]]:
    period, limits = view.period, view.limits
    yield "", ""
    yield "Conversations", _count(period.conversations_used, limits.monthly_conversations)
    yield "Realtime", _count(period.realtime_sessions_used, limits.monthly_realtime_sessions)
    yield "Month ends", f"{instant(period.ends_at)} ({period.timezone})"
    if isinstance(period, ClosedPeriod):
        yield "Carried over", f"{period.seconds_banked} to the next month's bank"
        lost = period.seconds_forfeited + period.banked_seconds_forfeited
        yield "Forfeited", str(lost)


def _sessions(sessions: tuple[OpenSession, ...]) -> Iterator[Table]:
    if sessions:
        table = Table("session", "since", "holds", "last heard of", box=None, pad_edge=False)
        for session in sessions:
            table.add_row(
                str(session.id),
                instant(session.started_at),
                f"{session.held_seconds} s",
                instant(session.last_beat_at),
            )
        yield table


def _count(used: int, limit: int | None) -> str:
    return f"{used} of any number" if limit is None else f"{used} of {limit}"
