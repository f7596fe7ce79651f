"""The pure rules alone."""

import time
from datetime import date, timedelta

from domain.shared.tiers import Tier, TierStanding
from domain.video.policy import UnlockPolicy
from domain.video.unlock import UnlockFacts, allowance

_ROUNDS = 3000


def decisions_per_second() -> float:
    """Decide on a hundred different situations, over and over."""
    policy = UnlockPolicy()
    today = date(2026, 3, 10)
    situations = [
        UnlockFacts(
            day=today,
            timezone="Asia/Kolkata",
            sent=number % 40,
            standing=TierStanding(list(Tier)[number % 3]),
            last_call_on=today - timedelta(days=number % 33) if number % 4 else None,
        )
        for number in range(100)
    ]
    began = time.perf_counter()
    for _ in range(_ROUNDS):
        for situation in situations:
            allowance(situation, policy, "v").allowed  # noqa: B018 - asking is the work
    return _ROUNDS * len(situations) / (time.perf_counter() - began)
