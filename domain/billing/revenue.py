"""Revenue: what came in for payments, and what of it went back, each at its own instant."""

from datetime import datetime
from itertools import accumulate

from attrs import frozen

from .catalogue import ItemKind
from .payments import Payment, ReportKind


@frozen(kw_only=True)
class Movement:
    """Money that came in for a payment, or went back.

    Attributes:
        at: When, by the provider's clock.
        charged_minor: What came in.
        returned_minor: What went back: refunded, or charged back.
        sold: Whether it is the one at which the payment was settled.
    """

    at: datetime
    charged_minor: int = 0
    returned_minor: int = 0
    sold: bool = False


@frozen(kw_only=True)
class RevenueTotal:
    """What an item brought in one stretch of time.

    Attributes:
        stretch: Which one, counted from 0.
        item_key: What was sold.
        item_kind: What kind of thing it is.
        currency: Of the amounts.
        payments: How many were settled in it.
        charged_minor: What came in.
        returned_minor: What went back, of whichever payment.
    """

    stretch: int
    item_key: str
    item_kind: ItemKind
    currency: str
    payments: int
    charged_minor: int
    returned_minor: int

    @property
    def net_minor(self) -> int:
        """What is left; less than 0 where more went back than came in."""
        return self.charged_minor - self.returned_minor


def movements(payment: Payment) -> tuple[Movement, ...]:
    """Give the money that came in for a payment and went back, as it happened.

    Only the charge that pays for it counts; what came in besides is to be given back anyway.
    No more goes back than came in, whatever a provider says.
    """
    charge = payment.charge
    if charge is None:
        return ()
    back = sorted(
        (
            report
            for report in payment.reports
            if report.charge_id == charge.charge_id
            and (
                report.kind is ReportKind.CHARGEBACK
                or (
                    report.kind is ReportKind.REFUND
                    and report.currency == payment.currency
                    and report.refund_id not in payment.failed_refunds
                )
            )
        ),
        key=lambda report: (report.occurred_at, report.kind, report.refund_id),
    )
    whole = payment.amount_minor
    amounts = [whole if it.kind is ReportKind.CHARGEBACK else it.amount_minor for it in back]
    totals = [min(whole, total) for total in accumulate(amounts)]
    return (
        Movement(at=charge.occurred_at, charged_minor=whole, sold=True),
        *(
            Movement(at=report.occurred_at, returned_minor=total - before)
            for report, total, before in zip(back, totals, (0, *totals), strict=False)
            if total > before
        ),
    )
