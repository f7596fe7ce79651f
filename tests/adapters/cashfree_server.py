"""Cashfree on this machine: the wire format of its API, version 2025-01-01, as it is documented."""

import itertools
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from attrs import Factory, define

from adapters.payments.signatures import signed_as_cashfree
from tests.adapters.small_server import Answer, Asked

CLIENT_ID, CLIENT_SECRET = "TEST430329ae", "cfsk_ma_test_3c09"
_NONE = (503, b"<html>Service Unavailable</html>")
_INDIA = timezone(timedelta(hours=5, minutes=30))
_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{3,45}")
_REFUND_ID = re.compile(r"[A-Za-z0-9_-]{3,40}")
_CUSTOMER_ID = re.compile(r"[A-Za-z0-9]{3,50}")
_ORDER = re.compile(r"/orders/([^/]+)(?:/(payments|refunds|disputes)(?:/([^/]+))?)?")

Sent = tuple[bytes, dict[str, str]]


def _now() -> str:
    return datetime.now(_INDIA).isoformat(timespec="seconds")


def _problem(status: int, code: str) -> Answer:
    kind = "invalid_request_error"
    return status, json.dumps({"message": code, "code": code, "type": kind}).encode()


def _given(value: object) -> Answer:
    return 200, _json(value)


def _json(value: object) -> bytes:
    """Write JSON with amounts as Cashfree writes them: numbers with two digits after the point."""
    text = json.dumps(value, default=lambda amount: f"@{amount:.2f}@")
    return re.sub(r'"@([0-9.]+)@"', r"\1", text).encode()


