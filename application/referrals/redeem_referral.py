"""Enter a code, or the token of an invite."""

from datetime import datetime

from attrs import frozen

from application.referrals.acting_party import acting
from application.referrals.judge_redemption import (
    Offer,
    RedeemRequest,
    RedemptionJudge,
)
from application.referrals.ports import Parties, ReferralBook, Referrals, Traces
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.shared.transaction import ConcurrentUpdateError, Transactions
from domain.referrals.commands import Redeem, decide
from domain.referrals.events import ReferralChange
from domain.referrals.invites import begun
from domain.referrals.kinds import Method
from domain.referrals.redeeming import Judgement
from domain.referrals.referrals import Referral, invited
from domain.shared.ids import ReferralId


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
class RedeemReferral:
    """Takes up codes and invites: everyone comes by one at most, and nobody by themself.

    What the person has bought so far is taken in before. Beside the two persons the first of
    the chain that the referrer came by is locked: of several who would close a ring together,
    each meets another one there.
    """

    transactions: Transactions
    parties: Parties
    referrals: Referrals
    book: ReferralBook
    traces: Traces
    judge: RedemptionJudge
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
        where = request.checked()
        await self.drain(request.person_id)

        async def work() -> Redeemed:
            offer = await self.judge.offer(request, await self.clock.now())
            root = await self.book.root(offer.referrer_id)
            locked = await self.parties.lock({request.person_id, offer.referrer_id, root})
            referee = acting(locked.get(request.person_id), request.person_id)
            if await self.book.root(offer.referrer_id) != root:
                raise ConcurrentUpdateError
            now = await self.clock.now()
            # Read anew: whoever held the three before may have taken it up.
            offer = await self.judge.offer(request, now)
            referrer = locked[offer.referrer_id]
            judgement = await self.judge(offer, referrer, referee, root, where, now)
            if not judgement.recorded:
                return Redeemed(judgement=judgement, referral=None)
            command = Redeem(
                referee_id=referee.id, signed_up_at=referee.registered_at, judgement=judgement
            )
            referral = await self._recorded(offer, command, now)
            traces = self.judge.weigh.traces_of(referee, where)
            await self.traces.note(referee.id, traces)
            return Redeemed(judgement=judgement, referral=referral)

        return await self.transactions.run(work)

    async def _recorded(self, offer: Offer, command: Redeem, now: datetime) -> Referral:
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
