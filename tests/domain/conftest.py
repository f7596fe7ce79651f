"""What is measured of the domain's tests."""

import sys
from collections.abc import Iterator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Measure the coverage of examples alone.

    Hundreds of tries each way would take far longer under measurement, and a line that only
    chance comes by has no test that says what it is for.
    """
    if item.get_closest_marker("hypothesis") is None:
        return (yield)
    measuring = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(measuring)
