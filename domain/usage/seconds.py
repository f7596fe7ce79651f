"""Seconds by where they come from, in the order in which they are used."""

from datetime import datetime, timedelta

from attrs import frozen

_ONE_SECOND = timedelta(seconds=1)


@frozen
class Seconds:
    """Whole seconds of each source.

    Attributes:
        banked: From the month before; used first.
        monthly: Of this month.
        purchased: Bought or granted; they never expire, and are used last.
    """

    banked: int = 0
    monthly: int = 0
    purchased: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.banked + self.monthly + self.purchased

    def first(self, number: int) -> "Seconds":
        """Give the first so many of these in the order of use, or all if there are fewer."""
        banked = min(number, self.banked)
        monthly = min(number - banked, self.monthly)
        return Seconds(banked, monthly, min(number - banked - monthly, self.purchased))

    def __add__(self, other: "Seconds") -> "Seconds":
        return Seconds(
            self.banked + other.banked,
            self.monthly + other.monthly,
            self.purchased + other.purchased,
        )

    def __sub__(self, other: "Seconds") -> "Seconds":
        return Seconds(
            self.banked - other.banked,
            self.monthly - other.monthly,
            self.purchased - other.purchased,
        )


def seconds_between(start: datetime, end: datetime) -> int:
    """Give the seconds from one instant to another, rounded up; 0 if that is not later."""
    return max(0, -((start - end) // _ONE_SECOND))
