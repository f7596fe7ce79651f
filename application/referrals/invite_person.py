"""Invite somebody."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from attrs import field, frozen

from application.referrals.acting_party import lock_acting
from application.referrals.ports import Parties, ReferralBook, Referrals
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.referrals.events import ReferralInvited
from domain.referrals.kinds import Method, Source
from domain.referrals.policy import ReferralPolicy
from domain.referrals.referrals import Referral, invited
from domain.shared.errors import ConflictError, InvalidValueError
from domain.shared.ids import PersonId, ReferralId
from domain.shared.text import clean_line

NewToken = Callable[[], str]
"""Gives a token that nobody can guess, to be part of a link."""

MAX_NOTES = 20
NOTE_NAME_MAX_CHARACTERS = 50
NOTE_MAX_CHARACTERS = 200


class TooManyInvitesError(ConflictError):
    """The person has as many open invites as they may have."""

    code = "too_many_invites"


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
            if await self.book.open_invites(request.person_id) >= policy.open_invites_per_person:
                raise TooManyInvitesError(
                    f"{policy.open_invites_per_person} invites are open, which is all that may "
                    "be; wait until some are taken up or end."
                )
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


def begun(
    referrer_id: PersonId,
    referral_id: ReferralId,
    method: Method,
    source: Source | None,
    policy: ReferralPolicy,
    policy_version: str,
    now: datetime,
) -> ReferralInvited:
    """Give the event that begins a referral."""
    return ReferralInvited(
        at=now,
        person_id=referrer_id,
        policy_version=policy_version,
        referral_id=referral_id,
        method=method,
        source=source,
        expires_at=now + timedelta(seconds=policy.invite_seconds),
    )


def checked_notes(metadata: Mapping[str, str]) -> dict[str, str]:
    """Give what an app notes, in normal form.

    Raises:
        InvalidValueError: It is too much, or no text.
    """
    if len(metadata) > MAX_NOTES:
        raise InvalidValueError("metadata", f"At most {MAX_NOTES} texts are kept; send fewer.")
    return {
        clean_line("metadata", name, max_characters=NOTE_NAME_MAX_CHARACTERS): clean_line(
            "metadata", text, max_characters=NOTE_MAX_CHARACTERS
        )
        for name, text in metadata.items()
    }
