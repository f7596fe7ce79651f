"""What completed calls come to, in whatever order they arrive."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import attrs
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.ids import ConversationId
from domain.video.history import VideoHistory
from tests.domain.strategies import one_of_each

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEW = VideoHistory(conversation_id=ConversationId(UUID(int=10)), started_at=START)


@frozen
class Completed:
    ended_at: datetime
    dates: tuple[date, date]


def _completed(seconds: int, one: int, other: int) -> Completed:
    ended_at = START + timedelta(seconds=seconds)
    day = ended_at.date()
    return Completed(ended_at, (day + timedelta(days=one), day + timedelta(days=other)))


completed = one_of_each(_completed, range(5 * 86_400 + 1), [0, 1, -1], [0, 1, -1])


def taken_in(calls: list[Completed]) -> VideoHistory:
    history, days = NEW, set[date]()
    for call in calls:
        day = call.ended_at.date()
        history = history.with_call(call.ended_at, call.dates, first_of_its_day=day not in days)
        days.add(day)
    return history


def test_without_calls_there_is_only_the_start() -> None:
    assert attrs.asdict(NEW, filter=lambda _, value: bool(value)) == {
        "conversation_id": NEW.conversation_id,
        "started_at": START,
    }


def test_calls_are_counted_once_per_utc_day() -> None:
    today = (START.date(), START.date())
    calls = [Completed(START + timedelta(hours=hours), today) for hours in (0, 11, 11.999, 12, 36)]
    assert taken_in(calls).video_call_count == 3


@given(st.lists(completed, min_size=1, max_size=8))
def test_the_history_is_that_of_all_calls_together(calls: list[Completed]) -> None:
    assert taken_in(calls) == attrs.evolve(
        NEW,
        first_video_call_at=min(call.ended_at for call in calls),
        last_video_call_at=max(call.ended_at for call in calls),
        video_call_count=len({call.ended_at.date() for call in calls}),
        last_call_on_a=max(call.dates[0] for call in calls),
        last_call_on_b=max(call.dates[1] for call in calls),
    )


@given(st.lists(completed, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_repeats_do_not_matter(
    calls: list[Completed], chance: Random
) -> None:
    shuffled = chance.sample(calls, len(calls)) + chance.choices(calls, k=3)
    assert taken_in(shuffled) == taken_in(calls)


@given(st.lists(completed, max_size=8), completed)
def test_the_date_of_one_participant_does_not_touch_the_others(
    calls: list[Completed], last: Completed
) -> None:
    before = taken_in(calls)
    moved = attrs.evolve(last, dates=(last.dates[0] + timedelta(days=9), last.dates[1]))
    one, two = (
        before.with_call(call.ended_at, call.dates, first_of_its_day=True) for call in (last, moved)
    )
    assert one.last_call_on_b == two.last_call_on_b
    assert one.last_call_on_a != two.last_call_on_a
