"""What a person may use now, over HTTP."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath
from msgspec import Meta, Struct

from application.billing.show_entitlements import EntitlementsView
from domain.billing.subscriptions import GrantSource, TierGrant
from domain.shared.tiers import Tier
from entrypoints.http.acting import acting
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.problems import problems


class EntitlementSource(StrEnum):
    """Where an entitlement comes from."""

    EVERYBODY = "everybody"
    COMPLIMENTARY = "complimentary"
    SUBSCRIPTION = "subscription"
    PASS = "pass"  # noqa: S105 - no password


Until = Annotated[
    datetime | None, Meta(description="When it ends as far as is known; null if nothing ends it")
]


class TierGrantBody(Struct):
    """Something that gives a person a tier."""

    tier: Tier
    source: GrantSource
    until: Until
    subscription_id: UUID | None
    payment_id: UUID | None


class EntitlementBody(Struct):
    """One thing that a person may use."""

    name: Annotated[str, Meta(description="A limit of the tiers", examples=["monthly_seconds"])]
    value: Annotated[
        int | bool | None, Meta(description="How much, or whether; null for any number")
    ]
    tier: Annotated[Tier, Meta(description="The tier that gives it")]
    source: Annotated[EntitlementSource, Meta(description="Where that comes from")]
    until: Until


class EntitlementsBody(Struct):
    """What a person may use now, and why."""

    person_id: UUID
    tier: Annotated[Tier, Meta(description="The highest that applies")]
    grants: Annotated[list[TierGrantBody], Meta(description="What gives a tier, the highest first")]
    entitlements: list[EntitlementBody]
    changes_at: Annotated[
        datetime | None, Meta(description="When time alone next changes it; ask again then")
    ]
    policy_version: str


def entitlements_body(view: EntitlementsView) -> EntitlementsBody:
    """Give entitlements as the API shows them."""
    known = view.grants
    return EntitlementsBody(
        person_id=known.person_id,
        tier=known.tier,
        grants=[_grant(grant) for grant in known.grants],
        entitlements=[
            EntitlementBody(
                name=one.name,
                value=one.value,
                tier=one.tier,
                source=EntitlementSource.EVERYBODY
                if one.source is None
                else EntitlementSource(one.source.value),
                until=one.until,
            )
            for one in view.entitlements
        ],
        changes_at=known.changes_at,
        policy_version=known.policy_version,
    )


def _grant(grant: TierGrant) -> TierGrantBody:
    return TierGrantBody(
        tier=grant.tier,
        source=grant.source,
        until=grant.until,
        subscription_id=grant.subscription_id,
        payment_id=grant.payment_id,
    )


class EntitlementRoutes(Controller):
    """What persons may use."""

    path = "/v1/persons/{person_id:uuid}/entitlements"
    tags = ("Billing",)

    @get(opt=FOR_PERSONS, responses=problems(403, 404))
    async def get_entitlements(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> EntitlementsBody:
        """Read what a person may use now, why, and until when."""
        show = kithkin(request).shop.show_entitlements()
        return entitlements_body(await show(acting(request, person_id)))
