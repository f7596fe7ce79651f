"""What text is taken in, and in which form it is kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.errors import InvalidValueError
from domain.shared.text import clean_line, clean_text

DECOMPOSED, COMPOSED = "e\u0301", "é"
GROWS = "\u0958"  # one character, two in normal form


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\t ",
        "\u2003\u00a0",
        "\0",
        "nul\0inside",
        "\ud800",
        "half \udfff of a pair",
        "\ud83d\ude00",
    ],
)
def test_text_that_is_empty_or_not_well_formed_is_refused(text: str) -> None:
    for clean in (clean_text, clean_line):
        with pytest.raises(InvalidValueError) as refusal:
            clean("note", text, max_characters=100)
        assert refusal.value.field == "note"
        assert refusal.value.code == "invalid_value"


def test_text_is_kept_in_normal_form_c() -> None:
    assert clean_text("note", DECOMPOSED, max_characters=1) == COMPOSED


def test_the_limit_is_on_the_normal_form() -> None:
    assert len(clean_text("note", DECOMPOSED * 5, max_characters=5)) == 5
    with pytest.raises(InvalidValueError):
        clean_text("note", GROWS, max_characters=1)


@pytest.mark.parametrize("character", ["a", "é", "漢", "😀"])
def test_the_limit_counts_characters_not_bytes(character: str) -> None:
    assert clean_text("note", character * 9, max_characters=9) == character * 9
    with pytest.raises(InvalidValueError):
        clean_text("note", character * 10, max_characters=9)


def test_text_keeps_its_line_breaks_and_outer_spaces() -> None:
    assert clean_text("note", " one\ntwo ", max_characters=9) == " one\ntwo "


def test_a_line_loses_its_outer_spaces() -> None:
    assert clean_line("name", "  Ana \n", max_characters=9) == "Ana"


@pytest.mark.parametrize(
    "character", ["\n", "\r", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"]
)
def test_a_line_holds_no_line_break_or_control_character(character: str) -> None:
    with pytest.raises(InvalidValueError):
        clean_line("name", f"A{character}na", max_characters=9)


@given(st.text(st.characters(), max_size=40))
def test_what_is_taken_in_can_be_stored_and_taken_in_again(text: str) -> None:
    for clean in (clean_text, clean_line):
        try:
            kept = clean("note", text, max_characters=30)
        except InvalidValueError:
            continue
        assert kept.encode()
        assert "\0" not in kept
        assert unicodedata.is_normalized("NFC", kept)
        assert clean("note", kept, max_characters=30) == kept
