"""Reading the figures of a server."""

import asyncio
from collections.abc import Callable

from attrs import frozen
from prometheus_client.parser import text_string_to_metric_families

from tests.http.api import Api

SECONDS_TO_BE_COUNTED = 10


@frozen
class Read:
    """All figures of one reading.

    Attributes:
        samples: The values, by name and labels.
    """

    samples: dict[tuple[str, frozenset[tuple[str, str]]], float]

    def value(self, name: str, **labels: str) -> float:
        """One figure, or the sum of those that have these labels."""
        wanted = set(labels.items())
        return sum(
            value for (named, has), value in self.samples.items() if named == name and wanted <= has
        )

    def labels(self, name: str) -> set[str]:
        """All values that a label has anywhere."""
        return {value for _, has in self.samples for label, value in has if label == name}


def shown(text: str) -> Read:
    return Read(
        {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
    )


async def read(api: Api) -> Read:
    answer = await api.ask("GET", "/metrics")
    assert answer.status_code == 200
    return shown(answer.text)


async def read_once(api: Api, counted: Callable[[Read], bool]) -> Read:
    """Read until something is so: what other workers counted is up to a second old."""
    async with asyncio.timeout(SECONDS_TO_BE_COUNTED):
        while not counted(figures := await read(api)):
            pass
    return figures
