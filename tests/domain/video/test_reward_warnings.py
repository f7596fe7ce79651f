"""What a person is told of their reward: each notice once, on its day."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.shared.calendar import local_date, month_of, start_of
from domain.shared.ids import PersonId
from domain.video.events import (
    RewardEarned,
    RewardEvent,
    RewardLapsed,
    RewardStatus,
    RewardWarned,
    RewardWithdrawn,
)
from domain.video.policy import RewardPolicy
from domain.video.reward import CountedCall, facts_of, partners_by_month, reward
from domain.video.reward_warnings import RewardNotes, news, noted, reward_day

PERSON = PersonId(UUID(int=99))
PARTNERS = [PersonId(UUID(int=number)) for number in range(1, 5)]
MOMENT = timedelta(microseconds=1)
ONE_HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)
LORD_HOWE, NEW_YORK = "Australia/Lord_Howe", "America/New_York"


class Person:
    """A person whose reward is looked at now and then."""

    def __init__(self, timezone: str = "UTC", policy: RewardPolicy | None = None) -> None:
        self.timezone = timezone
        self.policy = policy or RewardPolicy()
        self.calls: list[CountedCall] = []
        self.notes: RewardNotes | None = None
        self.told: list[RewardEvent] = []

    def look(self, now: datetime) -> list[RewardEvent]:
        day = reward_day(local_date(now, self.timezone), self.notes)
        facts = facts_of(day, self.timezone, partners_by_month(self.calls))
        decision = reward(facts, self.policy, "v1")
        before = self.notes or RewardNotes(person_id=PERSON, month=month_of(day))
        events = news(before, decision, now)
        self.notes = noted(before, decision, events)
        assert self.notes.due_at is None or self.notes.due_at > now
        assert news(self.notes, decision, now) == ()
        self.told += events
        return list(events)

    def call(self, now: datetime, *partners: PersonId) -> list[RewardEvent]:
        day = local_date(now, self.timezone)
        self.calls += [CountedCall(partner, day) for partner in partners]
        return self.look(now)

    def run_until(self, end: datetime) -> None:
        """Look whenever something is due, as the job does."""
        while self.notes is not None and self.notes.due_at is not None and self.notes.due_at <= end:
            self.look(self.notes.due_at)


def earned_in(month: date, timezone: str = "UTC") -> Person:
    person = Person(timezone)
    (event,) = person.call(start_of(month, timezone) + 13 * ONE_DAY, *PARTNERS[:3])
    assert isinstance(event, RewardEarned)
    person.told.clear()
    return person


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "earned", "expected"),
    [
        # 8 March 2026 has 23 hours in New York, early in the month it is carried over.
        (
            NEW_YORK,
            date(2026, 2, 1),
            [
                (7, "2026-03-25T04:00"),
                (3, "2026-03-29T04:00"),
                (1, "2026-03-31T04:00"),
                (None, "2026-04-01T04:00"),
            ],
        ),
        # 25 October 2026 has 25 hours in Berlin, and is the day of the first warning.
        (
            "Europe/Berlin",
            date(2026, 9, 1),
            [
                (7, "2026-10-24T22:00"),
                (3, "2026-10-28T23:00"),
                (1, "2026-10-30T23:00"),
                (None, "2026-10-31T23:00"),
            ],
        ),
        # 29 March 2026 has 23 hours in Berlin, and is the day of the second.
        (
            "Europe/Berlin",
            date(2026, 2, 1),
            [
                (7, "2026-03-24T23:00"),
                (3, "2026-03-28T23:00"),
                (1, "2026-03-30T22:00"),
                (None, "2026-03-31T22:00"),
            ],
        ),
    ],
)
def test_a_carried_reward_is_warned_of_at_local_midnights(
    timezone: str, earned: date, expected: list[tuple[int | None, str]]
) -> None:
    person = earned_in(earned, timezone)
    person.run_until(utc("2027-01-01T00:00"))
    told = [
        (event.days_before if isinstance(event, RewardWarned) else None, event.at)
        for event in person.told
    ]
    assert told == [(days, utc(at)) for days, at in expected]
    assert isinstance(person.told[-1], RewardLapsed)


def test_nothing_is_told_a_moment_before_its_time() -> None:
    person = earned_in(date(2026, 2, 1))
    for midnight in ("2026-03-25", "2026-03-29", "2026-03-31", "2026-04-01"):
        at = utc(f"{midnight}T00:00")
        assert person.look(at - MOMENT) == []
        assert len(person.look(at)) == 1
        assert person.look(at + ONE_HOUR) == []


def test_warnings_that_are_overdue_collapse_into_the_latest() -> None:
    person = earned_in(date(2026, 2, 1))
    (late,) = person.look(utc("2026-03-30T18:00"))
    assert isinstance(late, RewardWarned)
    assert (late.days_before, late.days_left, late.needed) == (3, 2, 3)
    assert late.valid_until == utc("2026-04-01T00:00")


def test_two_warnings_are_at_least_20_hours_apart() -> None:
    person = earned_in(date(2026, 2, 1))
    person.look(utc("2026-03-30T23:00"))
    assert person.look(utc("2026-03-31T00:00")) == []
    assert person.notes is not None
    assert person.notes.due_at == utc("2026-03-31T19:00")
    assert person.look(utc("2026-03-31T19:00") - MOMENT) == []
    (last,) = person.look(utc("2026-03-31T19:00"))
    assert isinstance(last, RewardWarned)
    assert last.days_before == 1


@pytest.mark.parametrize("now", ["2026-04-01T00:00", "2026-04-20T07:00", "2031-01-01T00:00"])
def test_a_lapse_is_told_once_and_stands_for_the_warnings_before_it(now: str) -> None:
    person = earned_in(date(2026, 2, 1))
    (lapse,) = person.look(utc(now))
    assert isinstance(lapse, RewardLapsed)
    assert lapse.lapsed_on == date(2026, 4, 1)
    assert person.look(utc(now) + 40 * ONE_DAY) == []
    assert person.notes is not None
    assert person.notes.last_lapse_shown_at == utc(now)
    assert person.notes.due_at is None


def test_a_third_partner_ends_the_warnings() -> None:
    person = earned_in(date(2026, 2, 1))
    person.run_until(utc("2026-03-26T00:00"))
    (again,) = person.call(utc("2026-03-26T12:00"), *PARTNERS[1:])
    assert isinstance(again, RewardEarned)
    assert again.status is RewardStatus.EARNED
    assert person.notes is not None
    assert person.notes.due_at == utc("2026-04-24T00:00")
    assert again.valid_until == utc("2026-05-01T00:00")


def test_further_partners_are_not_told_of() -> None:
    person = earned_in(date(2026, 2, 1))
    assert person.call(utc("2026-02-20T12:00"), PARTNERS[3]) == []


def test_a_voided_call_withdraws_what_it_had_earned() -> None:
    person = earned_in(date(2026, 2, 1))
    voided = person.calls.pop()
    (event,) = person.look(utc("2026-02-20T12:00"))
    assert isinstance(event, RewardWithdrawn)
    assert (event.status, event.valid_until) == (RewardStatus.INACTIVE, None)
    assert person.notes is not None
    assert person.notes.due_at is None
    person.calls.append(voided)
    assert [type(event) for event in person.look(utc("2026-02-21T12:00"))] == [RewardEarned]


def test_a_voided_call_may_leave_what_last_month_earned() -> None:
    person = earned_in(date(2026, 2, 1))
    person.call(utc("2026-03-10T12:00"), *PARTNERS[:3])
    person.calls.pop()
    (event,) = person.look(utc("2026-03-12T12:00"))
    assert isinstance(event, RewardWithdrawn)
    assert event.status is RewardStatus.CARRIED
    assert event.valid_until == utc("2026-04-01T00:00")


def test_a_call_taken_in_late_brings_a_lapsed_reward_back() -> None:
    person = earned_in(date(2026, 2, 1))
    person.run_until(utc("2026-04-01T00:00"))
    person.calls += [CountedCall(partner, date(2026, 3, 31)) for partner in PARTNERS[:3]]
    (event,) = person.look(utc("2026-04-01T00:05"))
    assert isinstance(event, RewardEarned)
    assert (event.status, event.distinct_partners) == (RewardStatus.CARRIED, 3)


def test_a_call_taken_in_late_earns_a_carried_reward_anew() -> None:
    person = earned_in(date(2026, 2, 1))
    person.run_until(utc("2026-03-31T00:00"))
    person.calls += [CountedCall(partner, date(2026, 3, 31)) for partner in PARTNERS[:3]]
    (event,) = person.look(utc("2026-04-01T00:00"))
    assert isinstance(event, RewardEarned)
    assert (event.status, event.distinct_partners) == (RewardStatus.CARRIED, 3)
    assert event.valid_until == utc("2026-05-01T00:00")
    assert person.look(utc("2026-04-01T00:01")) == []


def test_a_month_that_is_told_of_is_carried_without_a_word() -> None:
    person = earned_in(date(2026, 2, 1))
    for now in ("2026-03-01T00:00", "2026-03-24T00:00"):
        assert person.look(utc(now)) == []


def test_moving_west_on_the_first_brings_nothing_back_and_tells_nothing_twice() -> None:
    person = earned_in(date(2026, 2, 1), "Pacific/Kiritimati")
    lapse = start_of(date(2026, 4, 1), "Pacific/Kiritimati")
    person.run_until(lapse)
    person.told.clear()
    person.timezone = "Pacific/Honolulu"
    for hours in range(0, 72, 6):
        assert person.look(lapse + hours * ONE_HOUR) == []
    assert person.notes is not None
    assert person.notes.status is RewardStatus.INACTIVE


policies = st.just(RewardPolicy()) | st.builds(
    RewardPolicy,
    partners=st.integers(1, 3),
    warning_days=st.sets(st.integers(1, 28), max_size=5).map(
        lambda days: tuple(sorted(days, reverse=True))
    ),
    warning_gap_seconds=st.integers(0, 4 * 86_400),
)
ZONES = ["UTC", NEW_YORK, LORD_HOWE, "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Honolulu"]
steps = st.lists(
    st.tuples(
        st.integers(0, 20 * 24),
        st.sampled_from(["look", "call", "zone"]),
        st.sampled_from(PARTNERS),
        st.sampled_from(ZONES),
    ),
    max_size=30,
)


@given(policies, steps)
def test_whatever_happens_each_notice_is_given_once_and_in_its_time(
    policy: RewardPolicy, script: list[tuple[int, str, PersonId, str]]
) -> None:
    person = Person(policy=policy)
    now = utc("2026-01-05T00:00")
    for hours, what, partner, timezone in script:
        now += hours * ONE_HOUR
        if what == "zone":
            person.timezone = timezone
        elif what == "call":
            person.call(now, partner)
        person.look(now)
    warned = [event for event in person.told if isinstance(event, RewardWarned)]
    for event in warned:
        assert 1 <= event.days_left <= event.days_before
        assert event.needed > 0
    for one, two in pairwise(warned):
        assert two.at - one.at >= timedelta(seconds=policy.warning_gap_seconds)
        same_end = abs(one.valid_until - two.valid_until) < 3 * ONE_DAY
        assert not same_end or two.days_before < one.days_before
    _states_alternate(person.told)


def _states_alternate(told: list[RewardEvent]) -> None:
    active = False
    for event in told:
        match event:
            case RewardEarned():
                active = True
            case RewardWarned():
                assert active
            case RewardLapsed():
                assert active
                active = False
            case RewardWithdrawn():
                raise AssertionError("no call was voided")


@settings(max_examples=40)  # each looks every hour of up to sixty days
@given(st.integers(0, 60 * 24), st.sampled_from(ZONES))
def test_looking_when_it_is_due_tells_all_there_is_to_tell(hours: int, timezone: str) -> None:
    end = start_of(date(2026, 2, 20), timezone) + hours * ONE_HOUR
    lazy, eager = earned_in(date(2026, 2, 1), timezone), earned_in(date(2026, 2, 1), timezone)
    lazy.run_until(end)
    now = start_of(date(2026, 2, 20), timezone)
    while now <= end:
        eager.look(now)
        now += ONE_HOUR
    assert lazy.told == eager.told
