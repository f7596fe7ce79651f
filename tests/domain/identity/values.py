"""A person to change, and what every change is made under."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.identity.persons import Person, register
from domain.identity.policy import IdentityPolicy
from domain.identity.profile import Profile
from domain.shared.ids import PersonId

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLICY = IdentityPolicy()
VERSION = "v1"
ANA, BEN = PersonId(UUID(int=1)), PersonId(UUID(int=2))


def a_person(**profile: Any) -> Person:
    given = Profile(**{"name": "Ana", **profile})
    return register(ANA, given, policy=POLICY, policy_version=VERSION, now=NOW).person
