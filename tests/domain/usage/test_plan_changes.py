"""What plans do to a usage account: passes, a bank that waits or is lost, seconds taken back."""

from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.ids import PaymentId, UsageSessionId
from domain.shared.tier_limits import TierCatalogue
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount
from domain.usage.commands import (
    Settle,
    StartSession,
    UsageCommand,
    UseSeconds,
    decide,
    open_account,
)
from domain.usage.events import UsageChange
from domain.usage.ledger import LedgerLine, LineKind, lines_of
from domain.usage.plan_changes import AddPass, ChangeTier, GivePassAgain, TakeBackPass
from domain.usage.policy import UsagePolicy, UsageRules
from domain.usage.purchased import Purchase, TakeBack
from domain.usage.seconds import Seconds
from tests.domain.usage.script import PERSON

MONTH = datetime(2026, 4, 1, tzinfo=UTC)  # of 30 days
DAY = timedelta(days=1)
RULES = UsageRules(tiers=TierCatalogue(), policy=UsagePolicy(), version="0")
SESSION = UsageSessionId(PERSON)
PAYMENT = PaymentId(PERSON)


def an_account(tier: Tier = Tier.PLUS) -> UsageAccount:
    return open_account(PERSON, tier, "UTC", RULES, MONTH).account


def after(account: UsageAccount, *commands: UsageCommand, at: datetime = MONTH) -> UsageAccount:
    for command in commands:
        account = decide(account, command, RULES, at).account
    return account


def with_bank(seconds: int, tier: Tier = Tier.PLUS) -> UsageAccount:
    account = an_account(tier)
    return attrs.evolve(account, current=attrs.evolve(account.period, banked_seconds=seconds))


def test_a_pass_adds_its_part_of_the_month_at_once() -> None:
    account = after(an_account(), AddPass(tier=Tier.PREMIUM, length=DAY))
    assert account.left == Seconds(monthly=10_800 + (36_000 - 10_800) // 30)
    assert account.tier is Tier.PLUS
    same = after(an_account(Tier.PREMIUM), AddPass(tier=Tier.PREMIUM, length=DAY))
    assert same.left == Seconds(monthly=36_000)


def test_a_passs_limits_hold_while_it_runs() -> None:
    running = after(an_account(), ChangeTier(tier=Tier.PLUS, pass_tier=Tier.PREMIUM))
    assert (running.limits_tier, running.left.monthly) == (Tier.PREMIUM, 10_800)
    over = after(running, ChangeTier(tier=Tier.PLUS))
    assert over.limits_tier is Tier.PLUS


def test_a_bank_that_waits_is_used_only_for_what_was_held_of_it() -> None:
    account = with_bank(600)
    waiting = after(account, ChangeTier(tier=Tier.PLUS, bank_frozen=True))
    assert waiting.available == account.available - 600
    started = after(waiting, StartSession(session_id=SESSION))
    settled = decide(started, Settle(session_id=SESSION), RULES, MONTH + timedelta(seconds=30))
    assert settled.account.left == Seconds(banked=600, monthly=10_770)
    thawed = after(settled.account, ChangeTier(tier=Tier.PLUS), at=MONTH + DAY)
    assert thawed.available == 600 + 10_770


def test_a_subscription_that_is_over_takes_the_free_bank_along() -> None:
    lost = after(with_bank(600), ChangeTier(tier=Tier.FREE, bank_lost=True))
    assert lost.left.banked == 0
    held = after(with_bank(6000), StartSession(session_id=SESSION))
    kept = after(held, ChangeTier(tier=Tier.FREE, bank_lost=True))
    assert (kept.left.banked, kept.held) == (held.held, held.held)


def test_seconds_whose_payment_is_taken_back_are_gone_or_owed() -> None:
    account = after(an_account(Tier.FREE), Purchase(seconds=1000))
    assert after(account, TakeBack(seconds=1000)).purchased_seconds == 0
    started = after(account, StartSession(session_id=SESSION))
    back = after(started, TakeBack(seconds=1000), at=MONTH)
    assert back.owed_seconds == 0
    assert back.available >= 0


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5000)), max_size=8))
def test_what_is_sold_and_taken_back_adds_up(steps: list[tuple[bool, int]]) -> None:
    account, events = an_account(), list[UsageChange]()
    for sold, seconds in steps:
        command = Purchase(seconds=seconds) if sold else TakeBack(seconds=seconds)
        outcome = decide(account, command, RULES, MONTH)
        account, events = outcome.account, [*events, *outcome.events]
    sold_in_all = sum(seconds for sold, seconds in steps if sold)
    taken_in_all = sum(seconds for sold, seconds in steps if not sold)
    left = account.purchased_seconds - account.purchased_seconds_used
    assert left - account.owed_seconds == sold_in_all - taken_in_all
    assert min(left, account.owed_seconds) == 0
    assert sum(line.purchased for line in lines_of(events, 0)) == left
    assert account.available >= 0


