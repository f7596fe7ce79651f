"""What is kept of entitlements is forgotten when something happens to what gives them."""

from collections.abc import Sequence

from attrs import frozen

from application.billing.show_entitlements import KeptGrants
from application.shared.outbox import OutboxEvent
from application.shared.reactions import Reacting
from domain.billing.events import (
    EntitlementsChanged,
    PaymentChargedBack,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentSettled,
    SubscriptionChanged,
)
from domain.shared.ids import PersonId

REACTING = Reacting(
    "entitlements",
    (
        EntitlementsChanged,
        SubscriptionChanged,
        PaymentSettled,
        PaymentRefunded,
        PaymentRefundFailed,
        PaymentChargedBack,
    ),
)


@frozen
class ForgetEntitlements:
    """Forgets what is kept of a person's entitlements."""

    kept: KeptGrants

    @property
    def reacting(self) -> Reacting:
        """Entitlements, and the events that change them."""
        return REACTING

    async def moot(self, events: Sequence[OutboxEvent]) -> frozenset[PersonId]:
        """Give those of whom nothing is kept."""
        persons = frozenset(out.event.person_id for out in events)
        return persons - await self.kept.kept_of(persons)

    async def __call__(
        self,
        person_id: PersonId,
        events: Sequence[OutboxEvent],  # noqa: ARG002 - any of them will do
    ) -> None:
        """Forget it; whoever asks next works it out anew."""
        await self.kept.forget(person_id)
