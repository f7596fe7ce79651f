"""What providers have told is forgotten in time, some of it at once."""

from datetime import timedelta

from uuid_utils.compat import uuid7

from domain.billing.payments import Provider
from tests.contracts.stores import Stores
from tests.contracts.values import DAY, START


async def test_what_was_told_long_ago_is_forgotten(stores: Stores) -> None:
    told = stores.payment_notifications
    long_ago = START - 9000 * DAY
    keys = [uuid7().hex for _ in range(3)]
    for number, key in enumerate(keys):
        assert await told.take(Provider.SANDBOX, key, long_ago + timedelta(seconds=number))
    assert await told.forget(long_ago + timedelta(seconds=2), 1) == 1
    assert await told.forget(long_ago + timedelta(seconds=2), 10) == 1
    assert await told.forget(long_ago + timedelta(seconds=2), 10) == 0
    for key, known in zip(keys, (False, False, True), strict=True):
        assert await told.take(Provider.SANDBOX, key, long_ago) is not known
    assert await told.forget(long_ago + timedelta(seconds=3), 10) == 3
