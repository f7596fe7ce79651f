"""How fast requests may follow one another, coarsely: each process counts for itself."""

import math
import time
from collections.abc import Callable, Hashable

from attrs import define, field
from litestar.exceptions import HTTPException
from litestar.status_codes import HTTP_429_TOO_MANY_REQUESTS

_MINUTE_SECONDS = 60.0
_ROUNDING_SECONDS = 1e-6
_MOST_KNOWN = 100_000


class TooManyRequestsError(HTTPException):
    """Requests follow one another too fast."""

    status_code = HTTP_429_TOO_MANY_REQUESTS


@define
class Pace:
    """So many requests a minute from each: that many at once, and then one after the other.

    For each it is known only until when what was asked would have taken, had it come evenly.

    Attributes:
        per_minute: How many, at least 1.
        clock: Gives seconds that never go back.
    """

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _each: float = field(init=False)
    _until: dict[Hashable, float] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self._each = _MINUTE_SECONDS / self.per_minute

    def wait(self, who: Hashable) -> float:
        """Take a request in, and give 0; or leave it, and give the seconds until it could be."""
        now = self.clock()
        until = self._until.get(who, now)
        after = (until if until > now else now) + self._each
        if after - now > _MINUTE_SECONDS + _ROUNDING_SECONDS:
            return after - now - _MINUTE_SECONDS
        if len(self._until) >= _MOST_KNOWN:
            self._forget(now)
        self._until[who] = after
        return 0.0

    def _forget(self, now: float) -> None:
        """Forget those who have all of it left, or else the half that has most of it left."""
        kept = {who: until for who, until in self._until.items() if until > now}
        if len(kept) > _MOST_KNOWN // 2:
            latest = sorted(kept, key=kept.__getitem__)[-(_MOST_KNOWN // 2) :]
            kept = {who: kept[who] for who in latest}
        self._until = kept


def pace_of(per_minute: int, workers: int) -> Pace | None:
    """Give one of several workers its part of a limit; None where there is none."""
    return Pace(max(1, per_minute // workers)) if per_minute else None


def require_pace(pace: Pace | None, who: Hashable) -> None:
    """Take a request in, if it does not come too fast.

    Raises:
        TooManyRequestsError: It does.
    """
    if pace is not None and (seconds := pace.wait(who)):
        after = math.ceil(seconds)
        raise TooManyRequestsError(
            detail=f"Too many requests came from here in a minute; go on in {after} s.",
            headers={"Retry-After": str(after)},
        )
