"""Lengths of time, for a person to read."""

_UNITS = (("hour", 3600), ("minute", 60))


def in_words(seconds: int) -> str:
    """Give a length of time exactly, in the largest of hours, minutes and seconds that can.

    It is never given in days, since a day of the rules is a date. Seconds are at least 0.
    """
    name, number = "second", seconds
    for unit, length in _UNITS:
        if seconds and seconds % length == 0:
            name, number = unit, seconds // length
            break
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
