"""Stripe on this machine: `localstripe`, which others wrote, run as a program of its own.

It speaks an older Stripe and refuses each parameter that it does not know. What stands before it
here leaves those out, names a few things as Stripe does now, and keeps answers by their
idempotency keys, which `localstripe` does not. Everything else is its own: customers, payments,
subscriptions, refunds and signed webhooks.
"""

import json
import queue
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from attrs import Factory, define

from tests.adapters.small_server import Answer, Asked, small_server

API_KEY, WEBHOOK_SECRET = "sk_test_kithkin", "whsec_of_localstripe"
GOOD_CARD, DECLINED_CARD = "4242424242424242", "4000000000000341"
ASKING_CARD = "4000002500003155"
"""A card whose bank asks its owner: a subscription waits for that."""

_PROGRAM = """
import socket
from aiohttp import web
from localstripe import resources
from localstripe.server import app
resources.Store.dump_to_disk = lambda store: None
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
web.run_app(app, sock=listener, print=None, access_log=None)
"""
_UNKNOWN = {
    "/v1/payment_intents": ("description", "receipt_email", "created"),
    "/v1/subscriptions": ("payment_behavior", "payment_settings", "discounts", "expand"),
    "/v1/coupons": ("max_redemptions",),
    "/v1/invoices": ("expand",),
}
_WAIT_SECONDS = 10
_NONE = (503, b'{"error": {"type": "api_error", "message": "away"}}')

Sent = tuple[bytes, dict[str, str]]


@define
class StripeServer:
    """What stands before `localstripe`.

    Attributes:
        behind: Where that is.
        away: It answers 503.
        losing: It does what it is asked for, and its answers get lost.
        came: The webhooks that `localstripe` sent.
    """

    behind: str
    away: bool = False
    losing: bool = False
    came: "queue.Queue[Sent]" = Factory(queue.Queue)
    _answers: dict[str, tuple[bytes, Answer]] = Factory(dict)

    def __call__(self, asked: Asked) -> Answer:
        """Answer a request."""
        answer = _NONE if self.away else self._answer(asked)
        return _NONE if self.losing else answer

    def _answer(self, asked: Asked) -> Answer:
        key = asked.headers.get("idempotency-key")
        if key is None or asked.method != "POST":
            return self._passed(asked)
        known = self._answers.get(key)
        if known is None:
            known = self._answers[key] = (asked.body, self._passed(asked))
        if known[0] != asked.body:
            return 400, b'{"error": {"type": "idempotency_error", "message": "another body"}}'
        return known[1]

    def heard(self, asked: Asked) -> Answer:
        """Keep a webhook."""
        self.came.put((asked.body, dict(asked.headers)))
        return 200, b"{}"

    def until(self, kind: str) -> Sent:
        """Give the next webhook of a type, as it came."""
        while True:
            sent = self.came.get(timeout=_WAIT_SECONDS)
            if json.loads(sent[0])["type"] == kind:
                return sent

    def ask(self, method: str, path: str, **form: str) -> dict[str, Any]:
        """Ask `localstripe` itself, as the client library of a person would."""
        status, content = self._behind(method, path, list(form.items()))
        assert status < 500, content
        answer: dict[str, Any] = json.loads(content or b"{}")
        return answer

    def a_card(self, number: str, customer_id: str | None = None) -> str:
        """Give a card, the default one of a customer if one is named."""
        card = {"number": number, "exp_month": "12", "exp_year": "2040", "cvc": "123"}
        form = {"type": "card", **{f"card[{name}]": value for name, value in card.items()}}
        card_id = str(self.ask("POST", "/v1/payment_methods", **form)["id"])
        if customer_id is not None:
            self.ask("POST", f"/v1/payment_methods/{card_id}/attach", customer=customer_id)
            chosen = {"invoice_settings[default_payment_method]": card_id}
            self.ask("POST", f"/v1/customers/{customer_id}", **chosen)
        return card_id

    def _passed(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.target)
        path, form = parts.path, asked.body.decode() or parts.query
        given = parse_qsl(form, keep_blank_values=True)
        unknown = next((names for start, names in _UNKNOWN.items() if path.startswith(start)), ())
        known = [(name, value) for name, value in given if name.partition("[")[0] not in unknown]
        if path == "/v1/subscriptions" and asked.method == "POST":
            return self._subscribed(dict(given), known)
        status, content = self._behind(asked.method, path, known)
        if path == "/v1/customers" and status == 200:
            self.a_card(ASKING_CARD, json.loads(content)["id"])
        return status, content

    def _subscribed(self, given: dict[str, str], known: list[tuple[str, str]]) -> Answer:
        assert given["payment_behavior"] == "default_incomplete"
        if coupon_id := given.get("discounts[0][coupon]"):
            off = self.ask("GET", f"/v1/coupons/{coupon_id}")
            self.ask(
                "POST",
                "/v1/invoiceitems",
                customer=given["customer"],
                amount=str(-off["amount_off"]),
                currency=off["currency"],
            )
        status, content = self._behind("POST", "/v1/subscriptions", known)
        if status != 200:
            return status, content
        made = json.loads(content)
        bill = self.ask("GET", f"/v1/invoices/{made['latest_invoice']}")
        intent = self.ask("GET", f"/v1/payment_intents/{bill['payment_intent']}")
        bill["confirmation_secret"] = {"client_secret": intent["client_secret"]}
        return status, json.dumps({**made, "latest_invoice": bill}).encode()

    def _behind(self, method: str, path: str, form: list[tuple[str, str]]) -> Answer:
        sent = urlencode(form)
        answer = httpx.request(
            method,
            f"{self.behind}{path}" + (f"?{sent}" if method != "POST" and sent else ""),
            content=sent if method == "POST" else None,
            headers={
                "authorization": f"Bearer {API_KEY}",
                "content-type": "application/x-www-form-urlencoded",
            },
        )
        return answer.status_code, answer.content


StripeServed = tuple[StripeServer, str]


@contextmanager
def stripe_server() -> Iterator[StripeServed]:
    """Run `localstripe`; gives what stands before it, and its address."""
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            server = StripeServer(f"http://127.0.0.1:{program.stdout.readline().strip()}")
            with small_server(server) as url, small_server(server.heard) as hook:
                server.ask("POST", "/_config/webhooks/kithkin", url=hook, secret=WEBHOOK_SECRET)
                yield server, url
        finally:
            program.kill()
