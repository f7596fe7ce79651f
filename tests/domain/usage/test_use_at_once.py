"""Seconds that were used at once, such as by a call that is over."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.shared.ids import UsageSessionId
from domain.shared.tiers import Tier
from domain.usage.commands import UseSeconds
from domain.usage.paywall import (
    PaywallAction,
    PaywallError,
    UsageTotals,
    paywall,
    require_paid,
)
from domain.usage.plan_changes import ChangeTier
from domain.usage.purchased import Grant
from domain.usage.seconds import Seconds
from tests.domain.usage.script import RULES, a_script


def used(seconds: int) -> UseSeconds:
    return UseSeconds(session_id=UsageSessionId(UUID(int=99)), seconds=seconds)


def test_they_come_from_the_month_and_then_from_what_was_purchased() -> None:
    account = a_script().put(Grant(seconds=100)).put(used(950)).account
    assert (account.period.seconds_used, account.purchased_seconds_used) == (900, 50)
    assert account.available == 50


def test_what_a_session_holds_is_not_theirs() -> None:
    told = a_script(Tier.PLUS)
    told.start()
    before = told.account.available
    account = told.put(used(before + 1)).account
    assert (account.available, account.held) == (0, 1800)
    assert told.put(used(1)).account == account


def test_what_is_free_in_all_is_told_to_whoever_counts() -> None:
    account = a_script().look()
    totals = UsageTotals(total_messages=99, total_call_seconds=290)
    assert paywall(account, totals, RULES, PaywallAction.MESSAGE).free_left == 1
    assert paywall(account, totals, RULES, PaywallAction.CALL).free_left == 10
    subscribed = a_script(Tier.PLUS).look()
    assert paywall(subscribed, totals, RULES, PaywallAction.CALL).free_left is None


def test_only_a_block_needs_a_purchase() -> None:
    account = a_script().look()
    warned = paywall(account, UsageTotals(total_messages=99), RULES, PaywallAction.MESSAGE)
    require_paid(warned)
    blocked = paywall(account, UsageTotals(total_messages=100), RULES, PaywallAction.MESSAGE)
    with pytest.raises(PaywallError, match="upgrade to plus") as refused:
        require_paid(blocked)
    assert refused.value.decision is blocked


def test_a_bank_that_waits_is_not_theirs() -> None:
    told = a_script(Tier.PLUS).until(datetime(2026, 4, 1, tzinfo=UTC))
    assert told.look().left == Seconds(banked=5400, monthly=10_800)
    told.put(ChangeTier(tier=Tier.PLUS, bank_frozen=True)).put(used(10_000))
    assert told.account.left == Seconds(banked=5400, monthly=800)
    told.put(used(10_000))
    assert (told.account.left, told.account.available) == (Seconds(banked=5400), 0)
    thawed = told.put(ChangeTier(tier=Tier.PLUS)).put(used(400)).account
    assert thawed.left == Seconds(banked=5000)
