"""Every event of plans and purchases in full, and the lines of the ledger."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.shared.ids import UsageSessionId
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount, evolve
from domain.usage.commands import (
    CatchUp,
    ChangeZone,
    UseSeconds,
    decide,
)
from domain.usage.events import (
    PassSecondsAdded,
    SecondsGranted,
    SecondsTakenBack,
    UsageBankForfeited,
    UsagePeriodClosed,
    UsageSessionBeat,
    UsageSessionSettled,
    UsageTierChanged,
    UsageZoneChanged,
)
from domain.usage.ledger import LedgerLine, LineKind, lines_of
from domain.usage.passing_time import Course
from domain.usage.plan_changes import AddPass, ChangeTier
from domain.usage.purchased import Purchase, TakeBack
from domain.usage.seconds import Seconds, seconds_between
from tests.domain.usage.script import PERSON, RULES, START, a_script
from tests.domain.usage.whole_accounts import (
    ENDS_AT,
    MAY,
    ONE,
    SECOND,
    about,
    april,
    happened,
    march,
    plus,
    used,
)

OTHER = UsageSessionId(UUID(int=2))


def test_a_zone_that_stays_the_same_is_no_change() -> None:
    script = plus().put(ChangeZone(timezone="UTC"))
    assert happened(script) == []
    script.put(ChangeZone(timezone="Asia/Tokyo"))
    assert happened(script) == [UsageZoneChanged(**about(START), timezone="Asia/Tokyo")]
    assert script.account.timezone == "Asia/Tokyo"


def test_a_plan_that_changes() -> None:
    halfway = START + (ENDS_AT - START) / 2
    script = plus().until(halfway)
    script.put(ChangeTier(tier=Tier.PREMIUM, pass_tier=Tier.PREMIUM, bank_frozen=True))
    change = UsageTierChanged(
        **about(halfway),
        tier=Tier.PREMIUM,
        period="2026-03",
        seconds_added=12_600,
        pass_tier=Tier.PREMIUM,
        bank_frozen=True,
    )
    assert happened(script) == [change]
    assert script.account == UsageAccount(
        person_id=PERSON,
        tier=Tier.PREMIUM,
        timezone="UTC",
        current=march(tier=Tier.PREMIUM, monthly_seconds=23_400),
        pass_tier=Tier.PREMIUM,
        bank_frozen=True,
    )
    script.put(ChangeTier(tier=Tier.PREMIUM, pass_tier=Tier.PREMIUM, bank_frozen=True))
    assert happened(script) == []
    script.put(ChangeTier(tier=Tier.PLUS))
    nothing: dict[str, Any] = {
        "seconds_added": 0,
        "pass_tier": None,
        "bank_frozen": False,
        "tier": Tier.PLUS,
    }
    assert happened(script) == [attrs.evolve(change, **nothing)]
    assert script.account.period == march(tier=Tier.PREMIUM, monthly_seconds=23_400)


def test_an_upgrade_goes_by_the_highest_tier_of_the_month() -> None:
    halfway = START + (ENDS_AT - START) / 2
    script = a_script().until(halfway).hold(Tier.PLUS).hold(Tier.FREE).hold(Tier.PREMIUM)
    assert script.account.period.monthly_seconds == 900 + 4950 + 12_600


def test_a_bank_that_is_lost_leaves_what_is_held() -> None:
    script = plus()
    script.account = attrs.evolve(script.account, current=march(banked_seconds=2000))
    script.start()
    happened(script)
    script.put(ChangeTier(tier=Tier.PLUS, bank_lost=True))
    lost = UsageBankForfeited(**about(START), period="2026-03", seconds=200)
    assert happened(script) == [lost]
    assert script.account.period.banked_seconds == 1800
    script.put(ChangeTier(tier=Tier.PLUS, bank_lost=True))
    assert happened(script) == []


@pytest.mark.parametrize(
    ("tier", "length", "seconds"),
    [
        (Tier.PREMIUM, timedelta(days=31) / 4, 6300),
        (Tier.PREMIUM, timedelta(days=31), 25_200),
        (Tier.PREMIUM, timedelta(days=60), 25_200),
        (Tier.PLUS, timedelta(days=31), 0),
        (Tier.FREE, timedelta(days=31), 0),
        (Tier.PREMIUM, 106 * SECOND, 0),
        (Tier.PREMIUM, 107 * SECOND, 1),
    ],
)
def test_a_pass_adds_seconds_or_none(tier: Tier, length: timedelta, seconds: int) -> None:
    script = plus().put(AddPass(tier=tier, length=length))
    added = PassSecondsAdded(**about(START), tier=tier, period="2026-03", seconds=seconds)
    assert happened(script) == ([added] if seconds else [])
    assert script.account.period == march(monthly_seconds=10_800 + seconds)


def test_purchased_seconds_come_and_go() -> None:
    script = plus().put(Purchase(seconds=1000))
    granted = SecondsGranted(**about(START), period="2026-03", seconds=1000, repaid=0)
    assert happened(script) == [granted]
    assert script.account.purchased_seconds == script.account.period.purchased_seconds == 1000
    script.put(UseSeconds(session_id=OTHER, seconds=10_800 + 300))
    assert happened(script) == [used(START, OTHER, monthly=10_800, purchased=300)]
    script.put(TakeBack(seconds=1000))
    back = SecondsTakenBack(**about(START), period="2026-03", taken=700, owed=300)
    assert happened(script) == [back]
    assert (script.account.purchased_seconds, script.account.owed_seconds) == (300, 300)
    script.grant(50)
    assert happened(script) == [attrs.evolve(granted, seconds=50)]
    script.put(Purchase(seconds=400))
    assert happened(script) == [attrs.evolve(granted, seconds=400, repaid=300)]
    assert (script.account.purchased_seconds, script.account.owed_seconds) == (450, 0)
    assert script.account.left == Seconds(purchased=150)


def test_what_sessions_hold_of_purchased_seconds_is_not_taken_back() -> None:
    script = a_script().put(Purchase(seconds=1000))
    script.put(UseSeconds(session_id=OTHER, seconds=400))
    script.start()
    happened(script)
    script.put(TakeBack(seconds=1000))
    back = SecondsTakenBack(**about(START), period="2026-03", taken=600, owed=400)
    assert happened(script) == [back]


def test_no_seconds_at_once_are_no_event() -> None:
    script = plus().put(UseSeconds(session_id=OTHER, seconds=0))
    assert happened(script) == []
    script.put(UseSeconds(session_id=OTHER, seconds=-5))
    assert happened(script) == []


def test_a_bank_that_waits_is_used_only_for_what_was_held_of_it() -> None:
    script = plus()
    nearly = march(banked_seconds=600, seconds_used=10_500)
    script.account = attrs.evolve(script.account, current=nearly)
    session = script.start()
    assert script.open(session).held_seconds == 900
    script.put(ChangeTier(tier=Tier.PLUS, bank_frozen=True)).go_on(session, 700)
    happened(script)
    script.settle(session)
    assert happened(script)[0] == used(script.now, banked=400, monthly=300)


def lines_without(*lines: tuple[LineKind, str, datetime, Seconds]) -> list[LedgerLine]:
    return [
        LedgerLine(
            person_id=PERSON,
            number=number,
            period=period,
            at=at,
            kind=kind,
            banked=seconds.banked,
            monthly=seconds.monthly,
            purchased=seconds.purchased,
            session_id=OTHER if kind is LineKind.USED else None,
            reason="A gift." if kind is LineKind.PURCHASED else None,
            policy_version="v1",
        )
        for number, (kind, period, at, seconds) in enumerate(lines, start=8)
    ]


def test_every_change_writes_its_line() -> None:
    halfway = START + (ENDS_AT - START) / 2
    script = a_script().until(halfway).hold(Tier.PLUS).hold(Tier.FREE).hold(Tier.PLUS)
    script.put(AddPass(tier=Tier.PREMIUM, length=timedelta(days=31) / 4)).grant(50)
    script.put(UseSeconds(session_id=OTHER, seconds=50)).put(TakeBack(seconds=20))
    script.until(ENDS_AT).look()
    script.put(UseSeconds(session_id=OTHER, seconds=6000))
    script.put(ChangeTier(tier=Tier.PLUS, bank_lost=True)).put(Purchase(seconds=30))
    script.until(MAY).look()
    script.put(ChangeTier(tier=Tier.PLUS, bank_lost=True))
    early, late = "2026-03", "2026-04"
    assert list(lines_of(script.events, 7, "A gift.")) == lines_without(
        (LineKind.MONTHLY_GRANTED, early, START, Seconds(monthly=900)),
        (LineKind.UPGRADED, early, halfway, Seconds(monthly=4950)),
        (LineKind.PASS, early, halfway, Seconds(monthly=6300)),
        (LineKind.PURCHASED, early, halfway, Seconds(purchased=50)),
        (LineKind.USED, early, halfway, Seconds(monthly=-50)),
        (LineKind.TAKEN_BACK, early, halfway, Seconds(purchased=-20)),
        (LineKind.MONTHLY_GRANTED, late, ENDS_AT, Seconds(monthly=10_800)),
        (LineKind.CARRIED_OVER, early, ENDS_AT, Seconds(monthly=-5400)),
        (LineKind.FORFEITED, early, ENDS_AT, Seconds(monthly=-6700)),
        (LineKind.BANKED, late, ENDS_AT, Seconds(banked=5400)),
        (LineKind.USED, late, ENDS_AT, Seconds(banked=-5400, monthly=-600)),
        (LineKind.PURCHASED, late, ENDS_AT, Seconds(purchased=30)),
        (LineKind.MONTHLY_GRANTED, "2026-05", MAY, Seconds(monthly=10_800)),
        (LineKind.CARRIED_OVER, late, MAY, Seconds(monthly=-5400)),
        (LineKind.FORFEITED, late, MAY, Seconds(monthly=-4800)),
        (LineKind.BANKED, "2026-05", MAY, Seconds(banked=5400)),
        (LineKind.FORFEITED, "2026-05", MAY, Seconds(banked=-5400)),
    )


def test_purchased_seconds_repay_what_is_owed_before_they_are_written() -> None:
    events = [
        SecondsGranted(**about(START), period="2026-03", seconds=400, repaid=300),
    ]
    (line,) = lines_of(events, 0)
    assert (line.number, line.purchased, line.reason) == (1, 100, None)


def test_what_is_all_used_leaves_no_line_at_the_months_end() -> None:
    script = plus().put(UseSeconds(session_id=OTHER, seconds=10_800)).until(ENDS_AT)
    happened(script)
    script.look()
    assert [line.kind for line in lines_of(happened(script), 0)] == [LineKind.MONTHLY_GRANTED]


def test_seconds_are_used_in_their_order() -> None:
    seconds = Seconds(banked=1, monthly=2, purchased=3)
    firsts = [
        Seconds(),
        Seconds(1),
        Seconds(1, 1),
        Seconds(1, 2),
        Seconds(1, 2, 1),
        Seconds(1, 2, 2),
        seconds,
        seconds,
    ]
    assert [seconds.first(number) for number in range(8)] == firsts
    assert seconds + Seconds(10, 20, 30) == Seconds(11, 22, 33)
    assert Seconds(10, 20, 30) - seconds == Seconds(9, 18, 27)
    assert seconds.total == 6


@pytest.mark.parametrize(("span", "seconds"), [(-1, 0), (0, 0), (0.1, 1), (1, 1), (1.1, 2)])
def test_seconds_between_are_rounded_up(span: float, seconds: int) -> None:
    assert seconds_between(START, START + span * SECOND) == seconds


def test_time_that_passes_changes_nothing_twice() -> None:
    account = a_script(Tier.PLUS).account
    later = decide(account, CatchUp(), RULES, ENDS_AT).account
    assert later.period == april(banked_seconds=5400)
    assert decide(later, CatchUp(), RULES, ENDS_AT).account == later
    assert decide(account, CatchUp(), RULES, ENDS_AT - SECOND).account == account


def test_what_cannot_be_says_which() -> None:
    nothing = UsageAccount(person_id=PERSON, tier=Tier.FREE, timezone="UTC")
    with pytest.raises(LookupError, match=rf"^the usage account of {PERSON} has no period yet$"):
        _ = nothing.period
    account = a_script().account
    going_on = rf"^session {ONE} of {PERSON} does not go on$"
    with pytest.raises(LookupError, match=going_on):
        evolve(account, UsageSessionBeat(**about(START), session_id=ONE))
    with pytest.raises(LookupError, match=rf"^period 2026-02 of {PERSON} is closed$"):
        evolve(account, used(START, period="2026-02"))
    closed = UsagePeriodClosed(
        **about(START),
        period="2026-02",
        next_period="2026-03",
        seconds_banked=0,
        seconds_forfeited=0,
        banked_seconds_forfeited=0,
    )
    with pytest.raises(LookupError, match=rf"^no period of {PERSON} is closing$"):
        evolve(account, closed)
    with pytest.raises(LookupError, match=rf"^session {ONE} does not go on$"):
        Course(account, RULES).pass_end_of_month(ONE, START)


def test_of_two_that_fall_silent_the_first_settles_first() -> None:
    script = plus()
    one, other = script.start(), script.start()
    script.wait(seconds=10).beat(one)
    happened(script)
    script.wait(seconds=100).look()
    order = [e.session_id for e in happened(script) if isinstance(e, UsageSessionSettled)]
    assert order == [other, one]


def test_the_longest_session_is_that_of_the_highest_tier_with_its_extensions() -> None:
    assert RULES.longest_session == timedelta(seconds=3600 + 2 * 300)


def test_where_all_is_held_all_that_is_taken_back_is_owed() -> None:
    script = a_script().put(Purchase(seconds=900))
    script.start()
    script.start()
    assert script.account.available == 0
    script.put(TakeBack(seconds=500))
    assert (script.account.purchased_seconds, script.account.owed_seconds) == (900, 500)
