"""Where the fields of the source documents live is there: columns, endpoints, events."""

import re

from adapters.event_catalogue import EVENT_TYPES
from adapters.postgres.tables import metadata
from tests.docs.test_examples import PAGES, of, spans, tables

PAGE = of("docs/coverage.md")
COLUMN = re.compile(r"(\w+)\.(\w+)")
IN_THE_RULEBOOK = ("tiers.", "billing.")


def places() -> list[str]:
    return [span for row in tables(PAGE, "Field") for span in spans(row[1])]


def test_every_field_has_a_place_or_is_said_to_have_none() -> None:
    rows = list(tables(PAGE, "Field"))
    assert len(rows) > 200
    for fields, where in rows:
        assert spans(fields), fields
        assert where.startswith("**Not covered**: ") or len(where) > 10, fields


def test_every_column_exists() -> None:
    named = {
        place
        for place in places()
        if COLUMN.fullmatch(place) and not place.startswith(IN_THE_RULEBOOK)
    }
    known = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
    }
    assert len(named) > 150
    assert named - known - {"as_status.status", "as_reward.reward_status"} == set()


def test_every_endpoint_exists() -> None:
    listed = {span for page in PAGES for row in tables(page, "Endpoint") for span in spans(row[0])}
    named = {place for place in places() if "/v1/" in place}
    assert named
    assert named <= listed


def test_every_event_exists() -> None:
    rows = [row[1] for row in tables(PAGE, "Field") if "`outbox.at`" in row[1]]
    named = {span for row in rows for span in spans(row.partition("`outbox.at`")[2])}
    assert named
    assert named <= EVENT_TYPES
