"""Passes whose payment is taken back, and made after all, event by event."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from domain.shared.ids import PaymentId
from domain.shared.tiers import Tier
from domain.usage.events import PassSecondsAdded, PassSecondsTakenBack
from domain.usage.ledger import LedgerLine, LineKind
from domain.usage.plan_changes import AddPass, ChangeTier, GivePassAgain, TakeBackPass
from tests.domain.usage.script import PERSON, START
from tests.domain.usage.whole_accounts import SECOND, about, happened, march, plus

PAYMENT = PaymentId(UUID(int=9))
QUARTER = timedelta(days=31) / 4


def line(monthly: int, period: str = "2026-03") -> LedgerLine:
    return LedgerLine(
        person_id=PERSON,
        number=1,
        period=period,
        at=START,
        kind=LineKind.PASS if monthly > 0 else LineKind.TAKEN_BACK,
        banked=0,
        monthly=monthly,
        purchased=0,
        session_id=None,
        reason=None,
        policy_version="v1",
        payment_id=PAYMENT,
    )


def taken(seconds: int) -> PassSecondsTakenBack:
    return PassSecondsTakenBack(
        **about(START), period="2026-03", seconds=seconds, payment_id=PAYMENT
    )


def a_pass(length: timedelta = QUARTER) -> AddPass:
    return AddPass(tier=Tier.PREMIUM, length=length, payment_id=PAYMENT)


@pytest.mark.parametrize(("length", "seconds"), [(QUARTER, 6300), (107 * SECOND, 1)])
def test_what_a_pass_gave_is_taken_back(length: timedelta, seconds: int) -> None:
    script = plus().put(a_pass(length))
    happened(script)
    script.put(TakeBackPass(payment_id=PAYMENT, lines=[line(seconds)]))
    assert happened(script) == [taken(seconds)]
    assert script.account.period == march()


@pytest.mark.parametrize(("waits", "seconds"), [(False, 6300), (True, 5700)])
def test_sessions_hold_of_the_bank_first_unless_it_waits(waits: bool, seconds: int) -> None:
    script = plus()
    nearly = march(banked_seconds=600, seconds_used=10_000)
    script.account = attrs.evolve(script.account, current=nearly)
    session = script.start()
    assert script.open(session).held_seconds == 600 + 800
    script.put(ChangeTier(tier=Tier.PLUS, bank_frozen=waits)).put(a_pass())
    happened(script)
    script.put(TakeBackPass(payment_id=PAYMENT, lines=[line(6300)]))
    assert happened(script) == [taken(seconds)]


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ([line(6300), line(-6300)], 6300),
        ([line(6300), line(-5000), line(5000), line(-40)], 40),
        ([line(6300), line(-6300), line(6300)], 0),
        ([line(6300, "2026-02"), line(-6300, "2026-02")], 0),
        ([], 0),
    ],
)
def test_a_pass_is_given_again_as_far_as_it_was_taken(
    lines: list[LedgerLine], seconds: int
) -> None:
    script = plus().put(GivePassAgain(tier=Tier.PREMIUM, payment_id=PAYMENT, lines=lines))
    given = PassSecondsAdded(
        **about(START),
        tier=Tier.PREMIUM,
        period="2026-03",
        seconds=seconds,
        payment_id=PAYMENT,
    )
    assert happened(script) == ([given] if seconds else [])
