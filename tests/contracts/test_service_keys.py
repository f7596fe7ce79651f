"""Service keys."""

import attrs
import pytest
from uuid_utils.compat import uuid7

from domain.identity.service_keys import Scope
from domain.shared.ids import ServiceKeyId
from tests.contracts.stores import Stores
from tests.contracts.values import MINUTE, START, a_service_key


async def test_a_key_is_found_by_its_digest(stores: Stores) -> None:
    key = a_service_key(scope=Scope.ADMIN, revoked_at=START, last_used_at=START + MINUTE)
    await stores.service_keys.add(key)
    assert await stores.service_keys.by_digest(key.digest) == key
    assert await stores.service_keys.by_digest(a_service_key().digest) is None


async def test_a_digest_stands_for_one_key(stores: Stores) -> None:
    key = a_service_key()
    await stores.service_keys.add(key)
    with pytest.raises(stores.constraint_error):
        await stores.service_keys.add(a_service_key(digest=key.digest))
    assert await stores.service_keys.by_digest(key.digest) == key


async def test_the_oldest_key_comes_first(stores: Stores) -> None:
    keys = [a_service_key(created_at=START - minutes * MINUTE) for minutes in (2, 1, 1)]
    for key in reversed(keys):
        await stores.service_keys.add(key)
    assert [key for key in await stores.service_keys.all() if key in keys] == keys


async def test_a_key_is_marked_as_used_again_and_again(stores: Stores) -> None:
    key = a_service_key()
    await stores.service_keys.add(key)
    for used_at in (START + MINUTE, START + 2 * MINUTE):
        assert await stores.service_keys.mark(key.id, used_at=used_at)
        assert await stores.service_keys.by_digest(key.digest) == attrs.evolve(
            key, last_used_at=used_at
        )


async def test_a_key_is_revoked_once(stores: Stores) -> None:
    key = a_service_key(last_used_at=START)
    await stores.service_keys.add(key)
    for revoked_at in (START + MINUTE, START + 2 * MINUTE):
        assert await stores.service_keys.mark(key.id, revoked_at=revoked_at)
        assert await stores.service_keys.by_digest(key.digest) == attrs.evolve(
            key, revoked_at=START + MINUTE
        )


async def test_an_unknown_key_is_not_marked(stores: Stores) -> None:
    assert not await stores.service_keys.mark(ServiceKeyId(uuid7()), revoked_at=START)
