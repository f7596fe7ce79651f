"""What prompts tell of the monthly reward, and until when."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from domain.shared.ids import PersonId
from domain.video.events import RewardStatus
from domain.video.policy import RewardPolicy
from domain.video.prompt_rewards import RewardNotice, notice_due
from domain.video.reward import Reward, RewardFacts, reward
from domain.video.reward_warnings import RewardNotes

ANA = PersonId(UUID(int=7))
POLICY = RewardPolicy()
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
TOLD_AT = datetime(2026, 3, 25, tzinfo=UTC)


def the_reward(day: date, this_month: int, last_month: int, timezone: str = "UTC") -> Reward:
    facts = RewardFacts(day=day, timezone=timezone, this_month=this_month, last_month=last_month)
    return reward(facts, POLICY, "v1")


def warned(days: int | None = 7, month: date = MARCH) -> RewardNotes:
    return RewardNotes(
        person_id=ANA,
        month=month,
        status=RewardStatus.CARRIED,
        warned_days=days,
        last_warning_shown_at=TOLD_AT,
    )


def lapsed(at: datetime) -> RewardNotes:
    return RewardNotes(person_id=ANA, month=APRIL, last_lapse_shown_at=at)


def test_a_warning_stands_while_the_reward_is_carried() -> None:
    for day in (25, 28, 31):
        carried = the_reward(date(2026, 3, day), 2, 3)
        assert notice_due(warned(), carried) == RewardNotice(
            lapses_on=APRIL, days_before=7, since=TOLD_AT
        )


def test_a_warning_is_void_once_the_reward_is_earned_anew_or_withdrawn() -> None:
    for this_month, last_month in ((3, 3), (0, 2)):
        assert notice_due(warned(), the_reward(date(2026, 3, 26), this_month, last_month)) is None


def test_where_nothing_was_told_nothing_is_due() -> None:
    carried = the_reward(date(2026, 3, 26), 0, 3)
    assert notice_due(None, carried) is None
    assert notice_due(warned(days=None), carried) is None
    assert notice_due(warned(month=date(2026, 1, 1)), carried) is None
    assert notice_due(warned(), the_reward(date(2026, 4, 2), 0, 0)) is None


@pytest.mark.parametrize("day", [1, 30])
def test_a_lapse_is_told_until_its_month_is_over(day: int) -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    notice = RewardNotice(lapses_on=APRIL, days_before=0, since=at)
    assert notice_due(lapsed(at), the_reward(date(2026, 4, day), 0, 0)) == notice
    assert notice_due(lapsed(at), the_reward(date(2026, 5, 1), 0, 0)) is None
    assert notice_due(lapsed(at), the_reward(date(2026, 4, 2), 3, 0)) is None


def test_a_lapse_told_on_the_eve_of_the_first_is_of_the_month_that_counts() -> None:
    # In Pago Pago it is still the 31st when the first begins for one who came from Kiritimati.
    at = datetime(2026, 4, 1, tzinfo=UTC) - timedelta(hours=14)
    west = the_reward(date(2026, 4, 1), 0, 0, "Pacific/Pago_Pago")
    assert notice_due(lapsed(at), west) == RewardNotice(lapses_on=APRIL, days_before=0, since=at)
