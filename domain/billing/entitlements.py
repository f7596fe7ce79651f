"""What a person may use now, why, and until when; rules page billing, Entitlements."""

from collections.abc import Iterable
from datetime import UTC, datetime

import attrs
from attrs import frozen

from ..shared.ids import PersonId
from ..shared.tier_limits import TierCatalogue, TierLimits
from ..shared.tiers import Tier
from .plans import Plans
from .subscriptions import GrantSource, TierGrant

Value = int | bool | None

_NEVER = datetime.min.replace(tzinfo=UTC)


@frozen(kw_only=True)
class Entitlement:
    """One thing that a person may use.

    Attributes:
        name: What it is: a limit of the tiers.
        value: How much, or whether; None for any number.
        tier: The tier that gives it.
        source: Where that tier comes from; None where everybody has it.
        until: When nothing that is known gives as much any more; None if nothing ends it.
    """

    name: str
    value: Value
    tier: Tier
    source: GrantSource | None
    until: datetime | None


@frozen(kw_only=True)
class PersonGrants:
    """What gives a person a tier at an instant, for as long as time changes nothing.

    Attributes:
        person_id: Whose.
        grants: The tiers, the highest first.
        changes_at: When time alone changes them; None if it does not.
        policy_version: The version they were worked out under.
    """

    person_id: PersonId
    grants: tuple[TierGrant, ...]
    changes_at: datetime | None
    policy_version: str

    def holds(self, now: datetime, policy_version: str) -> bool:
        """Tell whether it is still so, as far as time and the policy are concerned."""
        in_time = self.changes_at is None or now < self.changes_at
        return in_time and self.policy_version == policy_version

    @property
    def tier(self) -> Tier:
        """The tier that applies."""
        return self.grants[0].tier if self.grants else Tier.FREE


def person_grants(
    person_id: PersonId, plans: Plans, policy_version: str, now: datetime
) -> PersonGrants:
    """Give what a person's plans give them now."""
    return PersonGrants(
        person_id=person_id,
        grants=plans.grants(now),
        changes_at=plans.next_change(now),
        policy_version=policy_version,
    )


def entitlements(grants: Iterable[TierGrant], tiers: TierCatalogue) -> tuple[Entitlement, ...]:
    """Give all that a person may use, each with what gives it for the longest.

    A tier that is higher may give no more of something than a lower one that lasts longer:
    then the lower one is why.

    Args:
        grants: The tiers that apply.
        tiers: What each of them allows.
    """
    every = (TierGrant(tier=Tier.FREE, source=GrantSource.COMPLIMENTARY), *grants)
    names = [field.name for field in attrs.fields(TierLimits)]
    return tuple(_entitlement(name, every, tiers) for name in names)


def _entitlement(name: str, grants: tuple[TierGrant, ...], tiers: TierCatalogue) -> Entitlement:
    values: dict[Tier, Value] = {it.tier: getattr(tiers.of(it.tier), name) for it in grants}
    most = max(_amount(value) for value in values.values())
    giving = [it for it in grants if _amount(values[it.tier]) == most]
    # What everybody has is no grant's doing.
    free = next((it for it in giving if it.tier is Tier.FREE), None)
    unending = next((it for it in giving if it.until is None), None)
    longest = free or unending or max(giving, key=lambda it: it.until or _NEVER)
    return Entitlement(
        name=name,
        value=values[longest.tier],
        tier=longest.tier,
        source=None if free else longest.source,
        until=longest.until,
    )


def _amount(value: Value) -> tuple[bool, int]:
    return (value is None, 0 if value is None else int(value))
