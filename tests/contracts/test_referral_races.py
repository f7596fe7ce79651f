"""Many at once: caps hold, everyone is paid once, no ring closes."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from uuid_utils.compat import uuid7

from application.referrals.invite_person import InviteRequest
from application.referrals.judge_redemption import RedeemRequest
from application.referrals.redeem_referral import Redeemed
from application.shared.rulebook import Policies, Rulebook
from application.shared.transaction import ConcurrentUpdateError
from domain.identity.persons import Person
from domain.referrals.codes import ReferralCode
from domain.referrals.events import ReferralRewarded
from domain.referrals.kinds import Method
from domain.referrals.milestones import MilestoneReward, RewardClaimedError
from domain.referrals.policy import ReferralPolicy, ScorePolicy
from domain.referrals.redeeming import RedeemOutcome
from domain.referrals.referrals import Qualified, Rejected, Reversed, Rewarded, SignedUp
from domain.referrals.tiers import CAP_IN_WINDOW
from tests.contracts import given
from tests.contracts.referrals import Programme
from tests.contracts.stores import Stores
from tests.contracts.test_referral_milestones import a_milestone
from tests.contracts.test_referrals import rewarded_one
from tests.contracts.values import DAY, START

T = TypeVar("T")
R = TypeVar("R")

REFEREES = 30
WORKERS = 20
# Thirty sign-ups in a day would be held; here it is about the caps.
TRUSTING = Rulebook(
    Policies(referrals=ReferralPolicy(scores=ScorePolicy(many_sign_ups=0))), "trusting"
)


@pytest.fixture
def programme(stores: Stores) -> Programme:
    return Programme(stores, rulebook=TRUSTING)


async def again(work: Callable[[T], Awaitable[R]], about: T) -> R:
    """Do what may meet others every time, as one does who asks again."""
    for _ in range(WORKERS):
        try:
            return await work(about)
        except ConcurrentUpdateError:
            continue
    raise AssertionError("it met others every time")


async def test_thirty_referees_buy_at_the_same_moment(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    code = await programme.code_of(referrer)
    referees = [await programme.a_referee(code) for _ in range(REFEREES)]
    at = START + timedelta(hours=1)
    payments = await asyncio.gather(*(programme.pays(one, at=at) for one in referees))
    await asyncio.gather(*(programme.drain(one.id) for one in (*referees, *referees)))
    await programme.wait(8 * DAY)
    referrals = programme.stores.referrals.referrals
    known = [await referrals.of_referee(one.id) for one in referees]
    ids = [one.id for one in known if one is not None]
    await asyncio.gather(*(again(programme.settle, one) for one in (*ids, *ids)))
    by_place = sorted(zip(payments, referees, strict=True))
    settled = [await referrals.of_referee(one.id) for _, one in by_place]
    for number, one in enumerate(settled[:20], start=1):
        assert isinstance(one, Rewarded)
        assert one.ordinal == number
        assert one.bonus_tier == (1 if number < 3 else 2 if number < 10 else 3)
    for one in settled[20:]:
        assert isinstance(one, Rejected)
        assert one.reasons == (CAP_IN_WINDOW,)
    await adds_up(programme, referrer, referees)
    assert sum(programme.credits.of(referrer.id)) == 2 * 10_000 + 7 * 12_500 + 11 * 15_000


async def adds_up(programme: Programme, referrer: Person, referees: list[Person]) -> None:
    """What was paid is what was told of, each side once."""
    told = [
        out.event
        for out in await programme.stores.outbox()
        if isinstance(out.event, ReferralRewarded) and out.event.person_id == referrer.id
    ]
    assert max(Counter(event.referral_id for event in told).values()) == 1
    paid = sorted(programme.credits.of(referrer.id))
    assert paid == sorted(event.referrer_reward.amount_minor for event in told)
    rewarded = {event.referee_id for event in told}
    for one in referees:
        assert programme.credits.of(one.id) == ([5_000] if one.id in rewarded else [])


async def test_refunds_and_ends_of_holds_at_once(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    code = await programme.code_of(referrer)
    referees = [await programme.a_referee(code) for _ in range(10)]
    payments = [await programme.pays(one, at=START + timedelta(hours=1)) for one in referees]
    for one in referees:
        await programme.drain(one.id)
    await programme.wait(8 * DAY)
    referrals = programme.stores.referrals.referrals
    known = [await referrals.of_referee(one.id) for one in referees]
    ids = [one.id for one in known if one is not None]
    for one, payment in zip(referees[:5], payments, strict=False):
        await programme.gets_back(one, payment, taken_in=False)
    await asyncio.gather(
        *(again(programme.settle, one) for one in ids),
        *(again(programme.drain, one.id) for one in referees),
    )
    states = Counter([type(await referrals.of_referee(one.id)) for one in referees])
    assert states[Rewarded] == 5
    assert states[Rejected] + states[Reversed] == 5
    assert len(programme.credits.taken) == 2 * states[Reversed]


async def test_of_twenty_who_take_up_one_invite_one_comes_by_it(programme: Programme) -> None:
    referrer = await given.a_person(programme.stores)
    invite = await programme.invite(InviteRequest(person_id=referrer.id, method=Method.LINK))
    assert invite.token is not None
    persons = [await given.a_person(programme.stores) for _ in range(WORKERS)]

    async def take_up(person: Person) -> Redeemed:
        return await programme.redeem(RedeemRequest(person_id=person.id, token=invite.token))

    found = await asyncio.gather(*(again(take_up, one) for one in persons))
    outcomes = Counter(one.judgement.outcome for one in found)
    assert outcomes == {RedeemOutcome.ACCEPTED: 1, RedeemOutcome.REJECTED: WORKERS - 1}


async def test_of_twenty_codes_one_person_comes_by_one(programme: Programme) -> None:
    person = await given.a_person(programme.stores)
    codes = [
        await programme.code_of(await given.a_person(programme.stores)) for _ in range(WORKERS)
    ]

    async def comes_by(code: ReferralCode) -> Redeemed:
        return await programme.comes(code, person)

    found = await asyncio.gather(*(again(comes_by, code) for code in codes))
    outcomes = Counter(one.judgement.outcome for one in found)
    assert outcomes == {RedeemOutcome.ACCEPTED: 1, RedeemOutcome.REJECTED: WORKERS - 1}


@pytest.mark.parametrize("size", [2, 3, 4, 7])
async def test_a_ring_that_closes_at_once_stays_open(programme: Programme, size: int) -> None:
    ring = [await given.a_person(programme.stores) for _ in range(size)]
    codes = [await programme.code_of(one) for one in ring]

    async def comes_by_the_next(number: int) -> Redeemed:
        return await programme.comes(codes[(number + 1) % size], ring[number])

    found = await asyncio.gather(*(again(comes_by_the_next, number) for number in range(size)))
    turned_away = [
        one.judgement.signs for one in found if one.judgement.outcome is not RedeemOutcome.ACCEPTED
    ]
    assert turned_away == [("no_cycle",)]
    referrals = programme.stores.referrals.referrals
    came = [await referrals.of_referee(one.id) for one in ring]
    assert sum(isinstance(one, SignedUp) for one in came) == size - 1


async def test_of_twenty_who_pay_by_one_card_at_once_one_qualifies(programme: Programme) -> None:
    code = await programme.code_of(await given.a_person(programme.stores))
    referees = [await programme.a_referee(code) for _ in range(WORKERS)]
    card = uuid7().hex
    for one in referees:
        await programme.pays(one, at=START + timedelta(hours=1), fingerprint=card)
    await asyncio.gather(*(again(programme.drain, one.id) for one in referees))
    referrals = programme.stores.referrals.referrals
    states = Counter([type(await referrals.of_referee(one.id)) for one in referees])
    assert states == {Qualified: 1, Rejected: WORKERS - 1}


async def test_changes_of_a_milestone_at_once_are_all_made(programme: Programme) -> None:
    changes: list[dict[str, Any]] = [
        {"name": "Twenty"},
        {"is_active": False},
        {"required_referrals": 7},
    ]
    for _ in range(5):
        reward = await programme.publish(a_milestone())

        async def change(what: dict[str, Any], reward: MilestoneReward = reward) -> object:
            return await programme.change_reward(reward.id, what)

        await asyncio.gather(*(change(what) for what in changes))
        known = await programme.stores.referrals.rewards.get(reward.id)
        assert known is not None
        assert (known.name, known.is_active, known.required_referrals) == ("Twenty", False, 7)


async def test_of_claims_at_once_one_is_made(programme: Programme) -> None:
    reward = await programme.publish(a_milestone())
    referrer, _, _ = await rewarded_one(programme)

    async def claims(_: int) -> bool:
        try:
            await programme.claim(referrer.id, reward.id)
        except RewardClaimedError:
            return False
        return True

    assert sum(await asyncio.gather(*(again(claims, n) for n in range(WORKERS)))) == 1
    drain = programme.drain_claims
    await asyncio.gather(*(again(drain, referrer.id) for _ in range(WORKERS)))
    assert len(programme.giver.given) == 1


async def test_of_twenty_codes_made_at_once_there_is_one(programme: Programme) -> None:
    person = await given.a_person(programme.stores)
    found = await asyncio.gather(*(programme.make_code(person.id) for _ in range(WORKERS)))
    assert len({code.code for code, _ in found}) == 1
    assert sum(made for _, made in found) == 1
