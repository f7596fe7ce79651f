"""Requirements are data, and what is wrong with them is said at its place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.achievements.metrics import METRICS
from domain.achievements.requirements import (
    MAX_AT_LEAST,
    MAX_DEPTH,
    MAX_LEAVES,
    Requirement,
    as_data,
    conditions,
    is_met,
    leaves_of,
    requirement_of,
)
from domain.shared.errors import InvalidValueError
from tests.domain.strategies import one_of_each

WORDS = {"metric": "messages_sent", "at_least": 5}
CALLS = {"metric": "completed_calls", "at_least": 2}


def nested(depth: int, innermost: object = WORDS) -> object:
    data = innermost
    for level in range(depth):
        data = {"all" if level % 2 else "any": [data]}
    return data


leaves = one_of_each(
    lambda metric, number: {"metric": metric, "at_least": number}, sorted(METRICS), range(21)
)


def groups(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda name, found: {name: found},
        st.sampled_from(["all", "any"]),
        st.lists(parts, min_size=1, max_size=3),
    )


one_deep = groups(leaves)
written = leaves | one_deep | groups(leaves | one_deep)
values = one_of_each(
    lambda *reached: dict(zip(METRICS, reached, strict=True)), *[range(26)] * len(METRICS)
)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (None, "requirements"),
        ([], "requirements"),
        ("messages_sent", "requirements"),
        ({}, "requirements"),
        ({"metric": "messages_sent"}, "requirements"),
        ({**WORDS, "all": [WORDS]}, "requirements"),
        ({"all": [WORDS], "any": [WORDS]}, "requirements"),
        ({"none": [WORDS]}, "requirements"),
        ({3: [WORDS]}, "requirements"),
        ({"metric": "likes", "at_least": 1}, "requirements/metric"),
        ({"metric": 7, "at_least": 1}, "requirements/metric"),
        ({"metric": ["messages_sent"], "at_least": 1}, "requirements/metric"),
        ({"metric": "messages_sent", "at_least": -1}, "requirements/at_least"),
        ({"metric": "messages_sent", "at_least": 1.5}, "requirements/at_least"),
        ({"metric": "messages_sent", "at_least": True}, "requirements/at_least"),
        ({"metric": "messages_sent", "at_least": "5"}, "requirements/at_least"),
        ({"metric": "messages_sent", "at_least": MAX_AT_LEAST + 1}, "requirements/at_least"),
        ({"all": []}, "requirements/all"),
        ({"any": []}, "requirements/any"),
        ({"any": {}}, "requirements/any"),
        ({"all": [WORDS, {"any": [CALLS, {}]}]}, "requirements/all/1/any/1"),
        (
            {"all": [WORDS, {"any": [{"metric": "likes", "at_least": 1}]}]},
            "requirements/all/1/any/0/metric",
        ),
        ({"all": [WORDS] * (MAX_LEAVES + 1)}, "requirements/all"),
        ({"all": [{"any": [WORDS] * MAX_LEAVES}, CALLS]}, "requirements"),
        (nested(MAX_DEPTH + 1), "requirements/any/0/all/0/any/0/all/0/any"),
    ],
)
def test_says_where_requirements_are_wrong(data: object, path: str) -> None:
    if path.count("/0/") == MAX_DEPTH:  # the outermost group of an odd number is `any`
        assert data == nested(MAX_DEPTH + 1)
    with pytest.raises(InvalidValueError) as refused:
        requirement_of(data)
    assert refused.value.field == path


def test_takes_groups_up_to_four_deep_and_fifty_conditions() -> None:
    assert as_data(requirement_of(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    many = {"all": [WORDS] * MAX_LEAVES}
    assert len(list(leaves_of(requirement_of(many)))) == MAX_LEAVES


def test_survives_data_that_is_nested_without_end() -> None:
    with pytest.raises(InvalidValueError):
        requirement_of(nested(10_000))


@given(data=written)
def test_gives_back_the_data_it_was_made_of(data: object) -> None:
    assert as_data(requirement_of(data)) == data


@given(data=written, metrics=values)
def test_says_of_each_condition_how_far_it_is(data: object, metrics: dict[str, int]) -> None:
    requirement = requirement_of(data)
    told = conditions(requirement, metrics)
    assert [(one.metric, one.needed) for one in told] == [
        (leaf.metric, leaf.at_least) for leaf in leaves_of(requirement)
    ]
    assert all(one.current == metrics[one.metric] for one in told)
    if all(one.satisfied for one in told):
        assert is_met(requirement, metrics)
    if not any(one.satisfied for one in told):
        assert not is_met(requirement, metrics)


@given(data=written, metrics=values, more=values)
def test_what_is_met_stays_met_as_metrics_rise(
    data: object, metrics: dict[str, int], more: dict[str, int]
) -> None:
    requirement = requirement_of(data)
    risen = {name: value + more[name] for name, value in metrics.items()}
    assert is_met(requirement, risen) or not is_met(requirement, metrics)


@pytest.mark.parametrize(
    ("data", "met"),
    [
        (WORDS, True),
        (CALLS, False),
        ({"all": [WORDS, CALLS]}, False),
        ({"any": [WORDS, CALLS]}, True),
        ({"all": [WORDS, {"any": [CALLS, {"metric": "distinct_partners", "at_least": 1}]}]}, True),
    ],
)
def test_groups_ask_for_all_or_for_any(data: object, *, met: bool) -> None:
    metrics = dict.fromkeys(METRICS, 0) | {
        "messages_sent": 5,
        "completed_calls": 1,
        "distinct_partners": 1,
    }
    requirement: Requirement = requirement_of(data)
    assert is_met(requirement, metrics) is met
