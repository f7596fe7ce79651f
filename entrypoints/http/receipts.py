"""Receipts as HTML: without scripts, and without anything from elsewhere."""

import base64
import hashlib
from html import escape
from uuid import UUID

from litestar import Controller, Response, get
from litestar.enums import MediaType
from litestar.params import FromPath

from domain.billing.payments import Payment, Provider
from domain.billing.quotes import LineKind, QuoteLine
from domain.billing.receipts import Receipt, receipt
from domain.billing.revenue import movements
from domain.shared.ids import PaymentId
from entrypoints.http.acting import viewing
from entrypoints.http.authentication import FOR_PERSONS
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.item_labels import label_of
from entrypoints.http.problems import problems
from entrypoints.wiring.payments import shown

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 2rem auto; max-width: 36rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid; padding: .4rem 0; text-align: left; font-weight: inherit; }
td { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tfoot { font-weight: 700; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def receipt_page(given: Receipt) -> str:
    """Write a receipt; everything in it is escaped."""
    payment = given.payment
    by_credit = payment.provider is Provider.NONE
    facts = {
        "Receipt": str(payment.id),
        "Paid": f"{given.paid_at:%Y-%m-%d %H:%M} UTC",
        "Paid through": None if by_credit else payment.provider.value,
        "Reference": None if by_credit else payment.provider_payment_id,
        "Invoice": payment.invoice_id,
        "For": str(payment.person_id),
    }
    described = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        for name, value in facts.items()
        if value is not None
    )
    title = f"Receipt: {label_of(payment.item)}"
    rows = "".join(
        _row(_label(line, payment), line.amount_minor, payment) for line in payment.lines
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1><dl>{described}</dl>"
        f"<table><tbody>{rows}</tbody><tfoot>{_totals(payment)}</tfoot></table>"
        "</main></body></html>\n"
    )


def _totals(payment: Payment) -> str:
    rows = _row("Charged", payment.amount_minor, payment)
    if returned := sum(movement.returned_minor for movement in movements(payment)):
        rows += _row("Given back", -returned, payment)
        rows += _row("Paid in the end", payment.amount_minor - returned, payment)
    return rows


def _label(line: QuoteLine, payment: Payment) -> str:
    match line.kind:
        case LineKind.PRICE:
            return label_of(payment.item)
        case LineKind.DISCOUNT:
            return f"Discount: {line.label.replace('_', ' ')}"
        case LineKind.PRORATION:
            return "Unused part of what it takes the place of"
        case LineKind.ACCOUNT_CREDIT:
            return "Paid by account credit"


def _row(label: str, amount_minor: int, payment: Payment) -> str:
    amount = escape(shown(amount_minor, payment.currency))
    return f'<tr><th scope="row">{escape(label)}</th><td>{amount}</td></tr>'


class ReceiptRoutes(Controller):
    """Receipts, for payers to keep."""

    path = "/v1/payments"
    tags = ("Billing",)

    @get(
        "/{payment_id:uuid}/receipt",
        opt=FOR_PERSONS,
        media_type=MediaType.HTML,
        responses=problems(404, 409),
    )
    async def get_receipt(self, request: ApiRequest, payment_id: FromPath[UUID]) -> Response[str]:
        """Read the receipt of a payment that succeeded, as a page to print or keep."""
        queries = kithkin(request).billing.queries()
        payment, _ = await queries.payment(PaymentId(payment_id), viewing(request, None))
        return Response(
            receipt_page(receipt(payment)),
            media_type=MediaType.HTML,
            headers={"Content-Security-Policy": _POLICY},
        )
