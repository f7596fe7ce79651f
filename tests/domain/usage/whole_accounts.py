"""Accounts and their events in full, for examples that hold the whole value."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs

from domain.shared.ids import UsageSessionId
from domain.shared.tiers import Tier
from domain.usage.events import (
    SecondsUsed,
    UsageChange,
)
from domain.usage.periods import OpenPeriod
from tests.domain.usage.script import PERSON, START, Script, a_script

ENDS_AT = datetime(2026, 4, 1, tzinfo=UTC)

MAY = datetime(2026, 5, 1, tzinfo=UTC)

SECOND = timedelta(seconds=1)

ONE = UsageSessionId(UUID(int=1))


def about(at: datetime) -> dict[str, Any]:
    return {"at": at, "person_id": PERSON, "policy_version": "v1"}


def march(**more: Any) -> OpenPeriod:
    plain = OpenPeriod(
        person_id=PERSON,
        period="2026-03",
        timezone="UTC",
        starts_at=START,
        ends_at=ENDS_AT,
        first_tier=Tier.PLUS,
        tier=Tier.PLUS,
        monthly_seconds=10_800,
    )
    return attrs.evolve(plain, **more)


def april(**more: Any) -> OpenPeriod:
    plain = march(period="2026-04", starts_at=ENDS_AT, ends_at=MAY)
    return attrs.evolve(plain, **more)


def happened(script: Script) -> list[UsageChange]:
    """Give what happened since it was asked last."""
    events, script.events = script.events, []
    return events


def plus() -> Script:
    script = a_script(Tier.PLUS)
    happened(script)
    return script


def used(at: datetime, session_id: UsageSessionId = ONE, **more: Any) -> SecondsUsed:
    plain: dict[str, Any] = {"period": "2026-03", "banked": 0, "monthly": 0, "purchased": 0}
    return SecondsUsed(**about(at), session_id=session_id, **(plain | more))
