"""A streak and a month of it, drawn to be read."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from domain.streaks.calendar import CalendarDay, DayState
from domain.streaks.standing import StreakStanding, StreakStatus
from entrypoints.cli.big_digits import big
from entrypoints.cli.terminal import counted

_WEEK = 7
_STYLES = {
    StreakStatus.ACTIVE: "green",
    StreakStatus.AT_RISK: "yellow",
    StreakStatus.FROZEN: "cyan",
    StreakStatus.PAUSED: "blue",
    StreakStatus.BROKEN: "red",
    StreakStatus.NONE: "",
}
_MARKS = {
    DayState.CREDITED: ("#", "bold green"),
    DayState.FROZEN: ("*", "cyan"),
    DayState.PAUSED: ("=", "blue"),
    DayState.EXCUSED: ("~", "yellow"),
    DayState.MISSED: ("x", "red"),
    None: (" ", "dim"),
}


def drawn(standing: StreakStanding, days: tuple[CalendarDay, ...]) -> RenderableType:
    """Draw a streak above a month of it."""
    style = _STYLES[standing.status]
    figures = Table.grid(padding=(0, 4))
    figures.add_row(big(standing.current, f"bold {style}"), big(standing.streak.longest, ""))
    figures.add_row("current", "longest")
    return Panel(
        Group(
            Text(standing.status.value.replace("_", " "), style=f"bold {style}"),
            figures,
            _facts(standing),
            Text(f"\n{days[0].day:%B %Y}", style="bold"),
            _month(days),
            _legend(),
        ),
        title=f"{standing.streak.kind.value} streak",
        subtitle=f"policy {standing.policy_version}",
        expand=False,
    )


def _facts(standing: StreakStanding) -> Table:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    for name, value in _named(standing):
        facts.add_row(name, value)
    return facts


def _named(standing: StreakStanding) -> Iterator[tuple[str, str]]:
    streak = standing.streak
    yield "Last counted", "never" if streak.last is None else streak.last.on.isoformat()
    yield "Freezes", str(len(streak.freezes))
    if standing.time_left_seconds is not None:
        hours, minutes = divmod(standing.time_left_seconds // 60, 60)
        yield "Left today", f"{hours} h {minutes} min"
    if standing.next_milestone is not None:
        yield "Next milestone", counted(standing.next_milestone, "day")
    if standing.pause is not None:
        yield "Pause", f"{standing.pause.starts_on} to {standing.pause.ends_on}"
    for reason in standing.reasons:
        yield "Why", reason.detail
    if standing.repair is not None:
        for reason in standing.repair.reasons:
            yield "Repair", reason.detail


def _month(days: tuple[CalendarDay, ...]) -> Table:
    table = Table(*("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), box=None, pad_edge=False)
    cells = [Text()] * days[0].day.weekday()
    for one in days:
        mark, style = _MARKS[one.state]
        cells.append(Text(f"{one.day.day:2}{mark}", style=style))
    for start in range(0, len(cells), _WEEK):
        table.add_row(*cells[start : start + _WEEK])
    return table


def _legend() -> Text:
    parts = [(f"{mark} {state.value}  ", style) for state, (mark, style) in _MARKS.items() if state]
    return Text.assemble(*parts)
