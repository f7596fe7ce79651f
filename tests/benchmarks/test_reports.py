"""What a run is told as."""

import re
from xml.etree import ElementTree

import pytest

from benchmarks.chart import chart
from benchmarks.floor import script
from benchmarks.ratios import ratio


def row(name: str, rate: float, **more: object) -> dict[str, object]:
    plain = {"kind": "send", "workers": 1, "clients": 16, "least": rate, "most": rate}
    return {**plain, "name": name, "per_second": rate, "to_bare": rate / 2000, **more}


def test_a_ratio_is_the_median_of_the_ratios_within_each_round() -> None:
    ours = [{"per_second": rate} for rate in (50.0, 10.0, 90.0)]
    theirs = [{"per_second": rate} for rate in (100.0, 10.0, 100.0)]
    assert ratio(ours, theirs) == pytest.approx(0.9)


def test_there_is_no_ratio_to_what_was_not_measured() -> None:
    assert ratio([{"per_second": 1.0}], None) is None


def test_a_chart_has_a_bar_for_each_figure_as_long_as_its_rate() -> None:
    drawn = ElementTree.fromstring(chart([row("bare", 2000.0), row("kithkin", 1000.0)]))
    bars = [
        float(bar.attrib["width"])
        for bar in drawn.iter("{http://www.w3.org/2000/svg}rect")
        if bar.attrib["width"] != "100%"
    ]
    assert bars[0] == pytest.approx(2 * bars[1], abs=0.2)
    assert "kithkin 1,000, 0.50 of bare" in "".join(drawn.itertext())


def test_the_floor_fills_every_parameter_of_the_statements() -> None:
    assert not re.search(r"\$[0-9]", script(10))
