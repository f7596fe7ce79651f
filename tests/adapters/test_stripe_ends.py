"""How a subscription is ended at Stripe: at once, with the bills that it still asks for."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from attrs import Factory, define

from adapters.payments.stripe import Stripe
from adapters.payments.stripe_amounts import least_of
from application.billing.provider_ports import ProviderAwayError, ProviderRefusedError
from tests.adapters.small_server import Answer, Asked, small_server
from tests.adapters.stripe_server import API_KEY, WEBHOOK_SECRET

SUBSCRIPTION = {
    "id": "sub_1",
    "object": "subscription",
    "customer": "cus_1",
    "status": "past_due",
    "items": {
        "data": [
            {
                "id": "si_1",
                "current_period_start": 1_700_000_000,
                "current_period_end": 1_702_000_000,
                "price": {"id": "plan_1", "product": "prod_1"},
            }
        ]
    },
    "metadata": {},
}


@define
class Account:
    """An account with a subscription, and its bills by their states.

    Attributes:
        status: The subscription's.
        bills: The state of each bill.
        cancel: How it answers to a cancellation.
        paid_by: The bills that orders have paid.
        done: What it was told to do.
    """

    status: str = "past_due"
    bills: dict[str, str] = Factory(dict)
    cancel: int = 200
    paid_by: dict[str, str] = Factory(dict)
    done: list[str] = Factory(list)

    def __call__(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match asked.method, parts.path.split("/")[2:]:
            case "DELETE", ["subscriptions", "sub_1"]:
                self.done.append("cancel sub_1")
                return _answer(self.cancel, {**SUBSCRIPTION, "status": "canceled"})
            case "GET", ["subscriptions", "sub_1"]:
                return _answer(200, {**SUBSCRIPTION, "status": self.status})
            case "GET", ["invoices"]:
                assert query["subscription"] == "sub_1"
                bills = [
                    {"id": it, "object": "invoice", "currency": "usd", "status": status}
                    for it, status in self.bills.items()
                ]
                return _listed(bills)
            case "POST", ["invoices", bill, "void"]:
                return self._voided(bill)
            case "POST", ["invoices", bill]:
                self.done.append(f"{bill} {asked.body.decode()}")
                return _answer(200, {"id": bill, "object": "invoice", "currency": "usd"})
            case "GET", ["invoice_payments"]:
                assert query["payment[type]"] == "payment_intent"
                paid = self.paid_by.get(query["payment[payment_intent]"])
                found = {"id": "inpay_1", "object": "invoice_payment", "invoice": paid}
                return _listed([] if paid is None else [found])
        raise AssertionError(asked)

    def _voided(self, bill: str) -> Answer:
        if self.bills[bill] == "open":
            self.done.append(f"void {bill}")
            self.bills[bill] = "void"
            return _answer(200, {"id": bill, "object": "invoice", "currency": "usd"})
        return _answer(400, {"error": {"type": "invalid_request_error", "message": "paid"}})


def _answer(status: int, body: dict[str, Any]) -> Answer:
    known = body if status == 200 else {"error": {"type": "invalid_request_error", "message": "x"}}
    return status, json.dumps(known).encode()


def _listed(items: list[dict[str, Any]]) -> Answer:
    found = {"object": "list", "data": items, "has_more": False, "url": "/v1/x"}
    return 200, json.dumps(found).encode()


@pytest.fixture
def account() -> Account:
    return Account()


@pytest_asyncio.fixture
async def stripe(account: Account) -> AsyncIterator[Stripe]:
    with small_server(account) as url:
        yield Stripe(url, API_KEY, [WEBHOOK_SECRET], timedelta(seconds=300))


async def test_what_is_past_due_ends_at_once_and_its_open_bill_is_void(
    stripe: Stripe, account: Account
) -> None:
    account.bills = {"in_1": "paid", "in_2": "open", "in_3": "draft", "in_4": "void"}
    await stripe.end_renewal("sub_1", "key")
    assert account.done == ["cancel sub_1", "void in_2", "in_3 auto_advance=false"]
    await stripe.end_renewal("sub_1", "key")
    assert account.done[3:] == ["cancel sub_1", "in_3 auto_advance=false"]


@pytest.mark.parametrize("cancel", [404, 400])
async def test_what_is_over_already_still_lets_go_of_its_bills(
    stripe: Stripe, account: Account, cancel: int
) -> None:
    account.cancel, account.status, account.bills = cancel, "canceled", {"in_2": "open"}
    await stripe.end_renewal("sub_1", "key")
    assert account.done == ["cancel sub_1", "void in_2"]


async def test_what_stripe_will_not_end_is_told(stripe: Stripe, account: Account) -> None:
    account.cancel = 400
    with pytest.raises(ProviderRefusedError):
        await stripe.end_renewal("sub_1", "key")
    account.cancel = 500
    with pytest.raises(ProviderAwayError):
        await stripe.end_renewal("sub_1", "key")


async def test_the_bill_that_an_order_has_paid_is_found(stripe: Stripe, account: Account) -> None:
    account.paid_by["pi_1"] = "in_2"
    assert await stripe.bill_of("pi_1") == "in_2"
    assert await stripe.bill_of("pi_2") is None


def test_the_least_is_that_of_the_currency() -> None:
    assert [least_of(it) for it in ("USD", "INR", "JPY", "XAF")] == [50, 50, 50, 1]
