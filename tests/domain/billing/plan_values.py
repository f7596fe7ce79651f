"""Plans that tests make up."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from domain.billing.catalogue import PassItem
from domain.billing.plans import Plans
from domain.billing.subscriptions import Term
from domain.shared.ids import PaymentId, PersonId
from domain.shared.tiers import Tier

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def a_pass(person_id: PersonId, tier: Tier, starts_at: datetime, days: int) -> Term:
    return Term(
        payment_id=PaymentId(uuid4()),
        person_id=person_id,
        item=PassItem(tier, days),
        subscription_id=None,
        settled_at=starts_at,
        starts_at=starts_at,
        ends_at=starts_at + days * DAY,
    )


def plans(*terms: Term, complimentary: Tier = Tier.FREE) -> Plans:
    return Plans(complimentary=complimentary, subscriptions=(), terms=terms, grace=3 * DAY)
