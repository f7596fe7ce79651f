"""One use case is one transaction."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class ConcurrentUpdateError(Exception):
    """Somebody else changed what this transaction read; it is to be run again."""


class StoreUnavailableError(Exception):
    """The store cannot be reached or does not answer.

    Nothing was kept, unless it went away while it committed: then nobody here can know.
    """


class Transactions(Protocol):
    """Where transactions are opened and committed."""

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run the work in a transaction, and commit when it returns.

        Inside a transaction the work joins it. Work that meets a concurrent update or
        a deadlock is run again a few times, so it must have no effects of its own
        outside the store.

        Raises:
            ConcurrentUpdateError: It met one every time.
            StoreUnavailableError: The store is away; see there for what was kept.
        """
        ...
