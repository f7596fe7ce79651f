"""Service keys: made once, taken until revoked."""

import base64
from uuid import UUID

import attrs
import pytest

from domain.identity.digests import secret_digest
from domain.identity.service_keys import PREFIX, Scope, ServiceKey
from domain.shared.ids import ServiceKeyId
from tests.application.world import START, World


async def test_a_new_key_is_taken_with_its_scope(world: World) -> None:
    made = await world.kithkin.identity.create_key()(Scope.WRITE)
    assert made.secret.startswith(PREFIX)
    taken = await world.kithkin.identity.authenticate_service()(made.secret)
    assert taken == made.stored
    assert (made.stored.scope, made.stored.created_at) == (Scope.WRITE, START)


async def test_a_key_has_256_random_bits(world: World) -> None:
    secret = (await world.kithkin.identity.create_key()(Scope.READ)).secret.removeprefix(PREFIX)
    assert len(base64.urlsafe_b64decode(secret + "=")) * 8 == 256


async def test_only_the_digest_is_stored(world: World) -> None:
    made = await world.kithkin.identity.create_key()(Scope.READ)
    (stored,) = await world.kithkin.identity.queries().all_keys()
    assert stored.digest == secret_digest(made.secret)
    assert made.secret not in repr(attrs.asdict(stored))


async def test_no_two_keys_are_alike_and_the_oldest_is_listed_first(world: World) -> None:
    keys = [await world.kithkin.identity.create_key()(scope) for scope in Scope]
    assert len({key.secret for key in keys}) == 3
    listed = await world.kithkin.identity.queries().all_keys()
    assert [key.id for key in listed] == [key.stored.id for key in keys]


@pytest.mark.parametrize("secret", ["", PREFIX, "kk_service", "x" + PREFIX, PREFIX + "x" * 300])
async def test_what_is_no_key_is_not_taken(world: World, secret: str) -> None:
    await world.kithkin.identity.create_key()(Scope.ADMIN)
    assert await world.kithkin.identity.authenticate_service()(secret) is None


@pytest.mark.parametrize("secret", ["someone_elses_key", PREFIX + "x" * 190])
async def test_a_secret_of_another_form_is_not_even_looked_up(world: World, secret: str) -> None:
    key = ServiceKey(
        id=ServiceKeyId(UUID(int=1)),
        digest=secret_digest(secret),
        scope=Scope.ADMIN,
        created_at=START,
    )
    await world.kithkin.ports.service_keys().add(key)
    assert await world.kithkin.identity.authenticate_service()(secret) is None


async def test_a_revoked_key_is_not_taken_and_stays_revoked(world: World) -> None:
    made = await world.kithkin.identity.create_key()(Scope.ADMIN)
    revoke = world.kithkin.identity.revoke_key()
    await revoke(made.stored.id)
    assert await world.kithkin.identity.authenticate_service()(made.secret) is None
    await world.later(hours=1)
    await revoke(made.stored.id)
    (stored,) = await world.kithkin.identity.queries().all_keys()
    assert stored.revoked_at == START


async def test_a_key_that_is_none_cannot_be_revoked(world: World) -> None:
    with world.refused("not_found"):
        await world.kithkin.identity.revoke_key()(UUID(int=404))


async def test_the_last_use_is_kept_to_the_minute(world: World) -> None:
    made = await world.kithkin.identity.create_key()(Scope.READ)
    authenticate = world.kithkin.identity.authenticate_service()
    noted = []
    for seconds in (0, 59, 1, 30):
        await world.later(seconds=seconds)
        assert await authenticate(made.secret) is not None
        (stored,) = await world.kithkin.identity.queries().all_keys()
        assert stored.last_used_at is not None
        noted.append((stored.last_used_at - START).total_seconds())
    assert noted == [0, 0, 60, 60]
