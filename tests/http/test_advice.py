"""A refusal of a value names those that would be taken, wherever it stands."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
import pytest

from entrypoints.http.choices import with_choices
from entrypoints.http.errors import invalid_body


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(msgspec.Struct, rename="camel"):
    one_colour: Colour | None = None


class Outer(msgspec.Struct):
    colour: Annotated[Colour, msgspec.Meta(description="any")] = Colour.RED
    listed: list[Colour] = []
    named: dict[str, Inner] = {}
    word: Literal["yes", "no"] = "yes"


@pytest.mark.parametrize(
    ("body", "pointer", "choices"),
    [
        (b'{"colour": "pink"}', "/colour", "red, blue"),
        (b'{"listed": ["red", "pink"]}', "/listed/1", "red, blue"),
        (b'{"named": {"a": {"oneColour": "pink"}}}', "/named/oneColour", "red, blue"),
        (b'{"word": "pink"}', "/word", "no, yes"),
    ],
)
def test_choices_are_named(body: bytes, pointer: str, choices: str) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.json.decode(body, type=Outer)
    problem = invalid_body(error.value, Outer)
    assert problem.detail == f"There is no value 'pink' here; give one of: {choices}."
    assert problem.pointer == pointer


def test_what_is_no_choice_stays_as_it_is() -> None:
    assert with_choices("Expected `int`, got `str`", Outer, ["colour"]) == (
        "Expected `int`, got `str`"
    )
    assert with_choices("Invalid enum value 'x'", int) == "Invalid enum value 'x'"
