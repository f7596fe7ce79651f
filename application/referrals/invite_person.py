"""Invite somebody."""

from collections.abc import Callable, Mapping

from attrs import field, frozen

from application.referrals.acting_party import lock_acting
from application.referrals.ports import Parties, ReferralBook, Referrals
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.referrals.invites import begun, checked_notes, require_room
from domain.referrals.kinds import Method, Source
from domain.referrals.referrals import Referral, invited
from domain.shared.ids import PersonId, ReferralId

NewToken = Callable[[], str]
"""Gives a token that nobody can guess, to be part of a link."""


@frozen(kw_only=True)
class InviteRequest:
    """What an invite is to be.

    Attributes:
        person_id: Who invites.
        method: By what it is passed on.
        source: Where, if that is known.
        metadata: What the app notes of its campaign.
    """

    person_id: PersonId
    method: Method
    source: Source | None = None
    metadata: Mapping[str, str] = field(factory=dict, hash=False)


@frozen
class InvitePerson:
    """Begins a referral with a token that can be taken up once."""

    transactions: Transactions
    parties: Parties
    referrals: Referrals
    book: ReferralBook
    clock: Clock
    new_id: NewId
    new_token: NewToken
    rulebook: Rulebook

    async def __call__(self, request: InviteRequest) -> Referral:
        """Make the invite and give it.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            PersonSuspendedError: They are suspended.
            InvalidValueError: The metadata is malformed.
            TooManyInvitesError: They have as many open ones as they may have.
        """
        notes = checked_notes(request.metadata)

        async def work() -> Referral:
            await lock_acting(self.parties, request.person_id)
            policy = self.rulebook.policies.referrals
            require_room(await self.book.open_invites(request.person_id), policy)
            event = begun(
                request.person_id,
                ReferralId(self.new_id()),
                request.method,
                request.source,
                policy,
                self.rulebook.version,
                await self.clock.now(),
            )
            invite = invited(event, self.new_token(), notes)
            return await self.referrals.record(invite, outgoing(self.new_id, [event]), new=True)

        return await self.transactions.run(work)
