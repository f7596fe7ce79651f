"""Codes by email, by example and by property."""

from datetime import timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.digests import secret_digest
from domain.identity.pepper import Pepper
from domain.identity.sign_in_codes import (
    SignInCode,
    SignInCodeSpentError,
    SignInCodeWrongError,
    new_code,
    require_right,
    tried,
)
from domain.identity.sign_in_policy import SignInPolicy
from tests.domain.identity.values import NOW

POLICY = SignInPolicy()
PEPPER = Pepper(b"p" * 32)
EMAIL, NONCE, RIGHT = "Ana@example.org", "an-attempt", "01234567"
MOMENT = timedelta(microseconds=1)
VALID = timedelta(minutes=10)


def a_code() -> SignInCode:
    return new_code(pepper=PEPPER, email=EMAIL, nonce=NONCE, code=RIGHT, policy=POLICY, now=NOW)


def test_the_right_code_is_taken() -> None:
    require_right(tried(a_code(), POLICY, NOW), PEPPER.code(NONCE, EMAIL, RIGHT), POLICY)


@pytest.mark.parametrize(
    ("nonce", "email", "code"),
    [
        (NONCE, EMAIL, "01234568"),
        (NONCE, "ben@example.org", RIGHT),
        ("another", EMAIL, RIGHT),
        (NONCE + EMAIL[0], EMAIL[1:], RIGHT),
    ],
)
def test_another_code_address_or_attempt_is_not(nonce: str, email: str, code: str) -> None:
    with pytest.raises(SignInCodeWrongError):
        require_right(a_code(), PEPPER.code(nonce, email, code), POLICY)


def test_addresses_are_compared_case_folded() -> None:
    require_right(a_code(), PEPPER.code(NONCE, EMAIL.upper(), RIGHT), POLICY)
    assert PEPPER.address(EMAIL) == PEPPER.address(EMAIL.lower())


def test_it_is_taken_for_ten_minutes() -> None:
    assert tried(a_code(), POLICY, NOW + VALID - MOMENT).tries == 1
    with pytest.raises(SignInCodeSpentError):
        tried(a_code(), POLICY, NOW + VALID)


def test_a_code_that_is_gone_is_spent() -> None:
    with pytest.raises(SignInCodeSpentError):
        tried(None, POLICY, NOW)


def test_a_wrong_code_tells_how_many_tries_are_left() -> None:
    wrong = PEPPER.code(NONCE, EMAIL, "00000000")
    for tries, hint in ((1, "tries left: 4"), (4, "tries left: 1"), (5, "ask for a new code")):
        with pytest.raises(SignInCodeWrongError) as refusal:
            require_right(attrs.evolve(a_code(), tries=tries), wrong, POLICY)
        assert hint in refusal.value.detail


@given(guesses=st.lists(st.integers(0, 10**8 - 1), max_size=30), tries=st.integers(1, 5))
def test_a_code_is_never_compared_more_often_than_allowed(guesses: list[int], tries: int) -> None:
    policy = SignInPolicy(code_tries=tries)
    code, compared = a_code(), 0
    for guess in guesses:
        try:
            code = tried(code, policy, NOW)
        except SignInCodeSpentError:
            continue
        compared += 1
        if guess != int(RIGHT):
            with pytest.raises(SignInCodeWrongError):
                require_right(code, PEPPER.code(NONCE, EMAIL, f"{guess:08}"), policy)
    assert compared == min(len(guesses), tries) <= 5


def test_nothing_that_is_stored_holds_the_code_the_nonce_or_the_address() -> None:
    code = a_code()
    stored = repr(attrs.asdict(code)).lower()
    for secret in (RIGHT, EMAIL.lower(), NONCE):
        assert secret not in stored
    assert code.nonce_digest == secret_digest(NONCE)
