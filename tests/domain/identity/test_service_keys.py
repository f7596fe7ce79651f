"""What a service key may do, and how it is stored."""

import hashlib

import pytest

from domain.identity.digests import secret_digest
from domain.identity.service_keys import Scope


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (Scope.READ, {Scope.READ}),
        (Scope.WRITE, {Scope.READ, Scope.WRITE}),
        (Scope.ADMIN, {Scope.READ, Scope.WRITE, Scope.ADMIN}),
    ],
)
def test_a_scope_covers_itself_and_the_lower_ones(scope: Scope, covered: set[Scope]) -> None:
    assert {needed for needed in Scope if scope.covers(needed)} == covered


def test_a_key_is_stored_as_its_digest() -> None:
    assert secret_digest("kk_service_x") == hashlib.sha256(b"kk_service_x").digest()
