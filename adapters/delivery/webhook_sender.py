"""Sends events to webhook endpoints, as Standard Webhooks has it."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

import httpcore
from attrs import define, field
from standardwebhooks import Webhook

from adapters.delivery.guarded_network import GuardedNetwork, NotPublicError, OneLookUpEach, Resolve
from adapters.event_form import encoded
from adapters.tls import trusted
from application.events.ports import PublicEvent
from domain.events.endpoints import AttemptResult, WebhookEndpoint

SECONDS = 10.0
_CONNECT_SECONDS = 5.0
_MOST_CONNECTIONS = 200
_MOST_IDLE = 20
_IDLE_SECONDS = 30.0
_REST_SECONDS = 1.0
_MOST_ANSWER_BYTES = 16 * 1024
_MOST_ERROR_CHARACTERS = 200
_REDIRECTS = range(300, 400)
_SUCCESSES = range(200, 300)


@define
class HttpWebhookSender:
    """Sends each event by one POST: no redirects, no proxies, little of the answer read.

    Attributes:
        private_allowed: Endpoints may be anywhere, and may be without TLS.
        seconds: How long an attempt may take, from the look-up of the name to the answer.
        resolve: Gives the addresses of a host.
    """

    private_allowed: bool = False
    seconds: float = SECONDS
    resolve: Resolve = field(factory=OneLookUpEach)
    _pool: httpcore.AsyncConnectionPool | None = field(default=None, init=False)

    async def send(
        self, endpoint: WebhookEndpoint, event: PublicEvent, now: datetime
    ) -> AttemptResult:
        """Send an event once."""
        if not self.private_allowed and urlsplit(endpoint.url).scheme != "https":
            return AttemptResult(None, "The address is without TLS; make an endpoint with https.")
        body = encoded(event)
        headers = {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "kithkin",
            **signed(endpoint.secrets_at(now), str(event.id), now, body),
        }
        try:
            async with asyncio.timeout(self.seconds):
                return await self._post(endpoint.url, headers, body)
        except TimeoutError:
            return AttemptResult(None, f"There was no answer within {self.seconds:g} s.")
        except NotPublicError:
            return AttemptResult(None, "The name leads to a private address, which is not allowed.")
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
            httpcore.UnsupportedProtocol,
            ssl.SSLError,
            OSError,
        ) as error:
            return AttemptResult(None, _told(error))

    async def close(self) -> None:
        """Let go of all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> AttemptResult:
        if self._pool is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=trusted(),
                max_connections=_MOST_CONNECTIONS,
                max_keepalive_connections=_MOST_IDLE,
                keepalive_expiry=_IDLE_SECONDS,
                network_backend=GuardedNetwork(self.private_allowed, self.resolve),
            )
        limits = {
            "connect": _CONNECT_SECONDS,
            "pool": self.seconds,
            "read": self.seconds,
            "write": self.seconds,
        }
        async with self._pool.stream(
            "POST",
            url,
            headers=list(headers.items()),
            content=body,
            extensions={"timeout": limits},
        ) as answer:
            result = _judged(answer.status)
            # The status tells all; what becomes of the rest changes nothing.
            with suppress(httpcore.NetworkError, httpcore.ProtocolError, TimeoutError):
                async with asyncio.timeout(min(_REST_SECONDS, self.seconds / 2)):
                    await _read_some(answer)
            return result


def signed(secrets: Sequence[str], message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Give the headers by which a receiver knows who sent a body, and when."""
    signatures = (Webhook(secret).sign(message_id, now, body.decode()) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def _read_some(answer: httpcore.Response) -> None:
    """Read a short answer to its end, so that the connection can be used again."""
    read = 0
    async for part in answer.aiter_stream():
        read += len(part)
        if read > _MOST_ANSWER_BYTES:
            return


def _judged(status: int) -> AttemptResult:
    if status in _SUCCESSES:
        return AttemptResult(status, None)
    if status in _REDIRECTS:
        return AttemptResult(status, f"It answered {status}: redirects are not followed.")
    return AttemptResult(status, f"It answered {status}.")


def _told(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".splitlines()[0].removesuffix(": ")
    return text[:_MOST_ERROR_CHARACTERS]
