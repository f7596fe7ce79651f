"""An award as a whole, and what each kind of event counts for and tells."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from domain.achievements.awards import Award, Happened, earn, shown_to
from domain.achievements.definitions import AchievementKey
from domain.achievements.events import AchievementEarned, Category
from domain.achievements.metrics import (
    METRICS,
    Totals,
    context_of,
    count,
    partner_of,
    related_to,
)
from domain.achievements.requirements import Condition, conditions, is_met, requirement_of
from domain.shared.events import Event
from domain.shared.ids import EventId, PersonId
from domain.streaks.events import StreakKind, StreakRepaired
from tests.domain.achievements.values import (
    NOBODY,
    PERSON,
    START,
    VERSION,
    after,
    an_achievement,
    at_least,
    call,
    credited,
    happened,
    message,
    partner,
    registered,
)

MESSAGE, CALL = message(3), call(4)
REPAIRED = StreakRepaired(
    at=START,
    person_id=PERSON,
    policy_version=VERSION,
    kind=StreakKind.LOGIN,
    current=2,
    longest=9,
    excused_on=(),
    kept_until=START.date(),
)
SOCIAL = an_achievement(
    {"all": [at_least("messages_sent", 1), at_least("distinct_partners", 1)]},
    key=AchievementKey("circle"),
    category=Category.SOCIAL,
    achievement_type="circle_grown",
    points=30,
    is_public=False,
)
AWARD = Award(
    person_id=PERSON,
    key=AchievementKey("circle"),
    category=Category.SOCIAL,
    points=30,
    earned_at=START,
    event_id=EventId(UUID(int=1000)),
    inputs=(
        Condition(metric="messages_sent", current=1, needed=1),
        Condition(metric="distinct_partners", current=1, needed=1),
    ),
    policy_version=VERSION,
    is_public=False,
    social_context={"came_of": "message", "counted_on": "2026-03-01"},
    related_entity_type="conversation",
    related_entity_id=MESSAGE.conversation_id,
)


@pytest.mark.parametrize(
    ("event", "counted", "partner_id", "related", "context"),
    [
        (
            MESSAGE,
            {"messages_sent": 1, "distinct_partners": 1},
            partner(3),
            ("conversation", MESSAGE.conversation_id),
            {"came_of": "message", "counted_on": "2026-03-01"},
        ),
        (
            CALL,
            {"completed_calls": 1, "distinct_partners": 1},
            partner(4),
            ("video_call", CALL.call_id),
            {"came_of": "video_call", "counted_on": "2026-03-01"},
        ),
        (credited(StreakKind.LOGIN, 5), {"login_streak.longest": 5}, None, None, {}),
        (credited(StreakKind.CHAT, 5), {"chat_streak.longest": 5}, None, None, {}),
        (REPAIRED, {"login_streak.longest": 9}, None, None, {}),
        (registered(), {}, None, None, {}),
    ],
)
def test_what_each_kind_of_event_counts_for_and_tells(
    event: Event,
    counted: dict[str, int],
    partner_id: PersonId | None,
    related: tuple[str, UUID] | None,
    context: dict[str, str],
) -> None:
    totals = count(NOBODY, event)
    assert totals == attrs.evolve(
        NOBODY,
        counted=counted,
        met=frozenset() if partner_id is None else frozenset({partner_id}),
    )
    assert partner_of(event) == partner_id
    assert related_to(event) == related
    assert context_of(event) == context


def test_a_best_stays_and_what_was_counted_before_goes_on() -> None:
    before = attrs.evolve(
        NOBODY,
        counted={"messages_sent": 7, "distinct_partners": 2, "chat_streak.longest": 8},
        met=frozenset({partner(3)}),
    )
    assert count(before, MESSAGE).counted == {**before.counted, "messages_sent": 8}
    assert count(before, credited(StreakKind.CHAT, 3)) == before
    assert count(before, CALL).counted == {
        **before.counted,
        "completed_calls": 1,
        "distinct_partners": 3,
    }


@pytest.mark.parametrize(
    ("since", "days"),
    [
        (timedelta(days=-2), 0),
        (timedelta(), 0),
        (timedelta(days=1) - timedelta(microseconds=1), 0),
        (timedelta(days=1), 1),
        (timedelta(days=2, hours=23), 2),
    ],
)
def test_every_metric_is_known_of_everybody_at_any_time(since: timedelta, days: int) -> None:
    totals = Totals(person_id=PERSON, registered_at=START, counted={"messages_sent": 2})
    assert totals.at(START + since) == dict.fromkeys(METRICS, 0) | {
        "messages_sent": 2,
        "days_since_registration": days,
    }


@pytest.mark.parametrize(("current", "met"), [(4, False), (5, True), (6, True)])
def test_a_condition_is_met_from_its_number_on(current: int, met: bool) -> None:
    requirement = requirement_of(at_least("messages_sent", 5))
    metrics = {"messages_sent": current}
    assert is_met(requirement, metrics) is met
    [condition] = conditions(requirement, metrics)
    assert condition == Condition(metric="messages_sent", current=current, needed=5)
    assert condition.satisfied is met


def test_an_award_holds_all_that_it_came_of() -> None:
    plain = an_achievement(at_least("messages_sent", 1))
    found = earn(NOBODY, 5, (), [SOCIAL, plain], happened(MESSAGE), VERSION)
    assert found.totals == count(NOBODY, MESSAGE)
    assert found.points == 45
    assert found.awards == (
        AWARD,
        attrs.evolve(
            AWARD,
            key=AchievementKey("first_words"),
            category=Category.MILESTONE,
            points=10,
            inputs=AWARD.inputs[:1],
            is_public=True,
            social_context=None,
            related_entity_type=None,
            related_entity_id=None,
        ),
    )
    assert found.events == (
        AchievementEarned(
            at=START,
            person_id=PERSON,
            policy_version=VERSION,
            key="circle",
            category=Category.SOCIAL,
            points=30,
            points_total=35,
        ),
        AchievementEarned(
            at=START,
            person_id=PERSON,
            policy_version=VERSION,
            key="first_words",
            category=Category.MILESTONE,
            points=10,
            points_total=45,
        ),
    )


def test_an_award_by_a_look_came_of_no_event() -> None:
    totals = count(NOBODY, MESSAGE)
    (award,) = earn(totals, 0, (), [SOCIAL], (), VERSION, after(days=1)).awards
    assert award == attrs.evolve(
        AWARD,
        earned_at=after(days=1),
        event_id=None,
        social_context={},
        related_entity_type=None,
        related_entity_id=None,
    )


def test_a_social_award_that_a_streak_earned_is_about_nothing_else() -> None:
    achievement = attrs.evolve(
        SOCIAL, requirements=requirement_of(at_least("chat_streak.longest", 2))
    )
    told = Happened(EventId(UUID(int=7)), credited(StreakKind.CHAT, 2))
    (award,) = earn(NOBODY, 0, (), [achievement], (told,), VERSION).awards
    assert award == attrs.evolve(
        AWARD,
        event_id=EventId(UUID(int=7)),
        inputs=(Condition(metric="chat_streak.longest", current=2, needed=2),),
        social_context={},
        related_entity_type=None,
        related_entity_id=None,
    )


def test_an_owner_shows_and_hides_an_award() -> None:
    assert shown_to(AWARD) == AWARD
    public = attrs.evolve(AWARD, is_public=True)
    shared = attrs.evolve(public, shared_publicly=True)
    assert shown_to(AWARD, is_public=True) == public
    assert shown_to(AWARD, is_public=True, shared_publicly=True) == shared
    assert shown_to(public, shared_publicly=True) == shared
    assert shown_to(shared, shared_publicly=False) == public
    assert shown_to(shared) == shared
    assert shown_to(shared, is_public=False) == AWARD
