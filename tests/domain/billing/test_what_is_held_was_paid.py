"""What is left of a person's plans is never worth more than what was paid and not given back."""

from datetime import datetime, timedelta
from uuid import UUID

import attrs
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.catalogue import item_of
from domain.billing.payments import Payment
from domain.billing.quotes import LineKind, QuoteLine
from domain.billing.subscription_changes import PlanChangeRefusedError, quoted_plan
from domain.billing.worth import worth_minor
from domain.shared.ids import PaymentId, QuoteId, SubscriptionId
from tests.domain.billing.bought_plans import DAY, paid, plans
from tests.domain.billing.reports import START, chargeback, refund

PRICES = {
    "plus_monthly": 49_900,
    "plus_annual": 499_000,
    "premium_monthly": 129_900,
    "premium_annual": 1_299_000,
}
STEPS = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.one_of(
            st.sampled_from(tuple(PRICES)),
            st.tuples(st.sampled_from((refund, chargeback)), st.integers(0, 7)),
        ),
    ),
    min_size=2,
    max_size=8,
)


def bought(payments: list[Payment], item: str, at: datetime) -> Payment | None:
    """What is bought at an instant, if it can be."""
    number = len(payments) + 1
    try:
        plan = quoted_plan(item_of(item), plans(*payments), tuple(payments), "INR", at)
    except PlanChangeRefusedError:
        return None
    price, own, unused = PRICES[item], plan.renews, 0
    lines = [QuoteLine(LineKind.PRICE, item, price)]
    if plan.upgrade is not None:
        own, unused = plan.upgrade.subscription_id, plan.upgrade.unused_minor
        lines.append(QuoteLine(LineKind.PRORATION, "unused_period", -unused))
    if unused >= price:
        return None
    made = paid(
        item,
        at,
        number,
        subscription_id=own or SubscriptionId(UUID(int=number)),
        quote_id=QuoteId(UUID(int=number)),
        lines=tuple(lines),
        amount_minor=price - unused,
        created_at=at,
    )
    [report] = made.reports
    whole = attrs.evolve(made, reports=())
    return whole.told((attrs.evolve(report, amount_minor=price - unused),))


def held(payments: list[Payment], at: datetime) -> int:
    """What is left of plans, in minor units."""
    worth = {it.id: worth_minor(it) for it in payments if it.reversed_at is None}
    total = 0
    for term in plans(*payments).terms:
        left = term.ends_at - max(at, term.starts_at)
        if term.payment_id in worth and left > timedelta():
            paid_for = worth[term.payment_id] - term.unpaid_minor
            total += paid_for * left // (term.ends_at - term.starts_at)
    return total


def test_an_upgrade_that_is_bought_twice_at_once_is_there_twice() -> None:
    first = bought([], "plus_monthly", START)
    assert first is not None
    at = START + 10 * DAY
    one = bought([first], "premium_monthly", at)
    assert one is not None
    [report] = one.reports
    two = attrs.evolve(one, id=PaymentId(UUID(int=3)), reports=())
    two = two.told((attrs.evolve(report, occurred_at=at + timedelta(minutes=1)),))
    for payments in ([first, one, two], [two, one, first]):
        terms = plans(*payments).terms
        assert [it.starts_at for it in terms[1:]] == [at, terms[1].ends_at]
        assert held(payments, at) <= sum(it.amount_minor for it in payments)
        assert held(payments, at) >= one.amount_minor + one.taken_over_minor + two.amount_minor - 1
    back = one.told((attrs.evolve(chargeback(), occurred_at=at + DAY),))
    assert held([first, back, two], at + DAY) <= first.amount_minor + two.amount_minor


@given(STEPS)
def test_no_more_is_held_than_was_paid(
    steps: list[tuple[int, object]],
) -> None:
    payments: list[Payment] = []
    at = START
    for days, step in steps:
        at += days * DAY + timedelta(minutes=1)
        if isinstance(step, str):
            if (made := bought(payments, step, at)) is not None:
                payments.append(made)
        elif isinstance(step, tuple) and payments:
            back, which = step
            index = which % len(payments)
            known = payments[index]
            report = attrs.evolve(back(), occurred_at=at, amount_minor=known.amount_minor)
            if known.reversed_at is None:
                payments[index] = known.told((report,))
        kept = sum(it.amount_minor for it in payments if it.reversed_at is None)
        assert 0 <= held(payments, at) <= kept
