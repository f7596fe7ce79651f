"""The limit holds on any journey: sends, tiers, zones and calls, with time moving forward."""

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

import attrs
from attrs import define, field
from hypothesis import example, given
from hypothesis import strategies as st

from domain.identity import persons
from domain.identity.persons import Person
from domain.identity.policy import IdentityPolicy
from domain.identity.profile import Profile
from domain.shared.calendar import counted, counting_date
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from domain.video.policy import UnlockPolicy
from domain.video.unlock import MessageAllowance, UnlockFacts, allowance
from tests.domain.strategies import instants, policies, tiers, zones

VERSION = "v1"


@define
class Traveller:
    """A person who sends all they may, and what was counted for them.

    Attributes:
        sent: Messages by date.
        limits: The highest limit ever decided for a date.
    """

    person: Person
    policy: UnlockPolicy
    last_call_on: date | None = None
    sent: Counter[date] = field(factory=Counter)
    limits: dict[date, int] = field(factory=dict)

    def decide(self, now: datetime) -> MessageAllowance:
        day = counted(now, self.person.timezone, self.person.counting_day).date
        facts = UnlockFacts(
            day=day,
            timezone=self.person.timezone,
            sent=self.sent[day],
            standing=self.person.standing,
            last_call_on=self.last_call_on,
        )
        decision = allowance(facts, self.policy, VERSION)
        self.limits[day] = max(self.limits.get(day, 0), decision.limit)
        return decision

    def send_up_to(self, messages: int, now: datetime) -> None:
        for _ in range(messages):
            decision = self.decide(now)
            if not decision.allowed:
                return
            day = counted(now, self.person.timezone, self.person.counting_day)
            self.sent[day.date] += 1
            self.person = attrs.evolve(self.person, counting_on=day.date, counting_since=day.since)

    def hold(self, tier: Tier, now: datetime) -> None:
        change = persons.set_tier(self.person, tier, policy_version=VERSION, now=now)
        self.person = change.person

    def move(self, timezone: str, now: datetime) -> None:
        self.person = persons.change_profile(
            self.person,
            {"timezone": timezone},
            policy=IdentityPolicy(),
            policy_version=VERSION,
            now=now,
        ).person

    def complete_a_call(self, now: datetime) -> None:
        called_on = counting_date(now, self.person.timezone, self.person.counting_day)
        self.last_call_on = max(self.last_call_on or called_on, called_on)


steps = st.one_of(
    st.tuples(st.just("send"), st.integers(1, 150)),
    st.tuples(st.just("send"), st.integers(1, 150)),
    st.tuples(st.just("hold"), tiers),
    st.tuples(st.just("move"), zones),
    st.tuples(st.just("call"), st.none()),
)
waits = st.sampled_from([0, 1, 3600, 6 * 3600, 86_400, 8 * 86_400]) | st.integers(0, 2 * 86_400)
journeys = st.lists(st.tuples(waits, steps), min_size=1, max_size=12)
Journey = list[tuple[int, tuple[str, int | Tier | str | None]]]

HOPPING: Journey = [
    (0, ("move", zone)) if number % 2 else (0, ("send", 100))
    for number, zone in enumerate(["Pacific/Kiritimati", "Pacific/Honolulu"] * 4)
]


def take(traveller: Traveller, step: tuple[str, int | Tier | str | None], now: datetime) -> None:
    match step:
        case ("send", int(messages)):
            traveller.send_up_to(messages, now)
        case ("hold", Tier() as tier):
            traveller.hold(tier, now)
        case ("move", str(timezone)):
            traveller.move(timezone, now)
        case _:
            traveller.complete_a_call(now)


def set_out(at: datetime, policy: UnlockPolicy) -> Traveller:
    newcomer = persons.register(
        PersonId(UUID(int=1)),
        Profile(name="Ana"),
        policy=IdentityPolicy(),
        policy_version=VERSION,
        now=at,
    ).person
    return Traveller(newcomer, policy)


@given(instants, policies, journeys)
@example(datetime.fromisoformat("2026-03-02T10:30:00Z"), UnlockPolicy(), HOPPING)
def test_no_date_ever_has_more_messages_than_its_limit(
    at: datetime, policy: UnlockPolicy, journey: Journey
) -> None:
    traveller = set_out(at, policy)
    for seconds, step in journey:
        at += timedelta(seconds=seconds)
        before = traveller.decide(at)
        take(traveller, step, at)
        after = traveller.decide(at)
        assert after.sent <= after.limit
        assert after.counting_on >= max(traveller.sent, default=date.min)
        if after.counting_on == before.counting_on:
            assert after.limit >= before.limit
    assert all(number <= traveller.limits[day] for day, number in traveller.sent.items())


@given(instants, policies, journeys, st.integers(0, 40))
def test_looking_in_between_changes_nothing(
    at: datetime, policy: UnlockPolicy, journey: Journey, looks: int
) -> None:
    seen, unseen = set_out(at, policy), set_out(at, policy)
    for seconds, step in journey:
        for look in range(looks % 4):
            seen.decide(at + timedelta(seconds=seconds * look // 4))
        at += timedelta(seconds=seconds)
        take(seen, step, at)
        take(unseen, step, at)
    assert seen.decide(at) == unseen.decide(at)


@given(instants, policies, journeys)
def test_all_messages_sent_at_one_instant_fit_the_dates_of_the_world(
    at: datetime, policy: UnlockPolicy, journey: Journey
) -> None:
    traveller = set_out(at, policy)
    for _, step in journey:
        take(traveller, step, at)
    around = {at.date() + timedelta(days=days) for days in (-1, 0, 1)}
    assert set(traveller.sent) <= around
