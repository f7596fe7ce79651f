"""Payments, and what providers say of them, that tests make up."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import attrs
from hypothesis import strategies as st

from domain.billing.catalogue import item_of
from domain.billing.payments import Payment, Provider, Report, ReportKind
from domain.billing.quotes import LineKind, QuoteLine
from domain.shared.ids import PaymentId, PersonId, SubscriptionId
from tests.domain.strategies import one_of_each

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
PRICE = 49_900
ANA = PersonId(UUID(int=1))
KINDS = ("plus_monthly", "premium_daily_pass", "video_credits_20", "seconds_3600")


def a_payment(item_key: str = "plus_monthly", number: int = 1, **changes: Any) -> Payment:
    item = item_of(item_key)
    subscribes = item_key.endswith(("monthly", "annual"))
    payment_id = UUID(int=number)
    payment = Payment(
        id=PaymentId(payment_id),
        person_id=ANA,
        provider=Provider.SANDBOX,
        item=item,
        amount_minor=PRICE,
        currency="INR",
        credit_applied_minor=0,
        lines=(QuoteLine(LineKind.PRICE, item_key, PRICE),),
        quote_id=None,
        subscription_id=SubscriptionId(payment_id) if subscribes else None,
        created_at=START,
        checkout_ends_at=START + timedelta(days=1),
        policy_version="0",
    )
    return attrs.evolve(payment, **changes)


def a_report(kind: ReportKind, minutes: int = 1, charge: str = "a", **changes: Any) -> Report:
    report = Report(
        kind=kind,
        occurred_at=START + timedelta(minutes=minutes),
        charge_id=charge,
        amount_minor=0 if kind in (ReportKind.PENDING, ReportKind.FAILED) else PRICE,
        currency="INR",
    )
    return attrs.evolve(report, **changes)


def told(*reports: Report) -> Payment:
    """A payment that was told of these, one after the other."""
    payment = a_payment()
    for report in reports:
        payment = payment.told((report,))
    return payment


def success(minutes: int = 1, charge: str = "a", **changes: Any) -> Report:
    return a_report(ReportKind.SUCCESS, minutes, charge, **changes)


def refund(minutes: int = 2, charge: str = "a", number: str = "1", **changes: Any) -> Report:
    return a_report(ReportKind.REFUND, minutes, charge, refund_id=number, **changes)


def refund_failed(minutes: int = 3, charge: str = "a", number: str = "1") -> Report:
    return a_report(ReportKind.REFUND_FAILED, minutes, charge, refund_id=number)


def chargeback(minutes: int = 2, charge: str = "a", **changes: Any) -> Report:
    return a_report(ReportKind.CHARGEBACK, minutes, charge, refund_id="d", **changes)


def _reported(kind: ReportKind, minutes: int, charge: str, refund: str, **said: Any) -> Report:
    plain = kind in (ReportKind.PENDING, ReportKind.FAILED)
    taken = kind in (ReportKind.REFUND, ReportKind.REFUND_FAILED, ReportKind.CHARGEBACK)
    if plain:
        said["amount_minor"] = 0
    return a_report(
        kind,
        minutes,
        charge,
        refund_id=refund if taken else "",
        failure_code="declined" if kind is ReportKind.FAILED else None,
        **said,
    )


any_report = one_of_each(
    _reported,
    list(ReportKind),
    range(10),
    "abc",
    "12",
    amount_minor=(PRICE, PRICE, PRICE // 2, 1),
    currency=("INR", "INR", "INR", "USD"),
    fingerprint=(None, "card"),
)
"""Whatever a provider may say: also twice, for too much, and in another currency."""
some_reports = st.lists(any_report, min_size=1, max_size=8)


@st.composite
def told_and_told_otherwise(draw: st.DrawFn) -> tuple[list[Report], list[Report]]:
    """Reports, and the same again in another order with some of them repeated."""
    reports = draw(some_reports)
    repeated = draw(st.lists(st.sampled_from(reports), max_size=4))
    chance = Random(draw(st.integers(0, 255)))
    return reports, chance.sample([*reports, *repeated], len(reports) + len(repeated))
