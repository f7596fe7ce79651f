"""Thousands of persons, some of whom collude: no cycle comes about, nobody is paid twice."""

import random
from collections import Counter

from domain.referrals.ancestry import root_of
from domain.referrals.commands import Buy
from domain.referrals.events import ReferralRewarded
from domain.referrals.redeeming import RedeemOutcome, Signals, judge
from domain.shared.ids import PersonId
from tests.domain.referrals.script import (
    DAY,
    HOUR,
    POLICY,
    START,
    Book,
    person,
    purchase,
    redemption,
)

PERSONS = 2_000
RING = 12


def test_a_random_graph_with_colluding_rings() -> None:
    chance = random.Random(20_260_301)
    referrers: dict[PersonId, PersonId] = {}
    tries = [(chance.randrange(PERSONS), chance.randrange(PERSONS)) for _ in range(2 * PERSONS)]
    # Every fiftieth begins a ring that tries to close itself, from a random place on.
    for first in range(0, PERSONS, 50):
        ring = [first + step for step in range(RING)]
        turn = chance.randrange(RING)
        tries += [(ring[(n + turn) % RING], ring[(n + turn + 1) % RING]) for n in range(RING)]
    chance.shuffle(tries)
    closed = 0
    for referee, referrer in ((person(one), person(other)) for one, other in tries):
        is_ancestor = root_of(referrer, referrers) == referee
        judgement = judge(
            redemption(
                same_person=referee == referrer,
                is_referred=referee in referrers,
                is_ancestor=is_ancestor and referee != referrer,
                signals=Signals(),
            ),
            POLICY,
            START,
        )
        if judgement.outcome is RedeemOutcome.ACCEPTED:
            referrers[referee] = referrer
        elif judgement.signs == ("no_cycle",):
            closed += 1
    assert closed > 0
    assert len(referrers) > PERSONS // 2
    _hold_no_cycle(referrers)
    _pay_nobody_twice(referrers, chance)


def _hold_no_cycle(referrers: dict[PersonId, PersonId]) -> None:
    clean: set[PersonId] = set()
    for start in referrers:
        path: list[PersonId] = []
        seen: set[PersonId] = set()
        here: PersonId | None = start
        while here is not None and here not in clean:
            assert here not in seen, "a person came by themself"
            seen.add(here)
            path.append(here)
            here = referrers.get(here)
        clean.update(path)


def _pay_nobody_twice(referrers: dict[PersonId, PersonId], chance: random.Random) -> None:
    """Let everyone buy, and be heard of more than once, for the ten busiest referrers."""
    busiest = Counter(referrers.values()).most_common(10)
    for referrer, _ in busiest:
        referees = [one for one, by in referrers.items() if by == referrer]
        book = Book().join(range(len(referees)))
        news = [
            (number, purchase(number, START + chance.randrange(72) * HOUR))
            for number in range(len(referees))
        ] * 2
        chance.shuffle(news)
        for number, one in news:
            book.put(number, Buy(purchase=one), START + 3 * DAY)
        book.settle(START + 90 * DAY)
        paid = [number for number, event in book.rewarded if isinstance(event, ReferralRewarded)]
        assert len(paid) == len(set(paid))
        assert len(paid) <= POLICY.window_rewards