A_PASS = AddPass(tier=Tier.PREMIUM, length=DAY, payment_id=PAYMENT)
OF_A_PASS = (36_000 - 900) // 30


def taken_back(
    *before: UsageCommand, at: datetime = MONTH, again: bool = False
) -> tuple[UsageAccount, list[UsageChange]]:
    """An account of a free person whose pass was taken back after some commands."""
    account, events = an_account(Tier.FREE), list[UsageChange]()

    def do(command: UsageCommand, when: datetime) -> None:
        nonlocal account
        outcome = decide(account, command, RULES, when)
        account = outcome.account
        events.extend(outcome.events)

    for command in (A_PASS, *before):
        do(command, MONTH)
    do(TakeBackPass(payment_id=PAYMENT, lines=lines_of_the_pass(events)), at)
    if again:
        lines = lines_of_the_pass(events)
        do(GivePassAgain(tier=Tier.PREMIUM, payment_id=PAYMENT, lines=lines), at)
    return account, events


def lines_of_the_pass(events: list[UsageChange]) -> list[LedgerLine]:
    return [line for line in lines_of(events, 0) if line.payment_id == PAYMENT]


def test_a_pass_that_is_taken_back_takes_its_unused_seconds_along() -> None:
    account, events = taken_back()
    assert account.left == Seconds(monthly=900)
    lines = lines_of_the_pass(events)
    assert [(it.kind, it.monthly) for it in lines] == [
        (LineKind.PASS, OF_A_PASS),
        (LineKind.TAKEN_BACK, -OF_A_PASS),
    ]
    assert taken_back(again=True)[0].left == Seconds(monthly=900 + OF_A_PASS)


def test_what_was_used_of_a_pass_is_not_taken_back() -> None:
    used = UseSeconds(session_id=SESSION, seconds=1500)
    account, _ = taken_back(used)
    assert (account.left.monthly, account.period.seconds_used) == (0, 1500)
    again, _ = taken_back(used, again=True)
    assert again.left.monthly == 900 + OF_A_PASS - 1500


def test_what_a_session_holds_of_a_pass_stays_its_own() -> None:
    plan = ChangeTier(tier=Tier.FREE, pass_tier=Tier.PREMIUM)
    account, _ = taken_back(plan, StartSession(session_id=SESSION))
    assert (account.held, account.left.monthly, account.available) == (
        900 + OF_A_PASS,
        900 + OF_A_PASS,
        0,
    )


def test_a_pass_of_a_month_that_is_over_takes_nothing_of_the_next() -> None:
    account, _ = taken_back(at=MONTH + 30 * DAY)
    assert account.left == Seconds(monthly=900)


@given(st.integers(0, 3000), st.booleans(), st.booleans())
def test_taking_a_pass_back_never_takes_more_than_there_is(
    seconds: int,
    holds: bool,
    again: bool,
) -> None:
    used = UseSeconds(session_id=SESSION, seconds=seconds)
    start = (StartSession(session_id=SESSION),) if holds and seconds < 1500 else ()
    account, events = taken_back(used, *start, again=again)
    assert account.available >= 0
    assert account.period.seconds_used <= account.period.monthly_seconds
    given = 900 + sum(line.monthly for line in lines_of_the_pass(events))
    assert given == account.period.monthly_seconds
    if again:
        assert account.left.monthly == 900 + OF_A_PASS - min(seconds, 900 + OF_A_PASS)
