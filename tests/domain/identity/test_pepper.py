"""What is hashed under the pepper: known again by it, by nothing else, and for one use only."""

from collections.abc import Callable
from itertools import combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.identity.pepper import Pepper
from domain.identity.profile import email_key

TEXT = "ana@example.org"
USES: dict[str, Callable[[Pepper, str], bytes]] = {
    "address": lambda pepper, text: pepper.address(text),
    "client": lambda pepper, text: pepper.client(text),
    "google_client": lambda pepper, text: pepper.google_client(text),
    "code": lambda pepper, text: pepper.code("", text, ""),
    "erased_email": lambda pepper, text: pepper.erased_email(text),
}

emails = st.emails()
secrets = st.binary(min_size=32, max_size=64)


@settings(max_examples=30)  # addresses take long to make up
@given(emails, secrets)
def test_one_address_has_one_hash_whatever_its_case(email: str, secret: bytes) -> None:
    pepper = Pepper(secret)
    for use in (pepper.address, pepper.erased_email):
        hashed = use(email)
        assert use(email_key(email)) == hashed
        assert len(hashed) == 32
        assert email.encode() not in hashed


@settings(max_examples=30)  # addresses take long to make up
@given(emails, emails, secrets, secrets)
def test_another_address_or_pepper_has_another_hash(
    one: str, two: str, secret: bytes, other: bytes
) -> None:
    assume(email_key(one) != email_key(two))
    # Short keys of an HMAC are padded with zero bytes.
    assume(secret.ljust(64, b"\0") != other.ljust(64, b"\0"))
    for use in USES.values():
        assert use(Pepper(secret), one) != use(Pepper(secret), two)
        assert use(Pepper(secret), one) != use(Pepper(other), one)


@given(st.text(), secrets)
def test_no_two_uses_share_a_digest_or_a_key(text: str, secret: bytes) -> None:
    pepper = Pepper(secret)
    digests = [use(pepper, text) for use in USES.values()]
    # No use can be made to give what another gave, as it has another key for the same parts.
    digests += [pepper.digest(use, text) for use in ("a", "b", "a/b", "")]
    assert all(one != two for one, two in combinations(digests, 2))


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_no_two_lists_of_texts_read_alike(one: list[str], two: list[str]) -> None:
    pepper = Pepper(b"p" * 32)
    assert (pepper.digest("use", *one) == pepper.digest("use", *two)) == (one == two)


def test_the_pepper_does_not_show() -> None:
    assert "pppp" not in repr(Pepper(b"p" * 32))
