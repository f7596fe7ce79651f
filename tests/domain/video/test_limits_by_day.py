"""The limits of every day of the decay, worked out when a policy is made."""

from domain.shared.tiers import Tier
from domain.video.policy import DecayStep, UnlockPolicy


def test_a_bonus_is_rounded_up_on_each_day_however_large_it_is() -> None:
    policy = UnlockPolicy(
        base_messages=1,
        tier_bonus={Tier.FREE: 0, Tier.PLUS: 1001, Tier.PREMIUM: 100_000},
        decay=(DecayStep(until_day=0, percent=100), DecayStep(until_day=2, percent=33)),
    )
    assert policy.limits == {
        Tier.FREE: (1, 1, 1),
        Tier.PLUS: (1002, 332, 332),
        Tier.PREMIUM: (100_001, 33_001, 33_001),
    }
