"""A code that was sent, and tries at it."""

import attrs

from domain.identity.pepper import Pepper
from domain.identity.sign_in_codes import SignInCode, new_code, require_right, tried
from domain.identity.sign_in_policy import SignInPolicy
from tests.domain.identity.values import NOW

POLICY = SignInPolicy()
PEPPER = Pepper(b"p" * 32)
EMAIL, NONCE, RIGHT, WRONG = "ana@example.org", "an-attempt", "01234567", "76543210"


def a_code(tries: int = 0) -> SignInCode:
    code = new_code(pepper=PEPPER, email=EMAIL, nonce=NONCE, code=RIGHT, policy=POLICY, now=NOW)
    return attrs.evolve(code, tries=tries)


def try_code(code: SignInCode | None) -> SignInCode:
    return tried(code, POLICY, NOW)


def compare(code: SignInCode, digits: str = WRONG) -> None:
    require_right(code, PEPPER.code(NONCE, EMAIL, digits), POLICY)
