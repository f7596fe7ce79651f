"""Checks that policies make of their own numbers."""

from collections.abc import Callable

from attrs import Attribute


def between(least: int, most: int) -> Callable[[object, "Attribute[int]", int], None]:
    """Give a validator that admits whole numbers from `least` to `most`.

    The validator raises ValueError with the field's name and the range.
    """

    def check(_: object, attribute: "Attribute[int]", value: int) -> None:
        if not least <= value <= most:
            raise ValueError(f"{attribute.name} is {value}; it must be from {least} to {most}")

    return check
