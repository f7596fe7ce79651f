"""Work on many things, some at a time, until none are left."""

from collections.abc import Awaitable, Callable


async def in_batches(size: int, some: Callable[[int], Awaitable[int]]) -> int:
    """Do work batch by batch, up to the first that is not full; give how many it was in all.

    Args:
        size: How many a batch has at most.
        some: Does so many at most, and gives how many it did.
    """
    total = 0
    while True:
        done = await some(size)
        total += done
        if done < size:
            return total
