"""The tier catalogue: what a person's standing is called, and which is higher."""

from datetime import date
from enum import StrEnum

from attrs import frozen


class Tier(StrEnum):
    """A person's tier, lowest first."""

    FREE = "free"
    PLUS = "plus"
    PREMIUM = "premium"

    @property
    def rank(self) -> int:
        """The tier's place in the order, 0 for the lowest."""
        return _RANKS[self]

    @property
    def above(self) -> "tuple[Tier, ...]":
        """The tiers above this one, the next first."""
        return _ABOVE[self]

    @property
    def upgrade(self) -> str:
        """The action that leads to this tier, such as `upgrade_to_plus`."""
        return f"upgrade_to_{self.value}"

    @property
    def upgrades(self) -> tuple[str, ...]:
        """The actions that lead to the tiers above this one, the next first."""
        return tuple(tier.upgrade for tier in self.above)


_RANKS = {tier: rank for rank, tier in enumerate(Tier)}
_ABOVE = {tier: tuple(Tier)[rank + 1 :] for tier, rank in _RANKS.items()}


def highest(*tiers: Tier) -> Tier:
    """Give the highest of one or more tiers."""
    return max(tiers, key=lambda tier: tier.rank)


@frozen
class TierStanding:
    """The tier a person holds, and the highest held on the date it last changed.

    Attributes:
        current: The tier held now.
        peak: The highest tier held at any instant of `peak_on`.
        peak_on: The counting date of the last change; None if it never changed.
    """

    current: Tier = Tier.FREE
    peak: Tier = Tier.FREE
    peak_on: date | None = None

    def on(self, day: date) -> Tier:
        """Give the highest tier held at any instant of a counting date up to now."""
        return self.peak if day == self.peak_on else self.current

    def changed(self, tier: Tier, day: date) -> "TierStanding":
        """Give the standing after a change of tier on a counting date."""
        return TierStanding(tier, highest(self.on(day), tier), day)
