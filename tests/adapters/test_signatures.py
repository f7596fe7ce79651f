"""Only what a provider signed with a secret that holds, and signed lately, is believed."""

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import WebhookSignature

from adapters.payments.signatures import (
    CASHFREE_HEADER,
    CASHFREE_TIME_HEADER,
    STRIPE_HEADER,
    read_cashfree,
    read_stripe,
    signed_as_cashfree,
    signed_as_stripe,
)
from application.billing.provider_ports import InvalidSignatureError

BODY = b'{"id":"evt_1","amount":170.00}'
SKEW = timedelta(seconds=300)
SECOND = timedelta(seconds=1)

STRIPE_SECRET, STRIPE_AT = "whsec_test_secret", datetime.fromtimestamp(1_700_000_000, UTC)
STRIPE_DIGEST = "050d89ad37fea56371c15f9fdbb65e9bf218ebbbd6ab4fdf81baed018e6ff76f"
STRIPE = {STRIPE_HEADER: f"t=1700000000,v1={STRIPE_DIGEST}"}

CASHFREE_SECRET = "cf_test_secret"
CASHFREE_AT = datetime.fromtimestamp(1_746_427_759, UTC) + timedelta(milliseconds=733)
CASHFREE = {
    CASHFREE_HEADER: "sdgKWm6mbSVCmLvbfuqziIQ2o8BYy4yKqWp+afXFM2g=",
    CASHFREE_TIME_HEADER: "1746427759733",
}

Read = Callable[..., datetime]
WAYS: list[Any] = [
    pytest.param(read_stripe, STRIPE, STRIPE_SECRET, STRIPE_AT, id="stripe"),
    pytest.param(read_cashfree, CASHFREE, CASHFREE_SECRET, CASHFREE_AT, id="cashfree"),
]
each_way = pytest.mark.parametrize(("read", "headers", "secret", "at"), WAYS)


def refused(
    read: Read, body: bytes, headers: Mapping[str, str], *secrets: str, at: datetime
) -> str:
    with pytest.raises(InvalidSignatureError) as refusal:
        read(body, headers, secrets, now=at, skew=SKEW)
    return str(refusal.value)


@each_way
def test_the_vectors_of_the_rules_hold(
    read: Read, headers: dict[str, str], secret: str, at: datetime
) -> None:
    assert read(BODY, headers, [secret], now=at, skew=SKEW) == at


def test_what_is_signed_here_is_what_the_rules_say() -> None:
    assert signed_as_stripe(BODY, STRIPE_SECRET, STRIPE_AT) == STRIPE[STRIPE_HEADER]
    assert signed_as_cashfree(BODY, CASHFREE_SECRET, CASHFREE_AT) == CASHFREE


@each_way
def test_each_changed_byte_is_refused(
    read: Read, headers: dict[str, str], secret: str, at: datetime
) -> None:
    for place in range(len(BODY)):
        changed = bytearray(BODY)
        changed[place] ^= 1
        refused(read, bytes(changed), headers, secret, at=at)
    refused(read, BODY + b"\n", headers, secret, at=at)
    refused(read, b"", headers, secret, at=at)


@each_way
def test_json_that_was_written_anew_is_refused(
    read: Read, headers: dict[str, str], secret: str, at: datetime
) -> None:
    anew = json.dumps(json.loads(BODY), separators=(",", ":")).encode()
    assert anew == b'{"id":"evt_1","amount":170.0}'
    refused(read, anew, headers, secret, at=at)


@each_way
def test_a_future_time_is_refused(
    read: Read, headers: dict[str, str], secret: str, at: datetime
) -> None:
    assert read(BODY, headers, [secret], now=at - SKEW, skew=SKEW) == at
    assert "300 s" in refused(read, BODY, headers, secret, at=at - SKEW - SECOND)


def test_an_old_time_is_refused_where_the_rules_say_so() -> None:
    assert read_stripe(BODY, STRIPE, [STRIPE_SECRET], now=STRIPE_AT + SKEW, skew=SKEW) == STRIPE_AT
    too_late = STRIPE_AT + SKEW + SECOND
    assert "300 s" in refused(read_stripe, BODY, STRIPE, STRIPE_SECRET, at=too_late)


