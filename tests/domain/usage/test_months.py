"""Months: where they end, what they bank, and sessions that go on over their ends."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.commands import ChangeZone, Extend
from domain.usage.policy import UsagePolicy, UsageRules
from domain.usage.seconds import Seconds
from tests.domain.usage.script import START, a_script

SECOND = timedelta(seconds=1)


def test_a_month_without_use_banks_half_of_the_next() -> None:
    script = a_script(Tier.PLUS).until(datetime(2026, 4, 1, tzinfo=UTC))
    script.look()
    march = script.closed("2026-03")
    assert (march.seconds_banked, march.seconds_forfeited) == (5400, 5400)
    assert march.closed_at == march.ends_at == script.now
    assert script.account.left == Seconds(5400, 10_800, 0)


@pytest.mark.parametrize(
    ("before", "after", "banked"),
    [
        ("free", "free", 0),
        ("free", "plus", 900),
        ("plus", "free", 0),
        ("plus", "premium", 10_800),
        ("premium", "plus", 5400),
    ],
)
def test_the_new_tier_says_how_much_is_banked(before: str, after: str, banked: int) -> None:
    script = a_script(Tier(before))
    end = script.account.period.ends_at
    script.until(end - SECOND).hold(Tier(after)).until(end)
    added = script.account.period.monthly_seconds
    script.look()
    assert script.closed("2026-03").seconds_banked == banked
    assert script.closed("2026-03").monthly_seconds == added


def test_a_bank_is_not_banked_again() -> None:
    script = a_script(Tier.PLUS).until(datetime(2026, 5, 1, tzinfo=UTC))
    script.look()
    april = script.closed("2026-04")
    assert (april.banked_seconds, april.banked_seconds_forfeited) == (5400, 5400)
    assert (april.seconds_banked, script.account.left.banked) == (5400, 5400)


def test_an_upgrade_is_prorated_and_a_downgrade_waits() -> None:
    script = a_script().until(START + timedelta(days=31) * 0.5).hold(Tier.PLUS)
    assert script.account.period.monthly_seconds == 900 + 9900 // 2
    script.hold(Tier.FREE)
    assert script.account.period.tier is Tier.PLUS
    assert script.account.period.monthly_seconds == 900 + 9900 // 2
    script.hold(Tier.PLUS)
    assert script.account.period.monthly_seconds == 900 + 9900 // 2
    script.hold(Tier.FREE).until(script.account.period.ends_at)
    assert script.look().left == Seconds(0, 900, 0)


@pytest.mark.parametrize(
    ("timezone", "period", "ends_at"),
    [
        # The clock goes back from midnight, so the last hour of October is there twice.
        ("Africa/Cairo", "2030-10", datetime(2030, 10, 31, 22, tzinfo=UTC)),
        # It goes forward at midnight, so October begins at one o'clock.
        ("America/Asuncion", "2023-09", datetime(2023, 10, 1, 4, tzinfo=UTC)),
        # It goes back two hours after the month has ended.
        ("America/New_York", "2026-10", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
)
def test_a_session_over_a_months_end_on_a_night_of_a_changed_clock(
    timezone: str, period: str, ends_at: datetime
) -> None:
    script = a_script(Tier.PLUS, timezone, ends_at - timedelta(hours=1))
    assert (script.account.period.period, script.account.period.ends_at) == (period, ends_at)
    script.until(ends_at - timedelta(seconds=605))
    session = script.start()
    settled = script.go_on(session, 1000).settle(session)
    assert settled.seconds_consumed == 1000
    before = script.closed(period)
    assert (before.seconds_used, before.seconds_banked) == (605, 5400)
    after = script.account.period
    assert (after.starts_at, after.banked_seconds, after.banked_seconds_used) == (
        ends_at,
        5400,
        395,
    )


def test_the_month_waits_for_a_session_that_may_have_gone_on() -> None:
    script = a_script(Tier.PLUS)
    end = script.account.period.ends_at
    script.until(end - 30 * SECOND)
    session = script.start()
    script.until(end)
    account = script.look()
    assert account.closing is not None
    assert (account.left.banked, account.session(session)) != (5400, None)
    script.until(end + 30 * SECOND).look()
    assert script.settled(session).seconds_consumed == 0
    assert script.closed("2026-03").closed_at == end + 30 * SECOND
    assert script.account.left == Seconds(5400, 10_800, 0)


def test_fractions_of_a_second_are_rounded_up_once() -> None:
    script = a_script(Tier.PLUS)
    end = script.account.period.ends_at
    script.until(end - timedelta(seconds=10, milliseconds=500))
    session = script.start()
    settled = script.wait(seconds=20, milliseconds=100).settle(session)
    assert settled.seconds_consumed == 21
    assert script.closed("2026-03").seconds_used == 11
    assert script.account.period.banked_seconds_used == 10


def test_a_session_holds_less_where_the_new_month_has_less() -> None:
    script = a_script(Tier.PREMIUM)
    end = script.account.period.ends_at
    script.until(end - 10 * SECOND).hold(Tier.FREE)
    session = script.start()
    script.until(end).look()
    assert script.open(session).held_seconds == 10 + 900
    assert script.account.available == 0


def test_purchased_seconds_are_not_promised_twice_at_a_months_end() -> None:
    script = a_script().grant(1000)
    script.use(900)
    end = script.account.period.ends_at
    script.until(end - 50 * SECOND)
    session = script.start()
    script.until(end)
    account = script.look()
    assert (account.held, account.left) == (900, Seconds(0, 900, 1000))
    settled = script.until(end + 5 * SECOND).settle(session)
    assert settled.seconds_consumed == 55
    assert script.closed("2026-03").purchased_seconds_used == 50
    assert script.account.left == Seconds(0, 895, 950)


def test_a_session_goes_on_over_the_ends_of_two_months() -> None:
    premium = attrs.evolve(
        TierCatalogue().premium, monthly_seconds=2_000_000, longest_session_seconds=86_400
    )
    policy = UsagePolicy(silence_seconds=3600, extensions_per_session=100, extension_seconds=86_400)
    rules = UsageRules(tiers=TierCatalogue(premium=premium), policy=policy, version="v1")
    noon = datetime(2026, 3, 31, 12, tzinfo=UTC)
    script = a_script(Tier.PREMIUM, at=noon, rules=rules)
    session = script.start()
    for _ in range(31):
        script.put(Extend(session_id=session))
        for _ in range(27):
            script.wait(seconds=3200).beat(session)
    assert script.settle(session).seconds_consumed == 31 * 86_400
    march, april, may = script.closed("2026-03"), script.closed("2026-04"), script.account.period
    assert (march.seconds_used, march.seconds_banked) == (43_200, 1_000_000)
    assert (april.banked_seconds_used, april.seconds_used) == (1_000_000, 1_592_000)
    assert (may.banked_seconds, may.banked_seconds_used) == (408_000, 43_200)


@pytest.mark.parametrize(
    ("here", "there"), [("Asia/Kolkata", "America/Los_Angeles"), ("Pacific/Auckland", "UTC")]
)
def test_a_zone_is_pinned_until_the_month_is_over(here: str, there: str) -> None:
    script = a_script(timezone=here)
    before = script.account.period
    script.put(ChangeZone(timezone=there))
    assert script.account.period == before
    after = script.until(before.ends_at).look().period
    assert (after.period, after.timezone, after.starts_at) == ("2026-04", there, before.ends_at)
    assert script.account.period.ends_at > before.ends_at + timedelta(days=28)
