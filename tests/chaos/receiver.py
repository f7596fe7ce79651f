"""An app's webhook receiver, which fails now and then."""

import json
import random
from typing import Any

from litestar import Litestar, Request, Response, post
from standardwebhooks.webhooks import Webhook

_FAILS_ONE_IN = 200


class Receiver:
    """Takes deliveries, and remembers in which order.

    Attributes:
        first: Ids of events in the order in which each was first accepted.
        deliveries: How many were accepted, repeats included.
        failed: How many it answered with an error, on purpose.
        forged: How many had no good signature.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._webhook: Webhook | None = None
        self._known: set[str] = set()
        self.first: list[str] = []
        self.deliveries = 0
        self.failed = 0
        self.forged = 0

    def trust(self, secret: str) -> None:
        """Take what is signed with a secret."""
        self._webhook = Webhook(secret)

    def app(self) -> Litestar:
        """Give the application that receives."""

        @post("/events", status_code=204)
        async def take(request: Request[Any, Any, Any]) -> Response[None]:
            return Response(None, status_code=self._take(await request.body(), request.headers))

        return Litestar([take], openapi_config=None, logging_config=None)

    def _take(self, body: bytes, headers: Any) -> int:  # noqa: ANN401 - Litestar's headers
        if self._webhook is None or not self._signed(body, headers):
            self.forged += 1
            return 401
        if self._chance.randrange(_FAILS_ONE_IN) == 0:
            self.failed += 1
            return 503
        self.deliveries += 1
        event_id = json.loads(body)["id"]
        if event_id not in self._known:
            self._known.add(event_id)
            self.first.append(event_id)
        return 204

    def _signed(self, body: bytes, headers: Any) -> bool:  # noqa: ANN401 - Litestar's headers
        try:
            self._webhook.verify(body, dict(headers))  # type: ignore[union-attr]
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not taken
            return False
        return True
