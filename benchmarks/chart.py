"""A chart of a run: one bar for each contender and load, with its spread."""

from typing import Any
from xml.sax.saxutils import escape

_COLOURS = {"floor": "#9aa5b1", "bare": "#5b8def", "kithkin": "#2f9e62", "orm": "#d9822b"}
_BAR, _GAP, _LEFT, _WIDE, _RIGHT = 16, 10, 190, 520, 190


def chart(figures: list[dict[str, Any]]) -> str:
    """Draw the requests a second of a run as SVG."""
    longest = max(row["most"] for row in figures)
    lines = []
    y = 34
    before = None
    for row in figures:
        load = f"{row['kind']}, {_so_many(row['clients'], 'client')}, " + _so_many(
            row["workers"], "worker"
        )
        if load != before:
            y += _GAP
            lines.append(f'<text x="{_LEFT - 8}" y="{y + 12}" text-anchor="end">{load}</text>')
            before = load
        lines.extend(_bar(row, y, _WIDE / longest))
        y += _BAR + 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDE + _RIGHT}" '
        f'height="{y + 16}" font-family="sans-serif" font-size="11">'
        '<rect width="100%" height="100%" fill="white"/>'
        '<text x="8" y="20" font-size="14">Requests a second (bar: median, line: spread)</text>'
    )
    return "\n".join((head, *lines, "</svg>")) + "\n"


def _bar(row: dict[str, Any], y: int, scale: float) -> tuple[str, str, str]:
    length = row["per_second"] * scale
    middle = y + _BAR // 2
    ratio = "" if row["to_bare"] is None else f", {row['to_bare']:.2f} of bare"
    said = escape(f"{row['name']} {row['per_second']:,.0f}{ratio}")
    return (
        (
            f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR}" '
            f'fill="{_COLOURS[row["name"]]}"/>'
        ),
        (
            f'<line x1="{_LEFT + row["least"] * scale:.1f}" x2="{_LEFT + row["most"] * scale:.1f}" '
            f'y1="{middle}" y2="{middle}" stroke="black"/>'
        ),
        f'<text x="{_LEFT + row["most"] * scale + 6:.1f}" y="{y + 12}">{said}</text>',
    )


def _so_many(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
