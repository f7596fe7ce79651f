"""The sandbox: a payment provider of one's own, where no money moves.

It does what others do: it makes orders, has a page to pay them on, keeps books of its own, signs
notifications and sends them, and answers when it is asked.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import msgspec
import structlog
from attrs import field, frozen

from adapters.payments.sandbox_actions import (
    Action,
    Card,
    Charge,
    act,
    changed,
    charges,
    possible,
    subscription,
    taken_back,
)
from adapters.payments.sandbox_books import (
    Account,
    SandboxBooks,
    SandboxEvent,
    SandboxOrder,
)
from adapters.payments.sandbox_news import KINDS, notification_of, report_of, snapshot_of
from adapters.payments.signatures import read_stripe, signed_as_stripe
from adapters.tls import trusted
from application.billing.provider_ports import (
    CheckoutIntent,
    Delivery,
    FetchedOrder,
    InvalidSignatureError,
    OrderRef,
    ProviderAwayError,
    ProviderRefusedError,
    RefundIntent,
    StartedCheckout,
)
from application.shared.clock import Clock
from domain.billing.payments import Provider, Report
from domain.billing.subscriptions import SubscriptionSnapshot

if TYPE_CHECKING:
    import httpx

HEADER = "kithkin-sandbox-signature"
PAGE_PATH = "/sandbox/checkout"
WEBHOOK_PATH = "/v1/webhooks/sandbox"

_SECONDS = 10.0
_log = structlog.get_logger("kithkin.payments")
T = TypeVar("T")


@frozen
class SandboxView:
    """An order as its page shows it.

    Attributes:
        account: The order, and what has happened to it.
        possible: What can be done now.
        now: The time there.
    """

    account: Account
    possible: frozenset[Action]
    now: datetime


@frozen
class Sandbox:
    """The sandbox.

    Attributes:
        books: What it knows.
        secrets: What its notifications are signed with; the first signs, all are believed.
        skew: How far the time of a signature may be from ours.
        clock: The time there.
        base_url: Where its pages are reached; empty gives addresses without a host.
    """

    books: SandboxBooks
    secrets: Sequence[str] = field(repr=False)
    skew: timedelta
    clock: Clock
    base_url: str = ""

    @property
    def name(self) -> Provider:
        """Which provider it is."""
        return Provider.SANDBOX

    def least_minor(self, currency: str) -> int:  # noqa: ARG002 - of all the same
        """Give the least that it charges: anything."""
        return 1

    async def start_checkout(self, intent: CheckoutIntent) -> StartedCheckout:
        """Make an order, or give the one that was made.

        Raises:
            ProviderAwayError: Its books cannot be used.
            ProviderRefusedError: There is an order of this id for something else.
        """
        placed = SandboxOrder(
            id=_order_id(intent.payment_id),
            token=secrets.token_urlsafe(24),
            payment_id=intent.payment_id,
            person_id=intent.payer.person_id,
            item_key=intent.item.key,
            amount_minor=intent.amount_minor,
            currency=intent.currency,
            created_at=intent.created_at,
            ends_at=intent.ends_at,
            renewal_minor=intent.renewal_minor or intent.amount_minor,
        )
        order = await _booked(self.books.place, placed)
        if _substance(placed) != _substance(order):
            raise ProviderRefusedError("There is an order of this id for something else.")
        return self._started(order)

    async def fetch_payment(self, order: OrderRef) -> FetchedOrder | None:
        """Give what happened to an order or to the bill of a renewal; None if there is none.

        Raises:
            ProviderAwayError: Its books cannot be used.
        """
        bill_id = order.provider_order_id
        if bill_id is None or not bill_id.startswith("sbx_bill_"):
            bill_id = None
        owner = _order_id(order.payment_id) if bill_id is None else _order_of(bill_id)
        account = await _booked(self.books.account, owner)
        if account is None:
            return None
        events = [it for it in account.events if it.type in KINDS and it.bill_id == bill_id]
        if bill_id is not None:
            if not events:
                return None
            started = StartedCheckout(provider_order_id=bill_id)
        else:
            started = self._started(account.order)
        return FetchedOrder(
            checkout=started,
            reports=tuple(report_of(event) for event in events),
            subscription=snapshot_of(account, await self.clock.now()),
        )

    async def refund(self, intent: RefundIntent) -> Report | None:
        """Give money back; with the same key once.

        Raises:
            ProviderAwayError: Its books cannot be used.
            ProviderRefusedError: There is no such charge, or too little of it left.
        """
        now = await self.clock.now()
        refund_id = intent.key
        done: list[SandboxEvent] = []

        def decide(account: Account) -> tuple[SandboxEvent, ...]:
            own = [it for it in account.events if it.refund_id == refund_id]
            done[:] = own[:1]
            if done:
                return ()
            charge = _charge(account, intent)
            done.append(
                taken_back(
                    account,
                    charge,
                    intent.amount_minor,
                    now,
                    by=Action.REFUND,
                    refund_id=refund_id,
                )
            )
            return tuple(done)

        owner = intent.order.provider_order_id or _order_id(intent.order.payment_id)
        try:
            await _booked(self.books.enter, _order_of(owner), decide)
        except LookupError:
            raise ProviderRefusedError("The sandbox knows no such order.") from None
        return report_of(done[0])

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
        """Verify a notification and give what it says.

        Raises:
            InvalidSignatureError: It is not the sandbox's own, or of no known form.
        """
        read_stripe(body, headers, self.secrets, now=now, skew=self.skew, header=HEADER)
        try:
            event = msgspec.json.decode(body, type=SandboxEvent)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InvalidSignatureError("The body is no notification of the sandbox.") from error
        return Delivery(notifications=(notification_of(event),))

    async def cancel_renewal(self, provider_subscription_id: str, key: str) -> None:  # noqa: ARG002
        """Renew a subscription no more; asking twice is as once.

        Raises:
            ProviderAwayError: Its books cannot be used.
            ProviderRefusedError: There is no such subscription.
        """
        await self._set_renewal(provider_subscription_id, cancels=True)

    async def resume_renewal(self, provider_subscription_id: str, key: str) -> None:  # noqa: ARG002
        """Renew a subscription again.

        Raises:
            ProviderAwayError: Its books cannot be used.
            ProviderRefusedError: There is no such subscription.
        """
        await self._set_renewal(provider_subscription_id, cancels=False)

    async def end_renewal(self, provider_subscription_id: str, key: str) -> None:  # noqa: ARG002
        """End a subscription at once; asking twice is as once.

        Raises:
            ProviderAwayError: Its books cannot be used.
            ProviderRefusedError: There is no such subscription.
        """
        await self._set_renewal(provider_subscription_id, ends=True)

    async def bill_of(self, provider_order_id: str) -> str | None:  # noqa: ARG002
        """Give none: whatever is told of a bill names it."""
        return None

    async def fetch_subscription(
        self, provider_subscription_id: str
    ) -> SubscriptionSnapshot | None:
        """Give a subscription as it is now.

        Raises:
            ProviderAwayError: Its books cannot be used.
        """
        account = await _booked(self.books.account, _order_of(provider_subscription_id))
        return None if account is None else snapshot_of(account, await self.clock.now())

    async def view(self, token: str) -> SandboxView | None:
        """Give the order of a page; None if there is none.

        Raises:
            ProviderAwayError: Its books cannot be used.
        """
        account, now = await _booked(self.books.of_token, token), await self.clock.now()
        return None if account is None else SandboxView(account, possible(account, now), now)

    async def act(self, token: str, action: Action, card: Card) -> tuple[SandboxEvent, ...]:
        """Do what was chosen on the page of an order; give what is to be told of it.

        To tell all again is to tell the newest first: the order must make no difference.

        Raises:
            LookupError: There is no such page.
            NotPossibleError: The order is not in a state for it.
            ProviderAwayError: Its books cannot be used.
        """
        now = await self.clock.now()
        found = await _booked(self.books.of_token, token)
        if found is None:
            raise LookupError(token)
        if action is Action.TELL_AGAIN:
            return tuple(reversed(found.events))
        return await _booked(
            self.books.enter, found.order.id, lambda account: act(account, action, card, now)
        )

    async def notify(self, origin: str, events: Sequence[SandboxEvent]) -> bool:
        """Send notifications to Kithkin, one after the other; tell whether it took all of them.

        Args:
            origin: Where Kithkin is reached, such as `http://127.0.0.1:8000`.
            events: What happened.
        """
        # Slow to import, and needed only where somebody pays.
        import httpx  # noqa: PLC0415

        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False, verify=trusted()) as client:
            taken = [await self._sent(client, origin, event) for event in events]
        return all(taken)

    def signed(self, event: SandboxEvent, at: datetime) -> tuple[bytes, dict[str, str]]:
        """Give the body of a notification, and its headers."""
        body = msgspec.json.encode(event)
        signature = signed_as_stripe(body, self.secrets[0], at)
        return body, {HEADER: signature, "content-type": "application/json"}

    async def _sent(self, client: "httpx.AsyncClient", origin: str, event: SandboxEvent) -> bool:
        import httpx  # noqa: PLC0415 - as above

        body, headers = self.signed(event, await self.clock.now())
        try:
            answer = await client.post(origin + WEBHOOK_PATH, content=body, headers=headers)
        except httpx.HTTPError as error:
            _log.warning("sandbox_not_heard", event_id=event.id, reason=type(error).__name__)
            return False
        if not answer.is_success:
            _log.warning("sandbox_not_heard", event_id=event.id, status=answer.status_code)
        return answer.is_success

    async def _set_renewal(
        self, subscription_id: str, *, cancels: bool = False, ends: bool = False
    ) -> None:
        now = await self.clock.now()

        def decide(account: Account) -> tuple[SandboxEvent, ...]:
            plan = subscription(account)
            if plan is None:
                raise ProviderRefusedError("The sandbox knows no such subscription.")
            if plan.ended and not (cancels or ends):
                raise ProviderRefusedError("The subscription is over at the sandbox.")
            after = msgspec.structs.replace(
                plan, cancels_at_period_end=cancels or ends, ended=plan.ended or ends
            )
            if after == plan:
                return ()
            return (changed(account, after, now),)

        try:
            await _booked(self.books.enter, _order_of(subscription_id), decide)
        except LookupError:
            raise ProviderRefusedError("The sandbox knows no such subscription.") from None

    def _started(self, order: SandboxOrder) -> StartedCheckout:
        return StartedCheckout(
            provider_order_id=order.id, page_url=f"{self.base_url}{PAGE_PATH}/{order.token}"
        )


async def _booked(work: Callable[..., T], *given: Any) -> T:
    try:
        return await asyncio.to_thread(work, *given)
    except (sqlite3.Error, OSError) as error:
        _log.warning("sandbox_away", reason=type(error).__name__, detail=str(error))
        raise ProviderAwayError("The payment sandbox cannot use its books. Try again.") from error


def _substance(order: SandboxOrder) -> tuple[object, ...]:
    return (order.person_id, order.item_key, order.amount_minor, order.currency)


def _order_id(payment_id: UUID) -> str:
    return f"sbx_ord_{payment_id.hex}"


def _order_of(anything: str) -> str:
    """Give the order that a bill, a subscription or the order itself belongs to, by its id."""
    return f"sbx_ord_{anything.rpartition('_')[2]}"


def _charge(account: Account, intent: RefundIntent) -> Charge:
    for charge in charges(account):
        if charge.event.charge_id == intent.charge_id:
            if charge.event.currency != intent.currency or charge.left_minor < intent.amount_minor:
                raise ProviderRefusedError("There is less left of this charge to give back.")
            return charge
    raise ProviderRefusedError("The sandbox knows no such charge.")
