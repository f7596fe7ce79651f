"""A refusal of a value says what would be taken, wherever it stands."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
import pytest

from entrypoints.http.advice import with_advice
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
    code: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", examples=["USD"])] | None = None
    codes: list[Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]] = []


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


def test_a_form_is_shown_by_an_example() -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.json.decode(b'{"code": "usd"}', type=Outer)
    problem = invalid_body(error.value, Outer)
    assert problem.detail == "Expected `str` matching regex '^[A-Z]{3}$'; give one like 'USD'."
    assert problem.pointer == "/code"


def test_a_form_without_an_example_is_told_as_it_is() -> None:
    told = "Expected `str` matching regex '^[A-Z]{3}$'"
    assert with_advice(told, Outer, ["codes", "0"]) == told
    assert with_advice(told, str) == told
    assert with_advice(told, str, example="INR") == f"{told}; give one like 'INR'."


def test_what_is_no_choice_stays_as_it_is() -> None:
    assert with_advice("Expected `int`, got `str`", Outer, ["colour"]) == (
        "Expected `int`, got `str`"
    )
    assert with_advice("Invalid enum value 'x'", int) == "Invalid enum value 'x'"
