"""Rates beside one another."""

import statistics
from collections.abc import Sequence


def ratio(
    rounds: Sequence[dict[str, float]], yardstick: Sequence[dict[str, float]] | None
) -> float | None:
    """The median of the ratios within each round: what slows a machine down slows both."""
    if yardstick is None:
        return None
    return statistics.median(
        mine["per_second"] / other["per_second"]
        for mine, other in zip(rounds, yardstick, strict=True)
    )
