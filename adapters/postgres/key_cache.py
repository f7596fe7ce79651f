"""Service keys, remembered by each process until one of them changes."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

import asyncpg
import attrs
from attrs import define, field

from adapters.postgres.executor import AWAY, Executor
from adapters.postgres.service_keys import CHANNEL, PostgresServiceKeys
from domain.identity.service_keys import ServiceKey
from domain.shared.ids import ServiceKeyId

_MOST_KEYS = 10_000
_LISTEN_AGAIN_SECONDS = 1.0
_PROVE_SECONDS = 5.0


@define
class CachedServiceKeys:
    """Saves the look-up of a key on each request.

    PostgreSQL tells every process of a revocation as it commits. While a process cannot
    listen, it remembers nothing and looks every key up.
    """

    executor: Executor
    _keys: PostgresServiceKeys = field(init=False)
    _known: dict[bytes, ServiceKey] = field(factory=dict, init=False)
    _changes: int = field(default=0, init=False)
    _listening: bool = field(default=False, init=False)
    _listener: "asyncio.Task[None] | None" = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._keys = PostgresServiceKeys(self.executor)

    async def open(self) -> None:
        """Begin to listen."""
        self._listener = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Stop listening, and forget all keys."""
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
            self._listener = None

    async def add(self, key: ServiceKey) -> None:
        """Add a key."""
        await self._keys.add(key)

    async def by_digest(self, digest: bytes) -> ServiceKey | None:
        """Give the key of this digest, if there is one."""
        known = self._known.get(digest)
        if known is not None:
            return known
        changes = self._changes
        key = await self._keys.by_digest(digest)
        # A change that was told of meanwhile may be newer than what was read.
        if key is not None and self._listening and changes == self._changes:
            if len(self._known) >= _MOST_KEYS:
                self._known.clear()
            self._known[digest] = key
        return key

    async def all(self) -> tuple[ServiceKey, ...]:
        """Give all keys, the oldest first."""
        return await self._keys.all()

    async def mark(
        self,
        key_id: ServiceKeyId,
        *,
        used_at: datetime | None = None,
        revoked_at: datetime | None = None,
    ) -> bool:
        """Set when a key was last used or was first revoked."""
        for digest, key in self._known.items():
            if key.id == key_id and used_at is not None:
                self._known[digest] = attrs.evolve(key, last_used_at=used_at)
        marked = await self._keys.mark(key_id, used_at=used_at, revoked_at=revoked_at)
        if revoked_at is not None:
            # Only now: whoever looked the key up meanwhile found it as it was.
            self._forget()
        return marked

    def _forget(self, *_: object) -> None:
        self._changes += 1
        self._known.clear()

    async def _listen(self) -> None:
        while True:
            with suppress(*AWAY, asyncpg.PostgresError):
                await self._listen_once()
            await asyncio.sleep(_LISTEN_AGAIN_SECONDS)

    async def _listen_once(self) -> None:
        lost = asyncio.Event()

        def ended(_: Any) -> None:  # noqa: ANN401 - asyncpg gives a proxy without a type
            self._listening = False
            self._forget()
            lost.set()

        connection = await asyncpg.connect(self.executor.url, timeout=self.executor.wait_seconds)
        try:
            connection.add_termination_listener(ended)
            await connection.add_listener(CHANNEL, self._forget)
            self._listening = True
            while not lost.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), _PROVE_SECONDS)
                # A connection can be lost without a word, and no notice comes through it then.
                await connection.execute("SELECT 1", timeout=_PROVE_SECONDS)
        finally:
            self._listening = False
            self._forget()
            connection.terminate()
