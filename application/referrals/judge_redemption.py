"""Say what would come of a code or token, without taking it up."""

from datetime import datetime

from attrs import frozen

from application.referrals.acting_party import acting
from application.referrals.ports import (
    Parties,
    Party,
    PastPersons,
    Payers,
    ReferralBook,
    ReferralCodes,
    Referrals,
)
from application.referrals.weigh_signals import SignalWeigher, Whereabouts, whereabouts
from application.shared.clock import Clock
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.shared.standing import required
from domain.referrals.codes import entered_code
from domain.referrals.redeeming import Judgement, Redemption, judge
from domain.referrals.referrals import Invited, Referral
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import PersonId
from domain.shared.text import clean_line

TOKEN_MAX_CHARACTERS = 100


@frozen(kw_only=True)
class RedeemRequest:
    """Somebody enters a code or a token: one of the two.

    Attributes:
        person_id: Who.
        code: The code, as it was typed.
        token: The token of an invite.
        device: What their device is known by, if the app says so.
        ip: Their network address, if the app says so.
    """

    person_id: PersonId
    code: str | None = None
    token: str | None = None
    device: str | None = None
    ip: str | None = None

    def checked(self) -> Whereabouts:
        """Give from where it is entered.

        Raises:
            InvalidValueError: Neither or both of code and token are given, or a text is malformed.
        """
        if (self.code is None) == (self.token is None):
            raise InvalidValueError("code", "Give either a code or a token.")
        return whereabouts(self.device, self.ip)


@frozen
class Offer:
    """Whose code or token it is.

    Attributes:
        referrer_id: Whose.
        usable: It can be taken up.
        invite: The invite, if it is a token.
    """

    referrer_id: PersonId
    usable: bool
    invite: Referral | None


@frozen
class RedemptionJudge:
    """Collects all that the rules look at, and asks them."""

    codes: ReferralCodes
    referrals: Referrals
    payers: Payers
    past_persons: PastPersons
    weigh: SignalWeigher
    rulebook: Rulebook

    async def offer(self, request: RedeemRequest, now: datetime) -> Offer:
        """Give whose code or token is entered.

        Raises:
            InvalidValueError: It can be no code, or no token.
            NotFoundError: There is no such code or token.
        """
        if request.code is not None:
            code = await self.codes.get(entered_code("code", request.code))
            if code is None:
                raise NotFoundError("There is no such code; check that it is typed as given.")
            return Offer(code.person_id, code.usable(now), None)
        token = clean_line("token", request.token or "", max_characters=TOKEN_MAX_CHARACTERS)
        invite = await self.referrals.by_token(token)
        if invite is None:
            raise NotFoundError("There is no such invite; check that its link is whole.")
        usable = isinstance(invite, Invited) and now < invite.expires_at
        return Offer(invite.referrer_id, usable, invite)

    async def __call__(
        self,
        offer: Offer,
        referrer: Party,
        referee: Party,
        root: PersonId,
        where: Whereabouts,
        now: datetime,
    ) -> Judgement:
        """Give what the rules say.

        Args:
            offer: What is entered.
            referrer: Whose it is.
            referee: Who enters it.
            root: The first one of the chain that the referrer came by.
            where: From where it is entered.
            now: The present instant.
        """
        same = referrer.id == referee.id
        selves = await self._selves(referee)
        redemption = Redemption(
            same_person=same,
            usable=offer.usable,
            signed_up_at=referee.registered_at,
            is_payer=any([await self.payers.first_paid_at(one) for one in selves]),
            is_referred=any([await self.referrals.of_referee(one) for one in selves]),
            is_ancestor=not same and root in selves,
            referrer_active=referrer.active,
            signals=await self.weigh(referrer, referee, where, now),
        )
        return judge(redemption, self.rulebook.policies.referrals, now)

    async def _selves(self, referee: Party) -> tuple[PersonId, ...]:
        """Give the person, and whom they were before they had themself erased."""
        if referee.email is None:
            return (referee.id,)
        past = await self.past_persons.of_email(self.weigh.past_address(referee.email))
        return (referee.id, *(one.person_id for one in past))


@frozen
class JudgeRedemption:
    """Answers what would come of it now; nothing is kept."""

    parties: Parties
    book: ReferralBook
    judge: RedemptionJudge
    drain: Drain
    clock: Clock

    async def __call__(self, request: RedeemRequest) -> Judgement:
        """Give what the rules say.

        Raises:
            InvalidValueError: Neither or both of code and token are given, or one is malformed.
            NotFoundError: There is no such person, code or token.
            PersonDeletedError: The person was erased.
            PersonSuspendedError: The person is suspended.
        """
        where = request.checked()
        await self.drain(request.person_id)
        now = await self.clock.now()
        offer = await self.judge.offer(request, now)
        referee = acting(await self.parties.get(request.person_id), request.person_id)
        referrer = required(await self.parties.get(offer.referrer_id), offer.referrer_id)
        root = await self.book.root(offer.referrer_id)
        return await self.judge(offer, referrer, referee, root, where, now)
