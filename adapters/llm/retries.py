"""When a provider is asked again, and how long is waited before."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from secrets import SystemRandom

from attrs import frozen

_FIRST_SECONDS = 0.5
_MOST_SECONDS = 8.0
_MOST_RETRY_AFTER_SECONDS = 30.0
_SERVER_ERRORS = range(500, 600)
_TOO_MANY, _REQUEST_TIMEOUT = 429, 408


class ProviderAwayError(Exception):
    """A provider gave no answer, or broke one off.

    Attributes:
        reason: What happened, in a word or two that hold nothing of what was sent.
        again: The same request may do better in a moment.
        retry_after: The seconds that the provider asks to wait before.
        read: The provider may have read the request, and so may charge for it.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = False,
        retry_after: float | None = None,
        read: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.retry_after = retry_after
        self.read = read


def refused(status: int, headers: Mapping[str, str]) -> ProviderAwayError:
    """Give what an answer with an error's status means."""
    again = status in {_TOO_MANY, _REQUEST_TIMEOUT} or status in _SERVER_ERRORS
    return ProviderAwayError(f"status {status}", again=again, retry_after=_retry_after(headers))


@frozen(kw_only=True)
class Retries:
    """How often a provider is asked, with growing pauses that no two callers share.

    Attributes:
        attempts: How often in all.
        sleep: Waits for so many seconds.
        chance: Gives a number from 0 to below 1.
    """

    attempts: int = 3
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = SystemRandom().random

    async def pause(self, attempt: int, away: ProviderAwayError) -> None:
        """Wait before the next attempt.

        Args:
            attempt: Which one failed, from 1.
            away: How it failed.

        Raises:
            ProviderAwayError: The same, if there is to be no next attempt: there were enough, it
                would fail too, or the provider asks to wait longer than anybody would.
        """
        if not away.again or attempt >= self.attempts:
            raise away
        seconds = min(_MOST_SECONDS, _FIRST_SECONDS * 2 ** (attempt - 1))
        if away.retry_after is None:
            await self.sleep(seconds * (1 + self.chance()) / 2)
        elif away.retry_after <= _MOST_RETRY_AFTER_SECONDS:
            # Never earlier than asked for, and not everybody at once.
            await self.sleep(away.retry_after + seconds * self.chance() / 2)
        else:
            raise away


def _retry_after(headers: Mapping[str, str]) -> float | None:
    given = headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return float(given[:9])
    try:
        # Both by the provider's clock, so that ours does not matter.
        until = parsedate_to_datetime(given)
        return max(0.0, (until - parsedate_to_datetime(headers["date"])).total_seconds())
    except (ValueError, TypeError, KeyError):
        return None
