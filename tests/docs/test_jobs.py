"""Every kind of job stands on its page, with its period."""

from datetime import timedelta

from entrypoints.wiring.kithkin import in_memory
from tests.docs.test_examples import of, spans, tables

PERIODS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}


def test_every_kind_is_documented_with_its_period() -> None:
    listed = {
        kind: PERIODS.get(row[1])
        for row in tables(of("docs/jobs.md"), "Kind")
        for kind in spans(row[0])
    }
    kinds = in_memory().jobs.kinds().by_name
    assert listed == {name: kind.every for name, kind in kinds.items()}