def test_an_old_one_of_cashfree_is_genuine_and_tells_its_age() -> None:
    later = CASHFREE_AT + timedelta(days=30)
    signed_at = read_cashfree(BODY, CASHFREE, [CASHFREE_SECRET], now=later, skew=SKEW)
    assert signed_at == CASHFREE_AT


@each_way
def test_a_wrong_secret_is_refused_and_so_is_having_none(
    read: Read, headers: dict[str, str], secret: str, at: datetime
) -> None:
    refused(read, BODY, headers, secret + "x", at=at)
    refused(read, BODY, headers, secret.upper(), at=at)
    refused(read, BODY, headers, at=at)


@each_way
def test_a_missing_or_empty_header_is_named(
    read: Read, headers: dict[str, str], secret: str, at: datetime
) -> None:
    for name in headers:
        without = {other: value for other, value in headers.items() if other != name}
        assert name in refused(read, BODY, without, secret, at=at)
        assert name in refused(read, BODY, {**headers, name: ""}, secret, at=at)
        assert name in refused(read, BODY, {**headers, name: "1" * 5000}, secret, at=at)


@each_way
def test_both_secrets_hold_during_a_rotation(
    read: Read, headers: dict[str, str], secret: str, at: datetime
) -> None:
    assert read(BODY, headers, ["next", secret], now=at, skew=SKEW) == at
    assert read(BODY, headers, [secret, "last"], now=at, skew=SKEW) == at


def test_stripe_may_sign_with_several_secrets_and_in_several_ways() -> None:
    others = f"t=1700000000, v0={STRIPE_DIGEST},v1={'0' * 64} ,v1={STRIPE_DIGEST}"
    signed_at = read_stripe(
        BODY, {STRIPE_HEADER: others}, [STRIPE_SECRET], now=STRIPE_AT, skew=SKEW
    )
    assert signed_at == STRIPE_AT


@pytest.mark.parametrize(
    "value",
    [
        f"v1={STRIPE_DIGEST}",
        "t=1700000000",
        f"t=1700000000,v0={STRIPE_DIGEST}",
        f"t=1700000000,t=1700000000,v1={STRIPE_DIGEST}",
        f"t=-1700000000,v1={STRIPE_DIGEST}",
        f"t=1700000000.0,v1={STRIPE_DIGEST}",
        f"t=\N{ARABIC-INDIC DIGIT ONE}700000000,v1={STRIPE_DIGEST}",
        f"t={'9' * 4000},v1={STRIPE_DIGEST}",
        f"t=,v1={STRIPE_DIGEST}",
        "t=1700000000,v1=",
        "t=1700000000,v1=é\udcff",
        f"t=1700000000,v1={STRIPE_DIGEST.upper()}",
        ",,,",
        "garbage",
    ],
)
def test_headers_of_another_form_are_refused(value: str) -> None:
    refused(read_stripe, BODY, {STRIPE_HEADER: value}, STRIPE_SECRET, at=STRIPE_AT)


@pytest.mark.parametrize("value", ["-1746427759733", "1746427759.733", "9" * 400, "now", " 1"])
def test_times_of_another_form_are_refused(value: str) -> None:
    headers = {**CASHFREE, CASHFREE_TIME_HEADER: value}
    refused(read_cashfree, BODY, headers, CASHFREE_SECRET, at=CASHFREE_AT)


@given(body=st.text(), secret=st.text(st.characters(codec="ascii"), min_size=1))
def test_stripes_own_library_agrees(body: str, secret: str) -> None:
    header = WebhookSignature.generate_signature_header(body, secret, 1_700_000_000)
    raw = body.encode()
    assert signed_as_stripe(raw, secret, STRIPE_AT) == header
    read_stripe(raw, {STRIPE_HEADER: header}, [secret], now=STRIPE_AT, skew=SKEW)


@each_way
def test_all_comparisons_are_made_and_take_constant_time(
    read: Read,
    headers: dict[str, str],
    secret: str,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[bool] = []
    compare = hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        compared.append(compare(one, other))
        return compared[-1]

    monkeypatch.setattr(hmac, "compare_digest", counted)
    read(BODY, headers, [secret, "one", "two"], now=at, skew=SKEW)
    assert compared == [True, False, False]
