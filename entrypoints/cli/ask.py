"""How a command asks a database that runs, or one that it runs meanwhile."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from entrypoints.settings import read_settings
from entrypoints.wiring.database import at_hand, opened
from entrypoints.wiring.kithkin import Kithkin

T = TypeVar("T")


def ask(question: Callable[[Kithkin], Awaitable[T]], **flags: str | bool | None) -> T:
    """Give the answer of Kithkin on the database that flags or environment name.

    Args:
        question: What to ask.
        flags: The command's flags of settings, by the settings' names.

    Raises:
        SettingsError: Some settings are wrong.
        StoreUnavailableError: The database cannot be used.
    """
    settings = read_settings(os.environ, **flags)

    async def answer(url: str) -> T:
        async with opened(settings, url) as kithkin:
            return await question(kithkin)

    with at_hand(settings) as url:
        return asyncio.run(answer(url))
