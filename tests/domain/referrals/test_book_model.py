"""Random books against a plain model: what each purchase comes to, worked out all at once."""

from datetime import datetime, timedelta
from uuid import UUID

import attrs
from hypothesis import given
from hypothesis import strategies as st

from domain.referrals.commands import Buy, TakeBack
from domain.referrals.kinds import Purchase, TakenBackFor
from domain.referrals.policy import ReferralPolicy
from domain.referrals.referrals import Qualified, Rejected, Reversed, Rewarded
from tests.domain.referrals.script import DAY, HOUR, POLICY, START, Book, purchase

SMALL = attrs.evolve(POLICY, window_rewards=3, rewards_in_all=5, tier_starts=(1, 2, 3, 5))

_books = st.lists(
    st.tuples(
        st.integers(0, 40 * 24),  # hours from the start to the purchase
        st.sampled_from([0, 0, 9, 30]),  # days that the plan lasts
        st.none() | st.integers(0, 60 * 24),  # hours from the purchase to its refund
    ),
    min_size=1,
    max_size=12,
)


def ends_at(one: Purchase) -> datetime:
    return one.settled_at + max(7 * DAY, timedelta(seconds=one.plan_seconds))


def expected(
    bought: list[tuple[Purchase, datetime | None]], policy: ReferralPolicy
) -> dict[UUID, object]:
    """What becomes of each purchase, by going through the ends of holds in their order."""
    out: dict[UUID, object] = {}
    rewarded: dict[UUID, Purchase] = {}
    gone: set[UUID] = set()
    for one, back in bought:
        if back is not None and back < ends_at(one):
            out[one.payment_id] = Rejected
    for one, _ in sorted(bought, key=lambda pair: (ends_at(pair[0]), pair[0].place)):
        if one.payment_id in out:
            continue
        end = ends_at(one)
        counts = [
            other
            for other, other_back in bought
            if other.payment_id not in gone
            and (other_back is None or other_back > end)
            and (other.settled_at <= end)
        ]
        before = [other for other in counts if other.place < one.place]
        window = [
            other for other in before if other.settled_at > one.settled_at - timedelta(days=30)
        ]
        in_all = {other.payment_id for other in before} | {
            other
            for other in rewarded
            if rewarded[other].place > one.place and other in {c.payment_id for c in counts}
        }
        if len(window) >= policy.window_rewards or len(in_all) >= policy.rewards_in_all:
            out[one.payment_id] = Rejected
            gone.add(one.payment_id)
        else:
            out[one.payment_id] = len(before) + 1
            rewarded[one.payment_id] = one
    return out


@given(_books)
def test_a_book_comes_to_what_the_model_says(found: list[tuple[int, int, int | None]]) -> None:
    bought = [
        (purchase(n, START + hours * HOUR, plan=days * 86_400), back)
        for n, (hours, days, back) in enumerate(found)
    ]
    timed = [
        (one, None if back is None else one.settled_at + back * HOUR + HOUR / 2)
        for one, back in bought
    ]
    book = Book(policy=SMALL).join(range(len(timed)))
    news: list[tuple[datetime, int, Buy | TakeBack]] = []
    for n, (one, back_at) in enumerate(timed):
        news.append((one.settled_at, n, Buy(purchase=one)))
        if back_at is not None:
            back = TakeBack(payment_id=one.payment_id, at=back_at, cause=TakenBackFor.REFUND)
            news.append((back_at, n, back))
    for at, n, command in sorted(news, key=lambda item: item[:2]):
        # Holds that end at this instant end before what is told of at it.
        book.settle(at)
        book.put(n, command, at)
    book.settle(START + 400 * DAY)
    wanted = expected(timed, SMALL)
    for n, (one, _) in enumerate(timed):
        known = book.referrals[n]
        assert not isinstance(known, Qualified) or isinstance(known, Rewarded)
        if wanted[one.payment_id] is Rejected:
            assert isinstance(known, Rejected)
        else:
            assert isinstance(known, Rewarded | Reversed)
            assert known.ordinal == wanted[one.payment_id]
