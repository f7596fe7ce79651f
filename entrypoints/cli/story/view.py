"""The story, drawn to be read."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from entrypoints.cli.story.chapter import Chapter, Sheet, Why


def told(chapters: Iterable[Chapter]) -> RenderableType:
    """Draw the story."""
    return Group(*(_chapter(number, one) for number, one in enumerate(chapters, 1)))


def _chapter(number: int, chapter: Chapter) -> RenderableType:
    return Group(*_parts(number, chapter))


def _parts(number: int, chapter: Chapter) -> Iterator[RenderableType]:
    yield Text(f"\n{number}. {chapter.title} ({chapter.context})\n", style="bold cyan")
    for step in chapter.steps:
        yield Text.assemble((f"{step.what}: ", "bold"), step.text)
    for sheet in chapter.sheets:
        yield Text()
        yield _sheet(sheet)
    yield Text.assemble("\n", (chapter.decision, "bold"))
    yield _why(chapter.why)


def _sheet(sheet: Sheet) -> Table:
    table = Table(title=sheet.title, title_justify="left")
    for number, name in enumerate(sheet.columns):
        are_numbers = all(isinstance(row[number], int) for row in sheet.rows)
        table.add_column(name, justify="right" if are_numbers else "left", overflow="fold")
    for row in sheet.rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table


def _why(reasons: tuple[Why, ...]) -> Table:
    table = Table("rule", "says", "why", box=None, pad_edge=False)
    for reason in reasons:
        says = Text("yes", style="green") if reason.satisfied else Text("no", style="red")
        table.add_row(Text(reason.rule), says, Text(reason.detail))
    return table
