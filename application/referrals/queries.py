"""Reading referrals, as they are now: what the person has bought is taken in first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from application.referrals.ports import (
    FunnelStep,
    Parties,
    Party,
    ReferralBook,
    ReferralCodes,
    ReferralFigures,
    ReferralRecords,
    Referrals,
    ReferralTotals,
    ReferrerFigures,
)
from application.referrals.reward_ports import Claims, MilestoneRewards
from application.shared.clock import Clock
from application.shared.pages import Page, Position
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.shared.standing import not_erased
from domain.referrals.codes import ReferralCode
from domain.referrals.milestones import Claim, MilestoneReward, progress_reason
from domain.referrals.progress import Progress, progress_of
from domain.referrals.referrals import Referral
from domain.shared.decisions import Reason
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId, ReferralId

ANALYTICS_DAYS = 90
"""How far back the figures on referrals go; rules page referrals."""


@frozen(kw_only=True)
class ReferrerProgress:
    """Where a person stands as a referrer.

    Attributes:
        progress: The tier of their next purchase, and the caps.
        totals: What their referrals add up to.
    """

    progress: Progress
    totals: ReferralTotals


@frozen(kw_only=True)
class RewardStanding:
    """A milestone's reward, and how far a person is with it.

    Attributes:
        reward: Which.
        reason: Whether they have referred enough.
        claim: Their claim, if they made it.
    """

    reward: MilestoneReward
    reason: Reason
    claim: Claim | None


@frozen
class ReferralQueries:
    """Answers what is asked about referrals of a person."""

    parties: Parties
    codes: ReferralCodes
    referrals: Referrals
    book: ReferralBook
    records: ReferralRecords
    rewards: MilestoneRewards
    claims: Claims
    drain: Drain
    clock: Clock
    rulebook: Rulebook

    async def code(self, person_id: PersonId) -> ReferralCode:
        """Give a person's active code.

        Raises:
            NotFoundError: There is no such person, or they have none.
            PersonDeletedError: They were erased.
        """
        await self._party(person_id)
        code = await self.codes.active(person_id)
        if code is None or code.expired(await self.clock.now()):
            raise NotFoundError("The person has no active code; make one with a POST here.")
        return code

    async def invite(self, person_id: PersonId, referral_id: ReferralId) -> Referral:
        """Give an invite of a person's.

        Raises:
            NotFoundError: There is no such person, or no such invite of theirs.
            PersonDeletedError: They were erased.
        """
        await self._party(person_id)
        known = await self.referrals.get(referral_id)
        if known is None or known.referrer_id != person_id or known.token is None:
            raise NotFoundError("There is no such invite of the person's; check the id.")
        return known

    async def made_by(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[Referral]:
        """Give a person's referrals, the newest first.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        await self._party(person_id)
        return await self.records.made_by(person_id, after, limit)

    async def progress(self, person_id: PersonId) -> ReferrerProgress:
        """Give where a person stands as a referrer, and why.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        party = await self._party(person_id)
        now = await self.clock.now()
        progress = progress_of(
            await self.book.counted(person_id, now),
            self.rulebook.policies.referrals,
            self.rulebook.version,
            now,
            active=party.active,
        )
        return ReferrerProgress(progress=progress, totals=await self.records.totals(person_id))

    async def held(self, after: Position | None, limit: int) -> Page[Referral]:
        """Give the referrals that are held for review, the one that waits longest first."""
        return await self.records.held(after, limit)

    async def milestones(self) -> tuple[MilestoneReward, ...]:
        """Give all milestone rewards, by how many referrals they take."""
        return await self.rewards.all()

    async def rewards_of(self, person_id: PersonId) -> tuple[RewardStanding, ...]:
        """Give the milestone rewards that a person claimed or can come to.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        await self._party(person_id)
        count = (await self.records.totals(person_id)).referral_count
        claims = {claim.reward_id: claim for claim in await self.claims.of(person_id)}
        return tuple(
            RewardStanding(
                reward=reward,
                reason=progress_reason(reward, count),
                claim=claims.get(reward.id),
            )
            for reward in await self.rewards.all()
            if reward.is_active or reward.id in claims
        )

    async def _party(self, person_id: PersonId) -> Party:
        await self.drain(person_id)
        return not_erased(await self.parties.get(person_id), person_id)


@frozen
class ReferralAnalytics:
    """Answers what referrals of the last ninety days came to."""

    figures: ReferralFigures
    clock: Clock

    async def since(self) -> datetime:
        """Give when the ninety days began."""
        return await self.clock.now() - timedelta(days=ANALYTICS_DAYS)

    async def by_referrer(
        self, since: datetime, after: PersonId | None, limit: int
    ) -> Sequence[ReferrerFigures]:
        """Give the figures of referrers, by their ids."""
        return await self.figures.by_referrer(since, after, limit)

    async def funnel(self, since: datetime) -> Sequence[FunnelStep]:
        """Give the funnel by method and source."""
        return await self.figures.funnel(since)
