"""Make a person's code, replace it, or deactivate it."""

from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from application.referrals.acting_party import lock_acting
from application.referrals.ports import Parties, ReferralCodes
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import ConcurrentUpdateError, Transactions
from domain.referrals.codes import (
    NoActiveCodeError,
    ReferralCode,
    deactivated,
    ended,
    made,
    new_code,
)
from domain.shared.ids import PersonId

NewCode = Callable[[], str]
"""Gives eight characters of a code's alphabet that nobody can guess."""

_TRIES = 5


@frozen
class MakeReferralCode:
    """Gives a person a code. Who has an active one keeps it, unless it is to be replaced."""

    transactions: Transactions
    parties: Parties
    codes: ReferralCodes
    clock: Clock
    new_id: NewId
    new_code: NewCode
    rulebook: Rulebook

    async def __call__(
        self, person_id: PersonId, expires_at: datetime | None = None, *, replace: bool = False
    ) -> tuple[ReferralCode, bool]:
        """Give the person's code, and whether it was made now.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            PersonSuspendedError: They are suspended.
            InvalidValueError: The code would end before it begins.
        """

        async def work() -> tuple[ReferralCode, bool]:
            await lock_acting(self.parties, person_id)
            now = await self.clock.now()
            known = await self.codes.active(person_id)
            if known is not None and known.usable(now) and not replace:
                return known, False
            if known is not None:
                end = deactivated(known, self.rulebook.version, now)
                await self.codes.end(ended(known, end), outgoing(self.new_id, [end]))
            return await self._made(person_id, expires_at, now), True

        return await self.transactions.run(work)

    async def _made(
        self, person_id: PersonId, expires_at: datetime | None, now: datetime
    ) -> ReferralCode:
        for _ in range(_TRIES):
            event = made(person_id, self.new_code(), expires_at, self.rulebook.version, now)
            code = new_code(event)
            if await self.codes.add(code, outgoing(self.new_id, [event])):
                return code
        raise ConcurrentUpdateError


@frozen
class DeactivateReferralCode:
    """Lets a person's code not be taken any more. Invites made before stay open."""

    transactions: Transactions
    parties: Parties
    codes: ReferralCodes
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId) -> ReferralCode:
        """Deactivate the code and give it.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            PersonSuspendedError: They are suspended.
            NoActiveCodeError: They have none.
        """

        async def work() -> ReferralCode:
            await lock_acting(self.parties, person_id)
            known = await self.codes.active(person_id)
            if known is None:
                raise NoActiveCodeError("The person has no active code; make one first.")
            end = deactivated(known, self.rulebook.version, await self.clock.now())
            code = ended(known, end)
            await self.codes.end(code, outgoing(self.new_id, [end]))
            return code

        return await self.transactions.run(work)
