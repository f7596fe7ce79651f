"""Tiers by ordinal, caps, and that the order in which things are heard of does not matter."""

import random
from datetime import datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.referrals.commands import Buy, TakeBack
from domain.referrals.events import ReferralRewarded
from domain.referrals.kinds import Counted, Purchase, TakenBackFor
from domain.referrals.policy import ReferralPolicy
from domain.referrals.progress import progress_of
from domain.referrals.referrals import Rejected, Reversed, Rewarded
from domain.referrals.tiers import rewards, standing_of, tier_at
from domain.shared.money import Money
from tests.domain.referrals.script import (
    DAY,
    HOUR,
    POLICY,
    START,
    VERSION,
    Book,
    counted,
    purchase,
)

FAR = START + 400 * DAY


@pytest.mark.parametrize(
    ("ordinal", "tier", "rupees", "dollars"),
    [
        (1, 1, 10_000, 200),
        (2, 1, 10_000, 200),
        (3, 2, 12_500, 250),
        (9, 2, 12_500, 250),
        (10, 3, 15_000, 300),
        (24, 3, 15_000, 300),
        (25, 4, 20_000, 400),
        (99, 4, 20_000, 400),
    ],
)
def test_tiers(ordinal: int, tier: int, rupees: int, dollars: int) -> None:
    assert tier_at(ordinal, POLICY) == tier
    in_rupees, in_dollars = purchase(0, START), purchase(0, START, currency="USD")
    assert rewards(in_rupees, tier, POLICY) == (Money(rupees, "INR"), Money(5_000, "INR"))
    assert rewards(in_dollars, tier, POLICY) == (Money(dollars, "USD"), Money(100, "USD"))


def test_rewards_are_floored() -> None:
    odd = attrs.evolve(POLICY, usd=attrs.evolve(POLICY.usd, referrer_minor=199))
    assert rewards(purchase(0, START, currency="USD"), 2, odd)[0] == Money(248, "USD")


def bought(book: Book, numbers: list[int], at: datetime) -> None:
    for number in numbers:
        book.put(number, Buy(purchase=purchase(number, at)), at)


def test_thirty_purchases_at_one_instant() -> None:
    book = Book().join(range(30))
    order = list(range(30))
    random.Random(1).shuffle(order)
    bought(book, order, START + HOUR)
    book.settle(FAR)
    tiers = book.referrals
    for number in range(20):
        known = tiers[number]
        assert isinstance(known, Rewarded)
        assert known.ordinal == number + 1
        assert known.bonus_tier == (1 if number < 2 else 2 if number < 9 else 3)
    for number in range(20, 30):
        refused = tiers[number]
        assert isinstance(refused, Rejected)
        assert refused.reasons == ("rewards_in_window",)


def test_the_window_moves_on() -> None:
    book = Book().join(range(41))
    bought(book, list(range(20)), START + HOUR)
    bought(book, list(range(20, 40)), START + HOUR + 30 * DAY)
    bought(book, [40], START + HOUR + 30 * DAY)
    book.settle(FAR)
    assert all(isinstance(book.referrals[number], Rewarded) for number in range(40))
    assert isinstance(book.referrals[40], Rejected)


def test_a_hundred_in_all() -> None:
    policy = attrs.evolve(POLICY, window_rewards=1000)
    book = Book(policy=policy).join(range(102))
    bought(book, list(range(102)), START + HOUR)
    book.settle(FAR)
    states = [type(book.referrals[number]) for number in range(102)]
    assert states == [Rewarded] * 100 + [Rejected] * 2
    last = book.referrals[101]
    assert isinstance(last, Rejected)
    assert last.reasons == ("rewards_in_all",)


def test_what_was_taken_back_makes_room_and_leaves_the_others_as_they_are() -> None:
    book = Book().join(range(4))
    bought(book, [0, 1, 2], START + HOUR)
    book.settle(START + 10 * DAY)
    third = book.referrals[2]
    back = TakeBack(payment_id=purchase(0, START).payment_id, at=FAR, cause=TakenBackFor.REFUND)
    book.put(0, back, FAR)
    assert isinstance(book.referrals[0], Reversed)
    assert book.referrals[2] == third
    bought(book, [3], START + 11 * DAY)
    book.settle(FAR)
    fourth = book.referrals[3]
    assert isinstance(fourth, Rewarded)
    assert (fourth.ordinal, fourth.bonus_tier) == (3, 2)


def test_a_purchase_heard_of_late_breaks_no_cap() -> None:
    policy = attrs.evolve(POLICY, window_rewards=2)
    book = Book(policy=policy).join(range(3))
    bought(book, [1, 2], START + 2 * HOUR)
    book.settle(START + 10 * DAY)
    bought(book, [0], START + HOUR)
    book.settle(FAR)
    late = book.referrals[0]
    assert isinstance(late, Rejected)
    assert late.reasons == ("rewards_in_window",)