@define
class CashfreeServer:
    """Its orders, and what happens to them.

    Attributes:
        away: It answers 503.
        losing: It does what it is asked for, and its answers get lost.
        later: Refunds stay pending.
    """

    away: bool = False
    losing: bool = False
    later: bool = False
    orders: dict[str, dict[str, Any]] = Factory(dict)
    payments: dict[str, list[dict[str, Any]]] = Factory(dict)
    refunds: dict[str, list[dict[str, Any]]] = Factory(dict)
    disputes: dict[str, list[dict[str, Any]]] = Factory(dict)
    numbers: "itertools.count[int]" = Factory(lambda: itertools.count(1_453_002_795))

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        answer = self._refusal(asked) or self._answer(asked)
        return _NONE if self.losing else answer

    def _refusal(self, asked: Asked) -> Answer | None:
        if self.away:
            return _NONE
        if asked.headers.get("x-api-version") != "2025-01-01":
            return _problem(400, "x_api_version_invalid")
        known = (asked.headers.get("x-client-id"), asked.headers.get("x-client-secret"))
        if known != (CLIENT_ID, CLIENT_SECRET):
            return _problem(401, "request_failed")
        return None

    def _answer(self, asked: Asked) -> Answer:
        body = json.loads(asked.body, parse_float=Decimal) if asked.body else {}
        if asked.method == "POST" and asked.target == "/orders":
            return self._place(body)
        found = _ORDER.fullmatch(asked.target)
        if found is None or found[1] not in self.orders:
            return _problem(404, "order_not_found")
        order_id, part, one = found.groups()
        if asked.method == "POST":
            return self._refund(order_id, body)
        known: dict[str | None, Any] = {
            None: self.orders[order_id],
            "payments": self.payments.get(order_id, []),
            "refunds": self.refunds.get(order_id, []),
            "disputes": self.disputes.get(order_id),
        }
        given = known[part]
        if one is not None:
            given = next((it for it in given if it["refund_id"] == one), None)
        return _problem(404, "not_found") if given is None else _given(given)

    def paid(self, order_id: str, status: str = "SUCCESS") -> Sent:
        """Let somebody pay an order, or fail to; give the webhook of it."""
        order = self.orders[order_id]
        payment = {
            "cf_payment_id": str(next(self.numbers)),
            "payment_status": status,
            "payment_amount": order["order_amount"],
            "payment_currency": order["order_currency"],
            "payment_message": "00::Transaction success" if status == "SUCCESS" else "declined",
            "payment_time": _now(),
            "bank_reference": "234928698581",
            "auth_id": None,
            "payment_method": {"upi": {"channel": None, "upi_id": "Rohan@OKBank"}},
            "payment_group": "upi",
        }
        failure = {"error_code": "TRANSACTION_DECLINED", "error_source": "customer"}
        error = None if status == "SUCCESS" else failure
        entity = {**payment, "order_id": order_id, "entity": "payment", "error_details": error}
        self.payments.setdefault(order_id, []).append(entity)
        if status == "SUCCESS":
            order["order_status"] = "PAID"
        kind = {"SUCCESS": "SUCCESS", "FAILED": "FAILED"}.get(status, "USER_DROPPED")
        shown = {name: order[name] for name in ("order_id", "order_amount", "order_currency")}
        data = {
            "order": {**shown, "order_tags": order["order_tags"]},
            "payment": payment,
            "customer_details": order["customer_details"],
            "error_details": error,
        }
        return self.sent(f"PAYMENT_{kind}_WEBHOOK", data)

    def disputed(self, order_id: str, status: str = "CHARGEBACK_MERCHANT_LOST") -> Sent:
        """Let a payer's bank take a payment back; give the webhook of it."""
        payment = self.payments[order_id][-1]
        dispute = {
            "dispute_id": str(next(self.numbers)),
            "dispute_type": status.partition("_")[0],
            "reason_code": "1402",
            "dispute_amount": payment["payment_amount"],
            "created_at": _now(),
            "dispute_status": status,
        }
        details = {
            "order_id": order_id,
            "cf_payment_id": payment["cf_payment_id"],
            "payment_amount": payment["payment_amount"],
            "payment_currency": payment["payment_currency"],
        }
        self.disputes.setdefault(order_id, []).append({**dispute, "order_details": details})
        return self.sent("DISPUTE_CLOSED", {"dispute": dispute, "order_details": details})

    def refunded(self, order_id: str) -> Sent:
        """Give the webhook of the last refund, which is made now if it was not yet."""
        refund = self.refunds[order_id][-1]
        refund.update(refund_status="SUCCESS", processed_at=refund["processed_at"] or _now())
        return self.sent("REFUND_STATUS_WEBHOOK", {"refund": refund})

    def sent(self, kind: str, data: dict[str, Any], at: datetime | None = None) -> Sent:
        """Give a signed webhook."""
        body = _json({"data": data, "event_time": _now(), "type": kind})
        return body, signed_as_cashfree(body, CLIENT_SECRET, at or datetime.now(UTC))

    def _place(self, body: dict[str, Any]) -> Answer:
        customer = body.get("customer_details", {})
        expiry = datetime.fromisoformat(body["order_expiry_time"])
        if not (
            _ORDER_ID.fullmatch(body["order_id"])
            and Decimal(body["order_amount"]) >= 1
            and _CUSTOMER_ID.fullmatch(customer.get("customer_id", ""))
            and len(customer.get("customer_phone", "")) >= 10
            and timedelta(minutes=15) <= expiry - datetime.now(UTC) <= timedelta(days=30)
        ):
            return _problem(400, "order_meta_invalid")
        if body["order_id"] in self.orders:
            return _problem(409, "order_already_exists")
        number = next(self.numbers)
        self.orders[body["order_id"]] = order = {
            **body,
            "cf_order_id": str(number),
            "entity": "order",
            "order_status": "ACTIVE",
            "payment_session_id": f"session_{number}",
            "created_at": _now(),
        }
        return _given(order)

    def _refund(self, order_id: str, body: dict[str, Any]) -> Answer:
        refunds = self.refunds.setdefault(order_id, [])
        if not _REFUND_ID.fullmatch(body["refund_id"]):
            return _problem(400, "refund_id_invalid")
        if any(it["refund_id"] == body["refund_id"] for it in refunds):
            return _problem(409, "refund_already_exists")
        paid = [it for it in self.payments.get(order_id, []) if it["payment_status"] == "SUCCESS"]
        left = sum(it["payment_amount"] for it in paid) - sum(it["refund_amount"] for it in refunds)
        if body["refund_amount"] > left:
            return _problem(400, "refund_amount_invalid")
        refund = {
            "cf_refund_id": str(next(self.numbers)),
            "cf_payment_id": paid[0]["cf_payment_id"],
            "order_id": order_id,
            "refund_id": body["refund_id"],
            "entity": "refund",
            "refund_amount": body["refund_amount"],
            "refund_currency": paid[0]["payment_currency"],
            "refund_status": "PENDING" if self.later else "SUCCESS",
            "refund_type": "MERCHANT_INITIATED",
            "created_at": _now(),
            "processed_at": None if self.later else _now(),
        }
        refunds.append(refund)
        return _given(refund)
