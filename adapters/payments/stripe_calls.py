"""Calls of Stripe's library, and what comes of those that fail."""

from collections.abc import Awaitable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
import msgspec
import stripe
import structlog
from stripe import APIConnectionError, HTTPClient, IdempotencyError, StripeError, StripeObject

from adapters.tls import trusted
from application.billing.provider_ports import (
    CheckoutIntent,
    ProviderAwayError,
    ProviderRefusedError,
)
from domain.billing.payments import Provider

_SECONDS = 10.0
_FAULTS = HTTPStatus.INTERNAL_SERVER_ERROR
_AWAY = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
_log = structlog.get_logger("kithkin.payments")
T = TypeVar("T")

stripe.enable_telemetry = False


class Connections(HTTPClient):
    """The library's connections, each for one request: they belong to no loop, and none is kept."""

    name = "httpx"

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Ask for something.

        Raises:
            APIConnectionError: There is no answer in time.
        """
        try:
            async with httpx.AsyncClient(timeout=_SECONDS, verify=trusted()) as client:
                answer = await client.request(method, url, headers=headers, content=post_data)
        except httpx.HTTPError as error:
            nobody = APIConnectionError(type(error).__name__)  # type: ignore[no-untyped-call]
            raise nobody from error
        return answer.content, answer.status_code, answer.headers


class MissingError(Exception):
    """Stripe knows no such thing."""


def once(intent: CheckoutIntent, what: str) -> Any:  # noqa: ANN401 - the library's options
    """Give the options by which a call for an order does its work once."""
    return {"idempotency_key": f"{what}-{intent.payment_id}"}


async def done(request: Awaitable[T]) -> T:
    """Have something done.

    Raises:
        ProviderAwayError: It is unknown whether it was done.
        ProviderRefusedError: It was not: Stripe says no, or what it is done to is not there.
    """
    try:
        return await asked(request)
    except MissingError:
        raise ProviderRefusedError("Stripe does not know what this is about.") from None


async def asked(request: Awaitable[T]) -> T:
    """Ask for something.

    Raises:
        MissingError: There is no such thing.
        ProviderAwayError: There is no answer that says anything.
        ProviderRefusedError: Stripe says no.
    """
    try:
        return await request
    except StripeError as error:
        status = error.http_status
        if status == HTTPStatus.NOT_FOUND:
            raise MissingError from error
        known = isinstance(error, IdempotencyError)  # it was asked for before, in other words
        if known or status is None or status >= _FAULTS or status in _AWAY:
            raise away(f"{type(error).__name__}, status {status}") from error
        _log.warning("payment_provider_refused", provider=Provider.STRIPE, code=error.code)
        raise ProviderRefusedError(f"Stripe did not take this: {error.code or status}.") from error


def read(given: StripeObject, kind: type[T]) -> T:
    """Read an answer.

    Raises:
        ProviderAwayError: It is of another form.
    """
    try:
        return msgspec.convert(given.to_dict(), kind)
    except (msgspec.ValidationError, IndexError) as error:
        raise away("an answer of another form") from error


def answered_at(answer: StripeObject) -> datetime:
    """Give when an answer was given, by Stripe's clock.

    Raises:
        ProviderAwayError: It does not say.
    """
    headers = {} if answer.last_response is None else answer.last_response.headers
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError) as error:
        raise away("an answer without a date") from error


def away(reason: str) -> ProviderAwayError:
    """Give the error for when Stripe cannot be heard, and log why."""
    _log.warning("payment_provider_away", provider=Provider.STRIPE, reason=reason)
    return ProviderAwayError("Stripe does not answer. Try again in a moment.")
