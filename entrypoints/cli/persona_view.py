"""A persona and what is known of a person over their sessions, drawn to be read."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from attrs import frozen
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from application.personas.queries import SummaryView
from domain.personas.events import Growth
from domain.personas.personas import HIGHEST_PLACE, LEAST_PLACE, PersonaVersion, Slider, Sliders
from domain.personas.sessions import EndedCompanionSession
from entrypoints.cli.terminal import printable
from entrypoints.http.companion_bodies import percent

_BAR = 10
_MOST = 10_000
_FONT = 'font-family="sans-serif" font-size="12"'
_STEP, _HEIGHT, _MARGIN, _LABEL = 28, 40, 16, 110


@frozen
class Point:
    """What was known after a session.

    Attributes:
        number: Which session, from 1.
        session: The session.
        sliders: Where the sliders were after it.
        confidence: How sure the summary was after it, in hundredths of a percent.
    """

    number: int
    session: EndedCompanionSession
    sliders: Sliders
    confidence: int


def points(
    sessions: Sequence[EndedCompanionSession], history: Sequence[PersonaVersion]
) -> tuple[Point, ...]:
    """Give what was known after each session, in the order in which they ended."""
    moved: Mapping[UUID | None, Sliders] = {one.session_id: one.sliders for one in history}
    found, sliders, confidence = [], Sliders(), 0
    ordered = sorted(sessions, key=lambda session: (session.ended_at, session.id))
    for number, session in enumerate(ordered, start=1):
        sliders = moved.get(session.id, sliders)
        if session.growth is Growth.SUMMARISED:
            confidence = session.confidence
        found.append(Point(number, session, sliders, confidence))
    return tuple(found)


def drawn(found: Sequence[Point]) -> RenderableType:
    """Draw sliders and confidence over the sessions, a line for each."""
    table = Table(box=None, padding=(0, 1, 0, 0), title="Sliders and confidence")
    table.add_column("#", justify="right")
    table.add_column("ended on")
    for slider in Slider:
        table.add_column(slider.value, justify="center")
    table.add_column("confidence")
    for point in found:
        session = point.session
        known = session.growth is Growth.SUMMARISED
        table.add_row(
            str(point.number),
            session.ended_on.isoformat(),
            *(_place(point.sliders.place(slider)) for slider in Slider),
            _bar(point.confidence) if known else session.growth.value.replace("_", " "),
        )
    return table


def summary_drawn(view: SummaryView, waiting: str | None = None) -> RenderableType:
    """Draw what is known of a person, each line above the words it rests on."""
    if view.latest is None:
        return Text(waiting or "Nothing is known yet.", style="yellow")
    lines: list[RenderableType] = []
    for line in view.lines:
        title = line.kind.value.replace("_", " ")
        lines.append(Text.assemble((f"{title}: ", "bold"), line.value.replace("_", " ")))
        lines.extend(
            Text(f'    "{printable(word.text)}" ({one.observation.support})', style="dim")
            for one in line.evidence[:1]
            for word in one.words[:2]
        )
    lines.append(Text.assemble(("confidence: ", "bold"), _bar(view.latest.confidence)))
    return Panel(Group(*lines), title="What your words tell", expand=False)


def as_svg(found: Sequence[Point]) -> str:
    """Draw the same as an SVG: a row for each slider, and one for the confidence."""
    rows = len(Slider) + 1
    width = _LABEL + _STEP * max(1, len(found)) + 2 * _MARGIN
    height = rows * (_HEIGHT + _MARGIN) + 2 * _MARGIN
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            *_rows(found),
            "</svg>\n",
        )
    )


def _rows(found: Sequence[Point]) -> Iterator[str]:
    top = _MARGIN
    for slider in Slider:
        places = [point.sliders.place(slider) for point in found]
        yield from _row(slider.value, top, places, LEAST_PLACE, HIGHEST_PLACE, "#4c72b0")
        top += _HEIGHT + _MARGIN
    confidences = [point.confidence for point in found]
    last = percent(confidences[-1]) if confidences else "0.00"
    yield from _row(f"confidence {last} %", top, confidences, 0, _MOST, "#c44e52")


def _row(
    label: str, top: int, values: Sequence[int], least: int, most: int, colour: str
) -> Iterator[str]:
    def y(value: int) -> float:
        return round(top + _HEIGHT - (value - least) / (most - least) * _HEIGHT, 1)

    middle = y((least + most) // 2)
    right = _LABEL + _STEP * max(1, len(values))
    yield f'<text x="{_MARGIN}" y="{top + _HEIGHT / 2 + 4}" {_FONT}>{label}</text>'
    yield f'<line x1="{_LABEL}" y1="{middle}" x2="{right}" y2="{middle}" stroke="#dddddd"/>'
    places = [(_LABEL + _STEP * (number + 0.5), y(one)) for number, one in enumerate(values)]
    line = " ".join(f"{x},{height}" for x, height in places)
    yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, height in places:
        yield f'<circle cx="{x}" cy="{height}" r="3" fill="{colour}"/>'


def _place(place: int) -> Text:
    marks = "".join("o" if at == place else "-" for at in range(LEAST_PLACE, HIGHEST_PLACE + 1))
    return Text(marks, style="bold" if place else "dim")


def _bar(confidence: int) -> str:
    full = confidence * _BAR // _MOST
    return f"{'#' * full}{'.' * (_BAR - full)} {percent(confidence)} %"
