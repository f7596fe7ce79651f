"""Codes by email: what one is, how often it may be tried, and when it is right."""

import hmac
from datetime import datetime, timedelta

import attrs
from attrs import frozen

from ..shared.errors import RefusedError
from .digests import secret_digest
from .pepper import Pepper
from .sign_in_policy import SignInPolicy

DIGITS = 8
"""Of a code; rules page identity."""


class SignInCodeWrongError(RefusedError):
    """The code, or the address it was sent to, is another one."""

    code = "sign_in_code_wrong"


class SignInCodeSpentError(RefusedError):
    """The code was used, replaced, tried too often, or its time is over."""

    code = "sign_in_code_spent"


@frozen(kw_only=True)
class SignInCode:
    """The code that an address was last sent.

    Attributes:
        address: What stands for the address; it has one code at most.
        nonce_digest: SHA-256 of the login attempt's nonce, which has 256 random bits.
        code_digest: The code under the pepper; never the code.
        created_at: When it was made.
        expires_at: From when on it is taken no longer.
        tries: How often it was tried.
    """

    address: bytes
    nonce_digest: bytes
    code_digest: bytes
    created_at: datetime
    expires_at: datetime
    tries: int = 0


def new_code(
    *, pepper: Pepper, email: str, nonce: str, code: str, policy: SignInPolicy, now: datetime
) -> SignInCode:
    """Make what is stored of a code."""
    return SignInCode(
        address=pepper.address(email),
        nonce_digest=secret_digest(nonce),
        code_digest=pepper.code(nonce, email, code),
        created_at=now,
        expires_at=now + timedelta(seconds=policy.code_valid_seconds),
    )


def tried(code: SignInCode | None, policy: SignInPolicy, now: datetime) -> SignInCode:
    """Count a try. What this gives is to be kept before the code is compared.

    Raises:
        SignInCodeSpentError: There is no such code any more, or it may not be tried again.
    """
    if code is None or now >= code.expires_at or code.tries >= policy.code_tries:
        raise SignInCodeSpentError(
            "This code is taken no longer: it was used, replaced by a newer one, tried too often, "
            "or its time is over. Ask for a new code."
        )
    return attrs.evolve(code, tries=code.tries + 1)


def require_right(code: SignInCode, digest: bytes, policy: SignInPolicy) -> None:
    """Compare a code whose try was counted, in constant time.

    Raises:
        SignInCodeWrongError: It is another one.
    """
    if hmac.compare_digest(code.code_digest, digest):
        return
    left = policy.code_tries - code.tries
    if left > 0:
        hint = f"Check the address and the code; tries left: {left}."
    else:
        hint = "That was the last try; ask for a new code."
    raise SignInCodeWrongError(f"This is not the code that was sent. {hint}")
