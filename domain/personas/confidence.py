"""How sure the summary is, in hundredths of a percent."""

from collections.abc import Iterable

from .policy import PersonaPolicy

MOST_CONFIDENCE = 9999
"""99.99 %: the column that keeps it, NUMERIC(4, 2), has no room for more."""


def gain_of(user_messages: int, supports: Iterable[int], policy: PersonaPolicy) -> int:
    """Give what a counted session adds, in hundredths of a percent, floored once.

    With the numbers of rules page personas that is 5 + 5q points, where
    q = 1/2 min(user messages / 30, 1) + 1/2 mean support / 100.
    """
    found = tuple(supports)
    number = max(1, len(found))
    full = policy.full_messages
    # q as one fraction, so that nothing is lost before the end.
    above = 100 * number * min(user_messages, full) + full * sum(found)
    below = 200 * number * full
    return policy.least_gain + policy.quality_gain * above // below


def counted_gain(gain: int, counted_before: int, policy: PersonaPolicy) -> int:
    """Give what a session adds after so many others of its local day were counted."""
    return gain if counted_before < policy.counted_per_day else 0


def confidence(gains: Iterable[int]) -> int:
    """Give the confidence that gains add up to."""
    return min(sum(gains), MOST_CONFIDENCE)
