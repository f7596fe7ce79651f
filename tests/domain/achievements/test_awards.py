"""Who earns what, by which event, and what others see of it."""

import attrs
import pytest

from domain.achievements.awards import celebrated, displayed, earn, shown_to
from domain.achievements.definitions import AchievementKey
from domain.achievements.events import AchievementEarned, Category
from domain.achievements.requirements import Condition
from domain.shared.errors import InvalidValueError
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
    registered,
)

CIRCLE = an_achievement(
    at_least("distinct_partners", 2),
    key=AchievementKey("circle"),
    category=Category.SOCIAL,
    achievement_type="circle_grown",
    points=30,
)


def test_awards_at_the_event_that_first_meets_the_requirements() -> None:
    three = an_achievement(at_least("messages_sent", 3))
    events = happened(*(message(at=after(minutes=n)) for n in range(5)))
    found = earn(NOBODY, 0, (), [three], events, VERSION)
    (award,) = found.awards
    assert award.event_id == events[2].id
    assert award.earned_at == after(minutes=2)
    assert award.inputs == (Condition(metric="messages_sent", current=3, needed=3),)
    assert found.totals.counted == {"messages_sent": 5, "distinct_partners": 1}
    assert found.points == 10


def test_counts_what_each_event_tells_of() -> None:
    repaired = StreakRepaired(
        at=START,
        person_id=PERSON,
        policy_version=VERSION,
        kind=StreakKind.LOGIN,
        current=9,
        longest=9,
        excused_on=(),
        kept_until=START.date(),
    )
    events = happened(
        registered(),
        message(1),
        message(1),
        message(2),
        call(2),
        call(3),
        credited(StreakKind.CHAT, 4),
        credited(StreakKind.CHAT, 3),
        credited(StreakKind.LOGIN, 2),
        repaired,
    )
    found = earn(NOBODY, 0, (), [], events, VERSION)
    assert found.totals.at(after(days=2, hours=23)) == {
        "messages_sent": 3,
        "completed_calls": 2,
        "distinct_partners": 3,
        "chat_streak.longest": 4,
        "login_streak.longest": 9,
        "days_since_registration": 2,
    }


def test_what_is_held_or_withdrawn_is_not_awarded() -> None:
    first = an_achievement(at_least("messages_sent", 1))
    withdrawn = an_achievement(
        at_least("messages_sent", 1), key=AchievementKey("gone"), withdrawn_at=START
    )
    found = earn(NOBODY, 10, {first.key}, [first, withdrawn], happened(message()), VERSION)
    assert found.awards == ()
    assert found.points == 10


def test_time_alone_awards_when_somebody_looks() -> None:
    month = an_achievement(at_least("days_since_registration", 30))
    assert earn(NOBODY, 0, (), [month], (), VERSION, after(days=29, hours=23)).awards == ()
    (award,) = earn(NOBODY, 0, (), [month], (), VERSION, after(days=30)).awards
    assert award.event_id is None
    assert award.earned_at == after(days=30)
    (sooner,) = earn(
        NOBODY, 0, (), [month], happened(message(at=after(days=40))), VERSION, after(days=50)
    ).awards
    assert sooner.earned_at == after(days=40)


def test_tells_of_each_award_with_the_sum_so_far() -> None:
    first = an_achievement(at_least("messages_sent", 1))
    found = earn(NOBODY, 5, (), [first, CIRCLE], happened(message(1), message(2)), VERSION)
    assert [(one.key, one.points, one.points_total) for one in found.events] == [
        ("first_words", 10, 15),
        ("circle", 30, 45),
    ]
    assert isinstance(found.events[0], AchievementEarned)
    assert found.points == 45


def test_a_social_award_names_what_it_came_of_but_nobody_else() -> None:
    second = call(2)
    (award,) = earn(NOBODY, 0, (), [CIRCLE], happened(message(1), second), VERSION).awards
    assert (award.related_entity_type, award.related_entity_id) == ("video_call", second.call_id)
    assert award.social_context == {"came_of": "video_call", "counted_on": "2026-03-01"}
    assert str(second.partner_id) not in repr(award)
    assert not award.shared_publicly
    met = attrs.evolve(NOBODY, counted={"distinct_partners": 2})
    (looked,) = earn(met, 0, (), [CIRCLE], (), VERSION, START).awards
    assert (looked.related_entity_id, looked.social_context) == (None, {})


def test_displaying_and_celebrating_keep_the_first_time() -> None:
    (award,) = earn(NOBODY, 0, (), [CIRCLE], happened(message(1), message(2)), VERSION).awards
    shown = displayed(award, after(minutes=1))
    assert displayed(shown, after(minutes=2)) == shown
    assert shown.displayed_at == after(minutes=1)
    both = celebrated(award, after(minutes=3))
    assert (both.displayed_at, both.celebrated_at) == (after(minutes=3), after(minutes=3))
    assert celebrated(both, after(minutes=4)) == both


def test_only_a_public_social_award_is_shared() -> None:
    first = an_achievement(at_least("messages_sent", 1))
    plain, social = earn(
        NOBODY, 0, (), [first, CIRCLE], happened(message(1), message(2)), VERSION
    ).awards
    with pytest.raises(InvalidValueError):
        shown_to(plain, shared_publicly=True)
    with pytest.raises(InvalidValueError):
        shown_to(social, is_public=False, shared_publicly=True)
    shared = shown_to(social, shared_publicly=True)
    assert shared.shared_publicly
    hidden = shown_to(shared, is_public=False)
    assert (hidden.is_public, hidden.shared_publicly) == (False, False)
    assert shown_to(plain) == plain