def test_progress_names_what_is_next() -> None:
    known = tuple(
        Counted(
            place=(START + n * HOUR, purchase(n, START).payment_id),
            rewarded=False,
        )
        for n in range(20)
    )
    fresh = progress_of((), POLICY, VERSION, START, active=True)
    assert (fresh.tier, fresh.percent, fresh.counted) == (1, 100, 0)
    assert fresh.next_tier is not None
    assert (fresh.next_tier.tier, fresh.next_tier.purchases_needed) == (2, 2)
    assert all(reason.satisfied for reason in fresh.reasons)
    full = progress_of(known, POLICY, VERSION, START + DAY, active=False)
    refused = {reason.rule: reason for reason in full.reasons if not reason.satisfied}
    assert set(refused) == {"referrer_is_active", "rewards_in_window"}
    assert refused["rewards_in_window"].changes_at == START + 30 * DAY
    assert full.tier == 3
    assert full.next_tier is not None
    assert full.next_tier.purchases_needed == 4


_commands = st.lists(
    st.tuples(
        st.integers(0, 7),
        st.integers(0, 50),
        st.sampled_from([0, 0, 30 * 86_400, 8 * 86_400]),
    ),
    min_size=1,
    max_size=24,
)


@given(_commands, st.randoms(use_true_random=False))
def test_the_order_in_which_purchases_are_heard_of_does_not_matter(
    found: list[tuple[int, int, int]], chance: random.Random
) -> None:
    policy = attrs.evolve(POLICY, window_rewards=4, rewards_in_all=6)
    purchases = [
        (number, purchase(place, START + day * HOUR, plan=plan))
        for place, (number, day, plan) in enumerate(found)
    ]
    outcomes = []
    for _ in range(2):
        book = Book(policy=policy).join(range(8))
        for number, one in [*purchases, *purchases[:5]]:
            book.put(number, Buy(purchase=one), START + 3 * DAY)
        book.settle(FAR)
        # Heard of again, after all is settled.
        for number, one in purchases:
            book.put(number, Buy(purchase=one), FAR)
        outcomes.append({number: _outcome(known) for number, known in book.referrals.items()})
        _audit(book, policy)
        chance.shuffle(purchases)
    assert outcomes[0] == outcomes[1]


def _outcome(known: object) -> object:
    if isinstance(known, Rewarded):
        return known.ordinal, known.bonus_tier, known.purchase, known.referrer_reward
    return type(known).__name__, getattr(known, "reasons", None)


def _audit(book: Book, policy: ReferralPolicy) -> None:
    paid = [number for number, event in book.rewarded if isinstance(event, ReferralRewarded)]
    assert len(paid) == len(set(paid)), "somebody was rewarded twice"
    rewarded = sorted(
        known.purchase.settled_at
        for known in book.referrals.values()
        if isinstance(known, Rewarded) and not isinstance(known, Reversed)
    )
    assert len(rewarded) <= policy.rewards_in_all
    window = timedelta(seconds=policy.window_seconds)
    for end in rewarded:
        assert sum(end - window < at <= end for at in rewarded) <= policy.window_rewards


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.sampled_from(["buy", "back", "settle"]), st.integers(0, 90)
        ),
        max_size=60,
    )
)
def test_caps_hold_whatever_happens(steps: list[tuple[int, str, int]]) -> None:
    policy = attrs.evolve(POLICY, window_rewards=2, rewards_in_all=4)
    book = Book(policy=policy).join(range(10))
    now = START
    for number, step, hours in steps:
        now += hours * HOUR
        if step == "buy":
            # Told of up to two days late, and in any order.
            book.put(number, Buy(purchase=purchase(number, now - min(hours, 48) * HOUR)), now)
        elif step == "back":
            payment = purchase(number, now).payment_id
            back = TakeBack(payment_id=payment, at=now, cause=TakenBackFor.CHARGEBACK)
            book.put(number, back, now)
        else:
            book.settle(now)
        _audit(book, policy)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20, unique=True))
def test_ordinals_are_a_rank(days: list[int]) -> None:
    places: list[Purchase] = [purchase(day, START + day * HOUR) for day in days]
    book = Book(policy=attrs.evolve(POLICY, window_rewards=100)).join(range(len(places)))
    for number, one in enumerate(places):
        book.put(number, Buy(purchase=one), START + 3 * DAY)
    everyone = counted(book.referrals.values())
    ordinals = {one.place: standing_of(one, everyone, POLICY).ordinal for one in places}
    assert [ordinals[place] for place in sorted(ordinals)] == list(range(1, len(places) + 1))
