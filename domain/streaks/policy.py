"""The numbers of streaks that a business may tune; defaults from rules page streaks."""

from itertools import pairwise

from attrs import Attribute, field, frozen

from ..shared.checks import between

_ONE_HOUR_SECONDS = 3600
_MOST_MILESTONES = 100
_LONGEST_MILESTONE = 100_000


def _milestones(
    _: object, attribute: "Attribute[tuple[int, ...]]", milestones: tuple[int, ...]
) -> None:
    if len(milestones) > _MOST_MILESTONES:
        raise ValueError(f"{attribute.name} names more than {_MOST_MILESTONES} lengths")
    if any(not 1 <= days <= _LONGEST_MILESTONE for days in milestones):
        raise ValueError(f"{attribute.name} must hold numbers from 1 to {_LONGEST_MILESTONE}")
    if any(later <= earlier for earlier, later in pairwise(milestones)):
        raise ValueError(f"{attribute.name} must rise")


@frozen(kw_only=True)
class StreakPolicy:
    """All numbers of streaks.

    Attributes:
        freezes_at_start: Freezes that come with a streak's first credit.
        freezes_most: How many are held at once; one that is earned beyond them is lost.
        credits_per_freeze: Every so many credits earn one.
        travel_grace_seconds: With another zone than at the last credit and less than so
            long after it, no date counts as missed.
        repair_window_seconds: How long after its break a streak can be repaired.
        repair_every_days: Days from one repair to the next.
        pause_days_a_year: How many dates of a calendar year may be paused.
        pause_days_ahead: How many days ahead a pause may lie.
        milestones: Lengths in days that are told of, rising.
    """

    freezes_at_start: int = field(default=1, validator=between(0, 100))
    freezes_most: int = field(default=2, validator=between(0, 100))
    credits_per_freeze: int = field(default=7, validator=between(1, 1000))
    travel_grace_seconds: int = field(
        default=36 * _ONE_HOUR_SECONDS, validator=between(0, 72 * _ONE_HOUR_SECONDS)
    )
    repair_window_seconds: int = field(
        default=48 * _ONE_HOUR_SECONDS, validator=between(0, 30 * 24 * _ONE_HOUR_SECONDS)
    )
    repair_every_days: int = field(default=30, validator=between(1, 3650))
    pause_days_a_year: int = field(default=30, validator=between(0, 366))
    pause_days_ahead: int = field(default=366, validator=between(1, 3660))
    milestones: tuple[int, ...] = field(default=(3, 7, 14, 30, 50, 100, 365), validator=_milestones)

    def __attrs_post_init__(self) -> None:
        if self.freezes_at_start > self.freezes_most:
            raise ValueError(
                f"freezes_at_start is {self.freezes_at_start}; it must not be above "
                f"freezes_most, which is {self.freezes_most}"
            )

    def next_milestone(self, length: int) -> int | None:
        """Give the first milestone above a length; None after the last."""
        return next((days for days in self.milestones if days > length), None)
