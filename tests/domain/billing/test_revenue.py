"""Revenue: no more goes back than came in, and what came in besides is none."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.billing.catalogue import SecondsItem
from domain.billing.payments import Payment, PaymentStatus, Provider, Report, ReportKind
from domain.billing.revenue import movements
from domain.shared.ids import PaymentId, PersonId

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def order(*reports: Report) -> Payment:
    return Payment(
        id=PaymentId(UUID(int=1)),
        person_id=PersonId(UUID(int=2)),
        provider=Provider.SANDBOX,
        item=SecondsItem(3600),
        amount_minor=300,
        currency="USD",
        credit_applied_minor=0,
        lines=(),
        quote_id=None,
        subscription_id=None,
        created_at=START,
        checkout_ends_at=START + 24 * HOUR,
        policy_version="v",
    ).told(reports)


def report(kind: ReportKind, hours: int, amount: int = 300, key: str = "") -> Report:
    return Report(
        kind=kind,
        occurred_at=START + hours * HOUR,
        charge_id="c",
        refund_id=key,
        amount_minor=amount,
        currency="USD",
    )


def told(payment: Payment) -> list[tuple[int, int, int, bool]]:
    return [
        ((it.at - START) // HOUR, it.charged_minor, it.returned_minor, it.sold)
        for it in movements(payment)
    ]


def test_what_was_not_paid_brought_nothing() -> None:
    assert told(order()) == []
    assert told(order(report(ReportKind.REFUND, 1))) == []


def test_each_counts_when_it_happened() -> None:
    payment = order(
        report(ReportKind.SUCCESS, 1),
        report(ReportKind.REFUND, 5, 100, "r1"),
        report(ReportKind.REFUND, 9, 50, "r2"),
    )
    assert told(payment) == [(1, 300, 0, True), (5, 0, 100, False), (9, 0, 50, False)]


def test_a_chargeback_takes_what_is_left() -> None:
    payment = order(
        report(ReportKind.SUCCESS, 1),
        report(ReportKind.REFUND, 2, 100, "r1"),
        report(ReportKind.CHARGEBACK, 3, 0, "d1"),
        report(ReportKind.REFUND, 4, 200, "r2"),
    )
    assert told(payment)[1:] == [(2, 0, 100, False), (3, 0, 200, False)]


def test_a_refund_that_failed_took_nothing() -> None:
    payment = order(
        report(ReportKind.SUCCESS, 1),
        report(ReportKind.REFUND, 2, 100, "r1"),
        report(ReportKind.REFUND_FAILED, 3, 100, "r1"),
        report(ReportKind.REFUND, 4, 200, "r2"),
    )
    assert told(payment)[1:] == [(4, 0, 200, False)]


def test_a_second_charge_is_no_revenue() -> None:
    second = Report(
        kind=ReportKind.SUCCESS,
        occurred_at=START + 2 * HOUR,
        charge_id="d",
        amount_minor=300,
        currency="USD",
    )
    assert told(order(report(ReportKind.SUCCESS, 1), second)) == [(1, 300, 0, True)]


reports = st.builds(
    report,
    st.sampled_from(ReportKind),
    st.integers(1, 20),
    st.sampled_from([0, 100, 300, 500]),
    st.sampled_from(["a", "b", "c"]),
)


@given(st.lists(reports, max_size=8))
def test_the_net_is_never_less_than_nothing(given_ones: list[Report]) -> None:
    payment = order(*given_ones)
    moved = movements(payment)
    charged = sum(it.charged_minor for it in moved)
    returned = sum(it.returned_minor for it in moved)
    assert 0 <= returned <= charged
    assert (charged > 0) == (payment.charge is not None)
    assert all(it.returned_minor > 0 for it in moved[1:])
    if payment.charge is not None and payment.status is PaymentStatus.REFUNDED:
        assert returned == charged
