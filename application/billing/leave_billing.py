"""Renew nothing any more of a person who is erased."""

from contextlib import suppress

from attrs import frozen

from application.billing.change_subscription import SubscriptionChanger
from domain.billing.subscription_changes import NoSubscriptionError
from domain.shared.ids import PersonId


@frozen
class LeaveBilling:
    """Ends what would charge a person again."""

    change: SubscriptionChanger

    async def left(self, person_id: PersonId) -> None:
        """Cancel the subscription that runs, if one does; the providers are told by jobs.

        One that is over here may still be asked money for there, and is ended too.
        """
        with suppress(NoSubscriptionError):
            await self.change.cancel(person_id)
        await self.change.keep.stop_all_renewals(person_id)
