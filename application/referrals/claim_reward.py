"""Milestone rewards: publish them, claim them, and pass them on to whoever gives them."""

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import frozen

from application.referrals.acting_party import lock_acting
from application.referrals.ports import Parties, ReferralRecords
from application.referrals.reward_ports import Claims, MilestoneRewards, RewardGiver
from application.shared.clock import Clock
from application.shared.failures import Failures
from application.shared.ids import NewId
from application.shared.jobs import StoredJob
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.referrals.events import ReferralRewardApplied
from domain.referrals.milestones import (
    MAX_REWARDS,
    Claim,
    MilestoneReward,
    TooManyRewardsError,
    applied,
    changed_reward,
    checked_reward,
    claim,
    claim_of,
    reward_claimed,
)
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId, ReferralRewardId

_AT_ONCE = 100


def no_such_reward() -> NotFoundError:
    """Give the error for a milestone's reward that is absent."""
    return NotFoundError("There is no such referral reward; check the id.")


@frozen
class PublishReward:
    """Adds a milestone's reward."""

    transactions: Transactions
    rewards: MilestoneRewards
    clock: Clock

    async def __call__(self, reward: MilestoneReward) -> MilestoneReward:
        """Publish it and give it as it is kept.

        Raises:
            InvalidValueError: A field is malformed.
            TooManyRewardsError: There are as many as may be.
        """
        new = checked_reward(reward)

        async def work() -> MilestoneReward:
            if await self.rewards.count() >= MAX_REWARDS:
                raise TooManyRewardsError(
                    f"There are {MAX_REWARDS} referral rewards, which is all that are kept."
                )
            kept = attrs.evolve(new, created_at=await self.clock.now())
            await self.rewards.put(kept)
            return kept

        return await self.transactions.run(work)


@frozen
class ChangeReward:
    """Changes a milestone's reward; what was claimed before stays as it was."""

    transactions: Transactions
    rewards: MilestoneRewards

    async def __call__(
        self, reward_id: ReferralRewardId, changes: Mapping[str, Any]
    ) -> MilestoneReward:
        """Change it and give it.

        Raises:
            NotFoundError: There is no such reward.
            InvalidValueError: A new value is malformed.
        """

        async def work() -> MilestoneReward:
            known = await self.rewards.get(reward_id, lock=True)
            if known is None:
                raise no_such_reward()
            changed = changed_reward(known, changes)
            await self.rewards.put(changed)
            return changed

        return await self.transactions.run(work)


@frozen
class ClaimReward:
    """Lets a person have a milestone's reward, once."""

    transactions: Transactions
    parties: Parties
    rewards: MilestoneRewards
    claims: Claims
    records: ReferralRecords
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, reward_id: ReferralRewardId) -> Claim:
        """Claim it and give the claim.

        Raises:
            NotFoundError: There is no such person or reward.
            PersonDeletedError: The person was erased.
            PersonSuspendedError: The person is suspended.
            RewardClaimedError: They have it already.
            RewardNotActiveError: It is not given any more.
            RefusedError: They have too few rewarded referrals.
        """

        async def work() -> Claim:
            await lock_acting(self.parties, person_id)
            reward = await self.rewards.get(reward_id)
            if reward is None:
                raise no_such_reward()
            known = await self.claims.of(person_id)
            event = claim(
                reward,
                person_id,
                (await self.records.totals(person_id)).referral_count,
                self.rulebook.version,
                await self.clock.now(),
                claimed=any(one.reward_id == reward_id for one in known),
            )
            made = claim_of(event)
            if not await self.claims.add(made, outgoing(self.new_id, [event])):
                raise reward_claimed()
            return made

        return await self.transactions.run(work)


@frozen
class ApplyClaim:
    """Passes a claim on to the context that gives what was claimed."""

    parties: Parties
    claims: Claims
    giver: RewardGiver
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(self, person_id: PersonId, reward_id: ReferralRewardId) -> None:
        """Apply a locked person's claim, in the running transaction; nobody erased gets any."""
        known = next(
            (one for one in await self.claims.of(person_id) if one.reward_id == reward_id), None
        )
        if known is None or known.applied_at is not None:
            return
        party = await self.parties.get(person_id)
        if party is None or party.deleted:
            return
        await self.giver.give(known)
        event = ReferralRewardApplied(
            at=await self.clock.now(),
            person_id=person_id,
            policy_version=self.rulebook.version,
            reward_id=reward_id,
        )
        await self.claims.applied(applied(known, event), outgoing(self.new_id, [event]))


@frozen
class ApplyWaitingClaims:
    """Applies the claims that have reached nobody yet, as those of before anybody gave them."""

    transactions: Transactions
    parties: Parties
    claims: Claims
    apply: ApplyClaim

    async def __call__(self, _: StoredJob) -> None:
        """Apply them; each is a transaction of its own.

        Where it fails for one, the others are applied first.
        """
        failures = Failures()
        last: Claim | None = None
        while found := await self.claims.waiting(last, _AT_ONCE):
            for waiting in found:
                with failures.kept():
                    await self._apply(waiting.person_id, waiting.reward_id)
            last = found[-1]
        failures.raise_first()

    async def _apply(self, person_id: PersonId, reward_id: ReferralRewardId) -> None:
        async def work() -> None:
            await self.parties.lock((person_id,))
            await self.apply(person_id, reward_id)

        await self.transactions.run(work)
