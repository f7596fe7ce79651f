"""What is erased of referrals, in memory."""

from collections.abc import Callable
from datetime import datetime

import attrs
from attrs import frozen

from adapters.memory.store import MemoryStore
from domain.referrals.events import (
    ReferralCodeDeactivated,
    ReferralCodeMade,
    ReferralReviewed,
)
from domain.referrals.referrals import Referral
from domain.shared.events import Event
from domain.shared.ids import PersonId, ReferralId


@frozen
class MemoryReferralData:
    """What referrals hold of persons; the ledger of what was paid stays, with their ids."""

    _store: MemoryStore

    async def erase(self, person_id: PersonId, at: datetime) -> None:  # noqa: ARG002 - as the port
        """Erase it for a locked person."""
        async with self._store.access():
            store = self._store
            for row in store.referral_traces.group("person", person_id):
                store.referral_traces.delete((person_id, row.trace))
            for code in store.referral_codes.group("person", person_id):
                store.referral_codes.delete(code.code)
            for referral in store.referrals.group("referrer", person_id):
                self._put(attrs.evolve(referral, token=None, metadata={}))
                self._without_review(referral.id)
            came = store.referrals.by("referee", person_id)
            if came is not None:
                self._without_review(came.id)
            store.rewrite(person_id, _without_code)

    def _without_review(self, referral_id: ReferralId) -> None:
        referral = self._store.referrals[referral_id]
        review = getattr(referral, "review", None)
        if review is None:
            return
        self._put(attrs.evolve(referral, review=attrs.evolve(review, why="")))
        self._store.rewrite(referral.referrer_id, _without_why(referral_id))

    def _put(self, referral: Referral) -> None:
        # The version rises, so that nobody writes back what was read before.
        self._store.referrals.put(attrs.evolve(referral, version=referral.version + 1))


def _without_code(event: Event) -> Event:
    if isinstance(event, ReferralCodeMade | ReferralCodeDeactivated):
        return attrs.evolve(event, code="")
    return event


def _without_why(referral_id: ReferralId) -> Callable[[Event], Event]:
    def without(event: Event) -> Event:
        if isinstance(event, ReferralReviewed) and event.referral_id == referral_id:
            return attrs.evolve(event, why="")
        return event

    return without
