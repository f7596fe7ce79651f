"""Revenue by date and item, in any zone."""

from datetime import date, datetime, timedelta

import pytest
from attrs import evolve

from application.billing.read_revenue import ReadRevenue, RevenueReport
from domain.billing.catalogue import Item, PassItem, SecondsItem
from domain.billing.payments import Payment, Report, ReportKind
from domain.shared.errors import InvalidValueError
from domain.shared.tiers import Tier
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.test_account_credit import a_payment
from tests.contracts.values import START

# Far from the dates of all other tests, as everybody's payments are added up.
FIRST = date(2031, 5, 1)
NOON = datetime(2031, 5, 1, 12, tzinfo=START.tzinfo)
HOUR = timedelta(hours=1)
SECONDS, PASS = SecondsItem(3600), PassItem(Tier.PREMIUM, 7)


def a_report(kind: ReportKind, at: datetime, amount: int, key: str = "", to: str = "USD") -> Report:
    return Report(
        kind=kind,
        occurred_at=at,
        charge_id="c",
        refund_id=key,
        amount_minor=amount,
        currency=to,
    )


async def paid(
    stores: Stores, item: Item, amount: int, at: datetime, *more: Report, currency: str = "USD"
) -> Payment:
    person = await given.a_person(stores)
    order = evolve(a_payment(person.id, 0), item=item, amount_minor=amount, currency=currency)
    success = a_report(ReportKind.SUCCESS, at, amount, to=currency)
    payment = order.told((success, *more))
    await stores.payments.record(None, payment, ())
    return payment


def told(report: RevenueReport) -> list[tuple[str, str, str, int, int, int]]:
    return [
        (
            report.date_of(it).isoformat(),
            it.item_key,
            it.currency,
            it.payments,
            it.charged_minor,
            it.returned_minor,
        )
        for it in report.items
    ]


async def test_revenue_is_added_up_by_date_and_item(stores: Stores) -> None:
    read = ReadRevenue(stores.revenue_totals)
    before = told(await read(FIRST, FIRST + timedelta(days=3), "UTC"))
    assert before == []
    await paid(stores, SECONDS, 299, NOON)
    await paid(
        stores,
        SECONDS,
        299,
        NOON + 11 * HOUR,
        a_report(ReportKind.REFUND, NOON + 24 * HOUR, 100, "r1"),
        a_report(ReportKind.REFUND, NOON + 25 * HOUR, 500, "r2"),
    )
    await paid(stores, SECONDS, 14_900, NOON, currency="INR")
    await paid(
        stores,
        PASS,
        399,
        NOON - 13 * HOUR,
        a_report(ReportKind.CHARGEBACK, NOON + 48 * HOUR, 0, "d1"),
    )
    pending = evolve(a_payment((await given.a_person(stores)).id, 0), item=PASS)
    await stores.payments.record(None, pending, ())

    assert told(await read(FIRST, FIRST + timedelta(days=3), "UTC")) == [
        ("2031-05-01", "seconds_3600", "INR", 1, 14_900, 0),
        ("2031-05-01", "seconds_3600", "USD", 2, 598, 0),
        ("2031-05-02", "seconds_3600", "USD", 0, 0, 299),
        ("2031-05-03", "premium_weekly_pass", "USD", 0, 0, 399),
    ]
    assert told(await read(FIRST, FIRST + timedelta(days=1), "Pacific/Kiritimati")) == [
        ("2031-05-01", "premium_weekly_pass", "USD", 1, 399, 0),
        ("2031-05-02", "seconds_3600", "INR", 1, 14_900, 0),
        ("2031-05-02", "seconds_3600", "USD", 2, 598, 0),
    ]
    whole = await read(FIRST - timedelta(days=3), FIRST + timedelta(days=5), "Asia/Kolkata")
    assert sum(it.net_minor for it in whole.items if it.currency == "USD") == 299


async def test_dates_have_their_bounds(stores: Stores) -> None:
    read = ReadRevenue(stores.revenue_totals)
    for first, last, zone in (
        (FIRST, FIRST - timedelta(days=1), "UTC"),
        (FIRST, FIRST + timedelta(days=366), "UTC"),
        (FIRST, FIRST, "Nowhere/Land"),
        (date(1, 1, 1), date(1, 1, 2), "UTC"),
        (date(9999, 12, 31), date(9999, 12, 31), "UTC"),
    ):
        with pytest.raises(InvalidValueError):
            await read(first, last, zone)
    assert (await read(FIRST, FIRST + timedelta(days=365), "UTC")).items is not None
    assert (await read(date(1970, 1, 2), date(1970, 1, 3), "Pacific/Kiritimati")).items == ()
