"""Milestone rewards on every store: claimed once, given once, and a discount used once."""

from collections.abc import Awaitable, Callable

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.referrals.use_discount import UseDiscount
from domain.identity.persons import Person
from domain.referrals.events import ReferralRewardApplied, ReferralRewardClaimed
from domain.referrals.milestones import (
    Claim,
    DiscountUsedError,
    MilestoneReward,
    RewardClaimedError,
    RewardType,
)
from domain.shared.errors import NotFoundError, RefusedError, UnavailableError
from domain.shared.ids import PaymentId, ReferralRewardId
from tests.contracts import given
from tests.contracts.referrals import Programme
from tests.contracts.stores import Stores
from tests.contracts.test_referrals import rewarded_one
from tests.contracts.use_cases import erase_person
from tests.contracts.values import DAY, START


@pytest.fixture
def programme(stores: Stores) -> Programme:
    return Programme(stores)


def a_milestone() -> MilestoneReward:
    return MilestoneReward(
        id=ReferralRewardId(uuid7()),
        name="A friend",
        description="Video credits for the first friend.",
        type=RewardType.CREDITS,
        value={"credits": 5},
        created_at=START,
    )


async def test_milestones(programme: Programme) -> None:
    reward = await programme.publish(a_milestone())
    fresh = await given.a_person(programme.stores)
    with pytest.raises(RefusedError):
        await programme.claim(fresh.id, reward.id)
    with pytest.raises(NotFoundError):
        await programme.claim(fresh.id, ReferralRewardId(uuid7()))
    referrer, _, _ = await rewarded_one(programme)
    person_id = referrer.id
    made = await programme.claim(person_id, reward.id)
    with pytest.raises(RewardClaimedError):
        await programme.claim(person_id, reward.id)
    await programme.drain_claims(person_id)
    await programme.drain_claims(person_id)
    assert programme.giver.given == [made]
    (standing,) = [
        one for one in await programme.queries.rewards_of(person_id) if one.reward.id == reward.id
    ]
    assert standing.claim is not None
    assert standing.claim.applied_at is not None
    told = [
        type(out.event)
        for out in await programme.stores.outbox()
        if out.event.person_id == person_id
        and isinstance(out.event, ReferralRewardClaimed | ReferralRewardApplied)
    ]
    assert told == [ReferralRewardClaimed, ReferralRewardApplied]


async def claimed_by_nobody_giving(
    programme: Programme, reward: MilestoneReward
) -> tuple[Person, Claim]:
    """Somebody who claimed a reward, as if nobody had given any then and nobody told of it."""
    person = await given.a_person(programme.stores)
    claims = programme.stores.referrals.claims
    claim = Claim(
        person_id=person.id,
        reward_id=reward.id,
        type=reward.type,
        value=reward.value,
        claimed_at=START,
        expires_at=None if reward.valid_days is None else START + reward.valid_days * DAY,
        policy_version="old",
    )
    assert await programme.stores.transactions.run(lambda: claims.add(claim, ()))
    return person, claim


async def test_what_was_claimed_and_never_given_is_given(programme: Programme) -> None:
    reward = await programme.publish(attrs.evolve(a_milestone(), valid_days=30))
    found = [await claimed_by_nobody_giving(programme, reward) for _ in range(3)]
    await programme.wait(400 * DAY)
    programme.giver.away = True
    with pytest.raises(UnavailableError):
        await programme.apply_waiting()
    programme.giver.away = False
    await programme.apply_waiting()
    await programme.apply_waiting()
    ours = [claim for _, claim in found]
    assert sorted(
        (one for one in programme.giver.given if one.reward_id == reward.id),
        key=lambda one: one.person_id,
    ) == sorted(ours, key=lambda one: one.person_id)
    for person, _ in found:
        (claim,) = await programme.stores.referrals.claims.of(person.id)
        now = await programme.stores.clock.now()
        # It can be used for as long as it could have been, had it been given at once.
        assert (claim.applied_at, claim.expires_at) == (now, now + 30 * DAY)


async def test_who_was_erased_is_given_nothing(programme: Programme) -> None:
    reward = await programme.publish(a_milestone())
    person, _ = await claimed_by_nobody_giving(programme, reward)
    await erase_person(programme.stores)(person.id)
    await programme.apply_waiting()
    assert person.id not in {one.person_id for one in programme.giver.given}
    assert person.id in {one.person_id for one in await waiting(programme)}


async def waiting(programme: Programme) -> list[Claim]:
    claims, found = programme.stores.referrals.claims, list[Claim]()
    while page := await claims.waiting(found[-1] if found else None, 2):
        found += page
    return found


async def test_claims_that_wait_are_given_in_their_order(programme: Programme) -> None:
    reward = await programme.publish(a_milestone())
    ours = {(await claimed_by_nobody_giving(programme, reward))[0].id for _ in range(5)}
    found = await waiting(programme)
    assert len(found) == len({(one.person_id, one.reward_id) for one in found})
    assert ours <= {one.person_id for one in found}
    places = [(one.claimed_at, one.person_id, one.reward_id) for one in found]
    assert places == sorted(places)


async def test_a_discount_is_of_one_payment_at_a_time(programme: Programme) -> None:
    value: dict[str, int | str] = {"percent_off": 30}
    wanted = attrs.evolve(a_milestone(), type=RewardType.DISCOUNT, value=value)
    reward = await programme.publish(wanted)
    person, claim = await claimed_by_nobody_giving(programme, reward)
    ports = programme.stores.referrals
    use = UseDiscount(ports.claims, ports.discounts)
    one, other = PaymentId(uuid7()), PaymentId(uuid7())

    async def put(step: Callable[[], Awaitable[None]]) -> tuple[Claim, ...]:
        await programme.stores.transactions.run(step)
        return await use.of(person.id, START)

    assert await use.of(person.id, START) == (claim,)
    assert await put(lambda: use.take(person.id, reward.id, one)) == ()
    assert await put(lambda: use.take(person.id, reward.id, one)) == ()
    with pytest.raises(DiscountUsedError):
        await put(lambda: use.take(person.id, reward.id, other))
    await put(lambda: use.take_if_left(person.id, reward.id, other))
    (known,) = await ports.claims.of(person.id)
    assert known.payment_id == one
    assert await put(lambda: use.give_back(person.id, other)) == ()
    assert await put(lambda: use.give_back(person.id, one)) == (claim,)
    await put(lambda: use.take_if_left(person.id, reward.id, other))
    (known,) = await ports.claims.of(person.id)
    assert known.payment_id == other
    nobody = await given.a_person(programme.stores)
    with pytest.raises(DiscountUsedError):
        await put(lambda: use.take(nobody.id, reward.id, one))
