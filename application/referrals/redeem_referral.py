"""Enter a code, or the token of an invite."""

from datetime import datetime

from attrs import frozen

from application.referrals.invite_person import begun
from application.referrals.ports import (
    Parties,
    Party,
    PastPersons,
    Payers,
    ReferralBook,
    ReferralCodes,
    Referrals,
    Traces,
    no_such_person,
)
from application.referrals.weigh_signals import SignalWeigher, Whereabouts, whereabouts
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.shared.transaction import ConcurrentUpdateError, Transactions
from domain.referrals.codes import entered_code
from domain.referrals.commands import Redeem, decide
from domain.referrals.events import ReferralChange
from domain.referrals.kinds import Method
from domain.referrals.redeeming import Judgement, Redemption, judge
from domain.referrals.referrals import Invited, Referral, invited
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import PersonId, ReferralId
from domain.shared.standing import person_reasons, require_standing


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


@frozen(kw_only=True)
class Redeemed:
    """What came of it.

    Attributes:
        judgement: What the rules say.
        referral: The referral, if one came of it.
    """

    judgement: Judgement
    referral: Referral | None


@frozen
class _Offer:
    """Whose code or token it is, and the invite, where there is one."""

    referrer_id: PersonId
    usable: bool
    invite: Referral | None


@frozen
class RedeemReferral:
    """Takes up codes and invites: everyone comes by one at most, and nobody by themself.

    What the person has bought so far is taken in before. Beside the two persons the first of
    the chain that the referrer came by is locked: of several who would close a ring together,
    each meets another one there.
    """

    transactions: Transactions
    parties: Parties
    codes: ReferralCodes
    referrals: Referrals
    book: ReferralBook
    payers: Payers
    traces: Traces
    past_persons: PastPersons
    weigh: SignalWeigher
    drain: Drain
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, request: RedeemRequest) -> Redeemed:
        """Enter it, and give what came of it.

        Raises:
            InvalidValueError: Neither or both of code and token are given, or one is malformed.
            NotFoundError: There is no such person, code or token.
            PersonDeletedError: The person was erased.
            PersonSuspendedError: The person is suspended.
        """
        if (request.code is None) == (request.token is None):
            raise InvalidValueError("code", "Give either a code or a token.")
        where = whereabouts(request.device, request.ip)
        await self.drain(request.person_id)

        async def work() -> Redeemed:
            offer = await self._offer(request, await self.clock.now())
            root = await self.book.root(offer.referrer_id)
            locked = await self.parties.lock({request.person_id, offer.referrer_id, root})
            referee = locked.get(request.person_id)
            if referee is None:
                raise no_such_person(request.person_id)
            require_standing(person_reasons(active=referee.active, deleted=referee.deleted))
            if await self.book.root(offer.referrer_id) != root:
                raise ConcurrentUpdateError
            now = await self.clock.now()
            offer = await self._offer(request, now)
            return await self._judged(offer, locked[offer.referrer_id], referee, where, root, now)

        return await self.transactions.run(work)

    async def _offer(self, request: RedeemRequest, now: datetime) -> _Offer:
        if request.code is not None:
            code = await self.codes.get(entered_code("code", request.code))
            if code is None:
                raise NotFoundError("There is no such code; check that it is typed as given.")
            return _Offer(code.person_id, code.usable(now), None)
        invite = await self.referrals.by_token(request.token or "")
        if invite is None:
            raise NotFoundError("There is no such invite; check that its link is whole.")
        usable = isinstance(invite, Invited) and now < invite.expires_at
        return _Offer(invite.referrer_id, usable, invite)

    async def _judged(
        self,
        offer: _Offer,
        referrer: Party,
        referee: Party,
        where: Whereabouts,
        root: PersonId,
        now: datetime,
    ) -> Redeemed:
        same = referrer.id == referee.id
        selves = await self._selves(referee)
        redemption = Redemption(
            same_person=same,
            usable=offer.usable,
            signed_up_at=referee.registered_at,
            is_payer=any([await self.payers.first_paid_at(one) for one in selves]),
            is_referred=any([await self.referrals.of_referee(one) for one in selves]),
            is_ancestor=not same and root == referee.id,
            referrer_active=referrer.active,
            signals=await self.weigh(referrer, referee, where, now),
        )
        judgement = judge(redemption, self.rulebook.policies.referrals, now)
        if not judgement.recorded:
            return Redeemed(judgement=judgement, referral=None)
        command = Redeem(
            referee_id=referee.id, signed_up_at=referee.registered_at, judgement=judgement
        )
        referral = await self._recorded(offer, command, now)
        await self.traces.note(referee.id, self.weigh.traces_of(referee, where))
        return Redeemed(judgement=judgement, referral=referral)

    async def _selves(self, referee: Party) -> tuple[PersonId, ...]:
        """Give the person, and whom they were before they had themself erased."""
        if referee.email is None:
            return (referee.id,)
        past = await self.past_persons.of_email(self.weigh.past_address(referee.email))
        return (referee.id, *(one.person_id for one in past))

    async def _recorded(self, offer: _Offer, command: Redeem, now: datetime) -> Referral:
        policy, version = self.rulebook.policies.referrals, self.rulebook.version
        began: tuple[ReferralChange, ...] = ()
        start = offer.invite
        if start is None:
            event = begun(
                offer.referrer_id,
                ReferralId(self.new_id()),
                Method.CODE,
                None,
                policy,
                version,
                now,
            )
            start, began = invited(event, None), (event,)
        came = decide(start, command, policy, version, now)
        events = outgoing(self.new_id, (*began, *came))
        return await self.referrals.record(start, events, new=offer.invite is None)
