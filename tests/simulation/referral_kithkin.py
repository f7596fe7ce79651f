"""Puts the commands about referrals to a Kithkin."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_never

from application.referrals.invite_person import InviteRequest
from application.referrals.judge_redemption import RedeemRequest
from domain.referrals.kinds import Method, Verdict
from domain.referrals.milestones import MilestoneReward, RewardType
from domain.shared.ids import ReferralId, ReferralRewardId
from tests.simulation.whole_commands import (
    AskReferrals,
    ClaimReward,
    DropCode,
    Invite,
    MakeCode,
    Redeem,
    ReferralCommand,
    Review,
)

if TYPE_CHECKING:
    from domain.referrals.referrals import Referral
    from tests.simulation.kithkin import Simulated

Answer = dict[str, object]

_ALL = 10_000
_NO_CODE, _NO_TOKEN = "ZZZZZZZZ", "none"
_MILESTONES: tuple[tuple[RewardType, dict[str, int | str], int], ...] = (
    (RewardType.CREDITS, {"credits": 3}, 1),
    (RewardType.BADGE, {"badge": "Friend"}, 2),
    (RewardType.CREDITS, {"credits": 5}, 3),
    (RewardType.PREMIUM_DAYS, {"days": 30}, 4),
)


async def publish(simulated: "Simulated") -> None:
    """Publish the milestones that can be claimed."""
    for kind, value, required in _MILESTONES:
        reward = MilestoneReward(
            id=ReferralRewardId(simulated.kithkin.ports.new_id()()),
            name=kind.value,
            description="For bringing friends.",
            type=kind,
            value=value,
            required_referrals=required,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        await simulated.kithkin.referrals.publish_reward()(reward)
        simulated.plain.rewards.of(reward.id)


async def put(simulated: "Simulated", command: ReferralCommand) -> Answer:
    """Put a command to it, and give its answer in plain values."""
    referrals, plain = simulated.kithkin.referrals, simulated.plain
    match command:
        case MakeCode(person=person, replace=replace):
            made = referrals.make_code()
            code, new = await made(simulated.person(person), None, replace=replace)
            if new:
                plain.codes.append(code.code)
            return {"code": plain.codes.index(code.code), "new": new}
        case DropCode(person=person):
            code = await referrals.deactivate_code()(simulated.person(person))
            return {"code": plain.codes.index(code.code), "at": code.deactivated_at}
        case Invite(person=person, method=method):
            request = InviteRequest(person_id=simulated.person(person), method=Method(method))
            invite = await referrals.invite_person()(request)
            plain.tokens.append(invite.token or "")
            return {"invite": len(plain.tokens) - 1, "until": invite.expires_at}
        case Redeem():
            return await _redeem(simulated, command)
        case Review(referral=number, approve=approve):
            verdict = Verdict.APPROVE if approve else Verdict.REJECT
            review = referrals.review_referral()
            referral_id = ReferralId(plain.referrals.id(number))
            after = await review(referral_id, verdict, "Rita", "Looked at it.")
            return _referral(simulated, after)
        case ClaimReward(person=person, reward=number):
            reward_id = ReferralRewardId(plain.rewards.id(number))
            claim = await referrals.claim_reward()(simulated.person(person), reward_id)
            await referrals.drain_claims()(simulated.person(person))
            return {"reward": number, "at": claim.claimed_at}
        case AskReferrals(person=person):
            return await _ask(simulated, person)
        case _:
            assert_never(command)


async def _redeem(simulated: "Simulated", command: Redeem) -> Answer:
    plain = simulated.plain
    code = token = None
    if command.code is not None:
        code = plain.codes[command.code] if 0 <= command.code < len(plain.codes) else _NO_CODE
    if command.invite is not None:
        known = 0 <= command.invite < len(plain.tokens)
        token = plain.tokens[command.invite] if known else _NO_TOKEN
    request = RedeemRequest(
        person_id=simulated.person(command.person), code=code, token=token, device=command.device
    )
    redeemed = await simulated.kithkin.referrals.redeem_referral()(request)
    judgement, referral = redeemed.judgement, redeemed.referral
    return {
        "outcome": judgement.outcome,
        "signs": judgement.signs,
        "referral": None if referral is None else plain.referrals.of(referral.id),
    }


async def _ask(simulated: "Simulated", person: int) -> Answer:
    queries, person_id = simulated.kithkin.referrals.queries(), simulated.person(person)
    made = (await queries.made_by(person_id, None, _ALL)).items
    came = await simulated.kithkin.ports.referrals().of_referee(person_id)
    standing = await queries.progress(person_id)
    return {
        "made": [_referral(simulated, it) for it in made],
        "came": None if came is None else _referral(simulated, came),
        "count": standing.totals.referral_count,
        "earned": [(it.amount_minor, it.currency) for it in standing.totals.credits_earned],
        "rewards": [
            (simulated.plain.rewards.of(it.reward.id), it.reason.satisfied, it.claim is not None)
            for it in await queries.rewards_of(person_id)
        ],
    }


def _referral(simulated: "Simulated", referral: "Referral") -> Answer:
    referee_id = getattr(referral, "referee_id", None)
    return {
        "referral": simulated.plain.referrals.of(referral.id),
        "state": type(referral).__name__,
        "referee": None if referee_id is None else simulated.plain.persons.of(referee_id),
        "hold_ends_at": getattr(referral, "hold_ends_at", None),
        "tier": getattr(referral, "bonus_tier", None),
    }
