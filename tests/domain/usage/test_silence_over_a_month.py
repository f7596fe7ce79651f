"""A session that falls silent once the month in which it was last heard of is over."""

from domain.usage.events import (
    SecondsUsed,
    UsagePeriodClosed,
    UsageSessionSettled,
)
from domain.usage.sessions import SettledBy
from tests.domain.usage.whole_accounts import (
    ENDS_AT,
    ONE,
    SECOND,
    about,
    april,
    happened,
    plus,
    used,
)


def test_it_uses_of_the_month_in_which_it_was_heard_of() -> None:
    script = plus().until(ENDS_AT - 25 * SECOND)
    session = script.start()
    script.wait(seconds=15).beat(session)
    script.until(ENDS_AT + 120 * SECOND).look()
    at = ENDS_AT + 50 * SECOND
    told = (SecondsUsed, UsageSessionSettled, UsagePeriodClosed)
    assert [event for event in happened(script) if isinstance(event, told)] == [
        used(at, ONE, monthly=15),
        UsageSessionSettled(
            **about(at),
            session_id=ONE,
            ended_at=ENDS_AT - 10 * SECOND,
            settled_by=SettledBy.SILENCE,
            duration_seconds=15,
            seconds_consumed=15,
            extensions_used=0,
            input_tokens=None,
        ),
        UsagePeriodClosed(
            **about(at),
            period="2026-03",
            next_period="2026-04",
            seconds_banked=5400,
            seconds_forfeited=10_800 - 15 - 5400,
            banked_seconds_forfeited=0,
        ),
    ]
    assert script.account.period == april(banked_seconds=5400)
