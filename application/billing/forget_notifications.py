"""Forget what providers told us long ago."""

from datetime import timedelta

from attrs import frozen

from application.billing.ports import Notifications
from application.shared.batches import in_batches
from application.shared.clock import Clock

KEPT_FOR = timedelta(days=90)
"""No provider repeats a notification after so long; and repeating one changes no payment."""

_AT_ONCE = 1000


@frozen
class ForgetNotifications:
    """Deletes the keys of old notifications."""

    notifications: Notifications
    clock: Clock

    async def __call__(self, *_: object) -> None:
        """Delete them, some at a time."""
        before = await self.clock.now() - KEPT_FOR
        await in_batches(_AT_ONCE, lambda most: self.notifications.forget(before, most))
