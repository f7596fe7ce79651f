"""What a simulation changes for all is as it was for whoever comes after it."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest_asyncio


@pytest_asyncio.fixture(autouse=True)
async def threads_again() -> AsyncIterator[None]:
    """Let work that is left to threads be done in threads again."""
    yield
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
