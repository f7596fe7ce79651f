"""What is left of plans where a payment before them was taken back, and what is renewed then."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import attrs
import pytest

from domain.billing.catalogue import item_of
from domain.billing.paid_subscriptions import renewal_is_wanted
from domain.billing.payments import Report
from domain.billing.quotes import LineKind, QuoteLine
from domain.billing.subscription_changes import quoted_plan
from domain.billing.terms import terms_of
from domain.shared.ids import QuoteId, SubscriptionId
from domain.shared.tiers import Tier
from tests.domain.billing.bought_plans import DAY, SUB, paid, plans
from tests.domain.billing.reports import PRICE, START, a_payment, chargeback, refund, success


@pytest.mark.parametrize("taken_back", [chargeback, refund])
def test_an_upgrade_is_shorter_by_what_was_taken_off_for_a_payment_taken_back(
    taken_back: Callable[[], Report],
) -> None:
    at = START + 10 * DAY
    lines = (
        QuoteLine(LineKind.PRICE, "premium_monthly", PRICE),
        QuoteLine(LineKind.PRORATION, "unused_period", -(PRICE // 4)),
    )
    report = attrs.evolve(success(), occurred_at=at, amount_minor=PRICE - PRICE // 4)
    better = a_payment(
        "premium_monthly",
        2,
        subscription_id=SUB,
        quote_id=QuoteId(UUID(int=2)),
        lines=lines,
        amount_minor=PRICE - PRICE // 4,
        created_at=at,
    ).told((report,))
    first = paid("plus_monthly")
    [_, whole] = terms_of((first, better))
    back = first.told((attrs.evolve(taken_back(), occurred_at=at + DAY),))
    [_, shorter] = terms_of((back, better))
    part = (whole.ends_at - at) * (PRICE - PRICE // 4) // PRICE
    assert (shorter.ends_at, shorter.unpaid_minor) == (at + part, PRICE // 4)
    late = first.told((attrs.evolve(taken_back(), occurred_at=at + 29 * DAY),))
    assert terms_of((late, better))[1].ends_at == at + 29 * DAY
    known_before = first.told((attrs.evolve(taken_back(), occurred_at=at - DAY),))
    assert terms_of((known_before, better))[1].ends_at == whole.ends_at
    again = quoted_plan(
        item_of("premium_annual"), plans(back, better), (back, better), "INR", at + DAY
    )
    assert again.upgrade is not None
    assert again.upgrade.unused_minor <= PRICE - PRICE // 4
    undone = better.told((attrs.evolve(refund(), occurred_at=at + DAY, amount_minor=PRICE),))
    assert plans(back, undone).tier(at + 2 * DAY) is Tier.FREE


def test_a_chain_of_upgrades_passes_on_what_was_not_paid() -> None:
    first = paid("plus_monthly")
    upgrades = []
    for number, item in ((2, "plus_annual"), (3, "premium_annual")):
        at = START + (number - 1) * DAY
        lines = (
            QuoteLine(LineKind.PRICE, item, PRICE),
            QuoteLine(LineKind.PRORATION, "unused_period", -(PRICE // 2)),
        )
        made = a_payment(
            item,
            number,
            subscription_id=SUB,
            quote_id=QuoteId(UUID(int=number)),
            lines=lines,
            amount_minor=PRICE - PRICE // 2,
            created_at=at,
        )
        report = attrs.evolve(success(), occurred_at=at, amount_minor=PRICE - PRICE // 2)
        upgrades.append(made.told((report,)))
    back = first.told((attrs.evolve(chargeback(), occurred_at=START + 5 * DAY),))
    terms = terms_of((back, *upgrades))
    assert [it.unpaid_minor for it in terms] == [0, PRICE // 2, PRICE // 2 * (PRICE // 2) // PRICE]
    assert [it.unpaid_minor for it in terms_of((first, *upgrades))] == [0, 0, 0]


def test_only_what_was_bought_last_and_not_taken_back_is_to_be_renewed() -> None:
    other = SubscriptionId(UUID(int=9))
    first = paid("plus_monthly")
    later = paid("premium_monthly", START + DAY, 2, subscription_id=other)
    a_pass = paid("premium_daily_pass", START + DAY, 3)
    at = START + 40 * DAY
    for payments in ((), (first,), (first, a_pass)):
        assert renewal_is_wanted(SUB, payments, at, at)
    assert renewal_is_wanted(SUB, (first,), at, at, first.id)
    assert not renewal_is_wanted(SUB, (first,), at, at, later.id)
    assert not renewal_is_wanted(SUB, (first, later), at, at)
    assert renewal_is_wanted(other, (first, later), at, at)
    anew = paid("plus_monthly", at + DAY, 5)
    assert not renewal_is_wanted(SUB, (first, anew), at, at + 2 * DAY)
    back = later.told((attrs.evolve(refund(), occurred_at=START + 2 * DAY),))
    assert not renewal_is_wanted(other, (first, back), START + DAY, START + 2 * DAY)
    assert renewal_is_wanted(other, (first, back), START + DAY, START + DAY)
    renewed = paid("premium_monthly", START + 32 * DAY, 4, subscription_id=other, quote_id=None)
    assert renewal_is_wanted(other, (first, back, renewed), at, at)


def test_a_part_given_back_before_an_upgrade_is_no_more_of_what_it_lost() -> None:
    at = START + 10 * DAY
    first = paid("plus_monthly")
    off = PRICE // 4
    lines = (
        QuoteLine(LineKind.PRICE, "premium_monthly", PRICE + off),
        QuoteLine(LineKind.PRORATION, "unused_period", -off),
    )
    better = paid("premium_monthly", at, 2, lines=lines, created_at=at)
    half = PRICE // 2
    parts = [
        attrs.evolve(refund(number=number), occurred_at=at + days * DAY, amount_minor=half)
        for number, days in (("1", -5), ("2", 1))
    ]
    [_, whole] = terms_of((first.told(parts[:1]), better))
    assert whole.unpaid_minor == 0
    [_, shorter] = terms_of((first.told(parts), better))
    assert shorter.unpaid_minor == off
    # What is given back of the upgrade itself is no more of its time.
    some = attrs.evolve(refund(), occurred_at=at + 2 * DAY, amount_minor=half)
    [_, same] = terms_of((first.told(parts), better.told((some,))))
    assert same.ends_at == shorter.ends_at


def test_what_was_paid_ahead_and_given_up_for_an_upgrade_holds_nothing_up() -> None:
    ahead = [paid("plus_monthly", START + number * DAY, number) for number in range(1, 5)]
    lines = (
        QuoteLine(LineKind.PRICE, "premium_monthly", PRICE),
        QuoteLine(LineKind.PRORATION, "unused_period", -1),
    )
    better = paid("premium_monthly", START + 5 * DAY, 5, lines=lines)
    late = START + 50 * DAY
    terms = terms_of((*ahead, better, paid("plus_monthly", late, 6)))
    assert terms[-1].starts_at == late


def test_what_was_taken_back_leaves_the_day_of_the_month() -> None:
    start = datetime(2026, 1, 31, 12, tzinfo=UTC)
    february = datetime(2026, 2, 28, 12, tzinfo=UTC)
    first = paid("plus_monthly", start)
    ahead = paid("plus_monthly", start + DAY, 2)
    back = ahead.told((attrs.evolve(refund(), occurred_at=start + 2 * DAY),))
    late = ahead.told((attrs.evolve(refund(), occurred_at=february + 60 * DAY),))
    again = paid("plus_monthly", start + 3 * DAY, 3)
    assert terms_of((first, back, again))[-1].ends_at == datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert terms_of((first, late, again))[-1].ends_at == datetime(2026, 4, 30, 12, tzinfo=UTC)
