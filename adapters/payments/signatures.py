"""Signatures of notifications: HMAC-SHA256 over the very bytes, compared in constant time.

Several secrets hold at once, so that one can be replaced while the provider still signs with it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from application.billing.provider_ports import InvalidSignatureError

STRIPE_HEADER = "stripe-signature"
CASHFREE_HEADER = "x-webhook-signature"
CASHFREE_TIME_HEADER = "x-webhook-timestamp"

_MOST_HEADER_CHARACTERS = 4096
_MOST_SECOND_DIGITS = 11
_MOST_MILLISECOND_DIGITS = 14


def read_stripe(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    *,
    now: datetime,
    skew: timedelta,
    header: str = STRIPE_HEADER,
) -> datetime:
    """Give when a notification was signed in Stripe's way, `t=..,v1=..` over `t.body`.

    Args:
        body: The bytes that came.
        headers: Its headers, with names in lower case.
        secrets: Those that hold.
        now: The time here.
        skew: How far the time of the signature may be from it, either way.
        header: The header that the signature stands in.

    Raises:
        InvalidSignatureError: None of the secrets signed it, or it was signed too long ago or
            ahead.
    """
    given = [part.strip().partition("=") for part in _header(headers, header).split(",")]
    times = [value for name, _, value in given if name == "t"]
    signatures = [value for name, _, value in given if name == "v1"]
    if len(times) != 1 or not signatures:
        raise InvalidSignatureError(f"{header} needs one t= and a v1=.")
    signed_at = _time(times[0], _MOST_SECOND_DIGITS, timedelta(seconds=1))
    message = times[0].encode() + b"." + body
    _hold(signatures, (_digest(secret, message).hex() for secret in secrets))
    if abs(now - signed_at) > skew:
        raise _untimely(signed_at, skew)
    return signed_at


def signed_as_stripe(body: bytes, secret: str, at: datetime) -> str:
    """Give what Stripe's header holds for a body."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, f'{seconds}.'.encode() + body).hex()}"


def read_cashfree(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    *,
    now: datetime,
    skew: timedelta,
) -> datetime:
    """Give when a notification was signed in Cashfree's way, base64 over `timestamp + body`.

    An old one is as genuine as a new one, since Cashfree goes on trying for days: whoever asks
    decides what an age allows.

    Raises:
        InvalidSignatureError: None of the secrets signed it, or it was signed too far ahead.
    """
    signature = _header(headers, CASHFREE_HEADER)
    timestamp = _header(headers, CASHFREE_TIME_HEADER)
    signed_at = _time(timestamp, _MOST_MILLISECOND_DIGITS, timedelta(milliseconds=1))
    message = timestamp.encode() + body
    _hold([signature], (base64.b64encode(_digest(key, message)).decode() for key in secrets))
    if signed_at - now > skew:
        raise _untimely(signed_at, skew)
    return signed_at


def signed_as_cashfree(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """Give Cashfree's headers for a body."""
    timestamp = str(int(at.timestamp()) * 1000 + at.microsecond // 1000)
    digest = _digest(secret, timestamp.encode() + body)
    return {
        CASHFREE_HEADER: base64.b64encode(digest).decode(),
        CASHFREE_TIME_HEADER: timestamp,
    }


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value:
        raise InvalidSignatureError(f"The header {name} is missing.")
    if len(value) > _MOST_HEADER_CHARACTERS:
        raise InvalidSignatureError(f"The header {name} is too long.")
    return value


def _time(digits: str, most_digits: int, unit: timedelta) -> datetime:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= most_digits):
        raise InvalidSignatureError("The time that it was signed at is no number.")
    return datetime.fromtimestamp(0, UTC) + int(digits) * unit


def _untimely(signed_at: datetime, skew: timedelta) -> InvalidSignatureError:
    return InvalidSignatureError(
        f"It was signed at {signed_at:%Y-%m-%dT%H:%M:%SZ}, more than"
        f" {skew.total_seconds():.0f} s from now."
    )


def _digest(secret: str, message: bytes) -> bytes:
    return hmac.digest(secret.encode(), message, hashlib.sha256)


def _hold(given: Iterable[str], right: Iterable[str]) -> None:
    """Compare each with each, all of them, so that the time taken tells nothing."""
    shown = [signature.encode("utf-8", "surrogateescape") for signature in given]
    held = [
        hmac.compare_digest(expected.encode(), signature)
        for expected in right
        for signature in shown
    ]
    if not any(held):
        raise InvalidSignatureError("No secret that holds here gives this signature.")
