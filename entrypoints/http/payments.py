"""Checkouts, payments and refunds over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from application.billing.reconcile_payments import Reconciliation
from application.billing.take_notification import Taken
from domain.billing.payments import Payment, PaymentStatus, Provider
from domain.billing.refunds import Refund, RefundState
from domain.billing.reviews import ReviewReason
from domain.shared.errors import NotFoundError
from domain.shared.ids import PaymentId, QuoteId
from entrypoints.http.acting import acting, viewing
from entrypoints.http.authentication import ADMIN, FOR_PERSONS, PUBLIC
from entrypoints.http.body import JsonBody
from entrypoints.http.catalogue import ItemBody, QuoteLineBody, item_body
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.money import MoneyBody, money
from entrypoints.http.problems import problems

SIGNED = {**PUBLIC, "raw": True}
"""A route whose credential is a signature over the raw bytes."""

_log = structlog.get_logger("kithkin.payments")


class StartCheckoutBody(Struct, forbid_unknown_fields=True):
    """The quote that is taken."""

    quote_id: UUID


class RefundPaymentBody(Struct, forbid_unknown_fields=True):
    """How much is to be given back, and why."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, examples=["Bought by mistake"])]
    amount_minor: (
        Annotated[
            int, Meta(ge=1, le=1_000_000_000, description="How much; all that is left if left out")
        ]
        | None
    ) = None


class RefundBody(Struct):
    """A refund that was asked for."""

    id: UUID
    amount: MoneyBody
    reason: str
    requested_at: datetime
    state: RefundState


class PaymentReviewBody(Struct):
    """Money that came in and pays for nothing; it is to be given back."""

    reason: ReviewReason
    amount: MoneyBody
    refunded: MoneyBody
    occurred_at: datetime


class PaymentBody(Struct):
    """A payment."""

    id: UUID
    person_id: UUID
    provider: Provider
    item: ItemBody
    status: PaymentStatus
    amount: Annotated[MoneyBody, Meta(description="What is charged")]
    credit_applied: Annotated[MoneyBody, Meta(description="Account credit that pays the rest")]
    refunded: Annotated[MoneyBody, Meta(description="What was given back of it")]
    lines: Annotated[list[QuoteLineBody], Meta(description="As they were quoted")]
    quote_id: Annotated[UUID | None, Meta(description="Null for a renewal")]
    subscription_id: UUID | None
    page_url: Annotated[str | None, Meta(description="Where to pay, while it can be paid for")]
    client_token: Annotated[
        str | None, Meta(description="What the provider's client library needs")
    ]
    created_at: datetime
    checkout_ends_at: datetime
    failed_at: Annotated[datetime | None, Meta(description="When it first failed")]
    failure_code: Annotated[str | None, Meta(description="Why, in the provider's words")]
    settled_at: Annotated[datetime | None, Meta(description="When it was paid")]
    reversed_at: Annotated[
        datetime | None, Meta(description="When what it paid for was taken back")
    ]
    closed_at: Annotated[datetime | None, Meta(description="When it was given up unpaid")]
    provider_order_id: str | None
    provider_payment_id: str | None
    invoice_id: str | None
    policy_version: str


class PaymentWithRefundsBody(PaymentBody):
    """A payment, with what was asked to be given back and what is to be."""

    refunds: list[RefundBody]
    reviews: list[PaymentReviewBody]


class RefundedPaymentBody(Struct):
    """A refund that was just asked for, and the payment."""

    refund: RefundBody
    payment: PaymentBody


class TakenBody(Struct):
    """What became of what a provider told."""

    outcomes: list[Taken]


class DifferenceBody(Struct):
    """Where a payment and its provider do not say the same."""

    payment_id: UUID
    problem: Annotated[str, Meta(examples=["missed"])]
    ours: PaymentStatus
    theirs: PaymentStatus | None


class ReconciliationBody(Struct):
    """What a reconciliation found."""

    compared: int
    differences: list[DifferenceBody]


def payment_body(payment: Payment) -> PaymentBody:
    """Give a payment as the API shows it."""
    return PaymentBody(**_fields(payment))


def _fields(payment: Payment) -> dict[str, Any]:
    payable = not payment.settles
    return {
        "id": payment.id,
        "person_id": payment.person_id,
        "provider": payment.provider,
        "item": item_body(payment.item),
        "status": payment.status,
        "amount": money(payment.amount_minor, payment.currency),
        "credit_applied": money(payment.credit_applied_minor, payment.currency),
        "refunded": money(payment.refunded_minor, payment.currency),
        "lines": [
            QuoteLineBody(line.kind, line.label, money(line.amount_minor, payment.currency))
            for line in payment.lines
        ],
        "quote_id": payment.quote_id,
        "subscription_id": payment.subscription_id,
        "page_url": payment.page_url if payable else None,
        "client_token": payment.client_token if payable else None,
        "created_at": payment.created_at,
        "checkout_ends_at": payment.checkout_ends_at,
        "failed_at": payment.failed_at,
        "failure_code": payment.failure_code,
        "settled_at": payment.settled_at,
        "reversed_at": payment.reversed_at,
        "closed_at": payment.closed_at,
        "provider_order_id": payment.provider_order_id,
        "provider_payment_id": payment.provider_payment_id,
        "invoice_id": payment.invoice_id,
        "policy_version": payment.policy_version,
    }


def _refund(refund: Refund) -> RefundBody:
    return RefundBody(
        id=refund.id,
        amount=money(refund.amount_minor, refund.currency),
        reason=refund.reason,
        requested_at=refund.requested_at,
        state=refund.state,
    )


def _with_refunds(payment: Payment, refunds: tuple[Refund, ...]) -> PaymentWithRefundsBody:
    return PaymentWithRefundsBody(
        **_fields(payment),
        refunds=[_refund(refund) for refund in refunds],
        reviews=[
            PaymentReviewBody(
                reason=review.reason,
                amount=money(review.amount_minor, review.currency),
                refunded=money(review.refunded_minor, review.currency),
                occurred_at=review.occurred_at,
            )
            for review in payment.reviews
        ],
    )


def reconciliation_body(found: Reconciliation) -> ReconciliationBody:
    """Give what a reconciliation found as the API shows it."""
    differences = [
        DifferenceBody(it.payment_id, it.problem, it.ours, it.theirs) for it in found.differences
    ]
    return ReconciliationBody(found.compared, differences)


class PaymentRoutes(Controller):
    """Paying for a quote, and what became of payments."""

    path = "/v1"
    tags = ("Billing",)

    @post(
        "/checkouts",
        opt=FOR_PERSONS,
        dto=JsonBody[StartCheckoutBody],
        return_dto=None,
        responses=problems(403, 404, 409, body=True),
    )
    async def start_checkout(
        self, request: ApiRequest, data: JSONBody[StartCheckoutBody]
    ) -> Response[PaymentBody]:
        """Pay for a quote: the answer says where to. The same quote again is the same payment."""
        viewer_id = viewing(request, None)

        async def work() -> tuple[int, PaymentBody]:
            start = kithkin(request).billing.start_checkout()
            return 201, payment_body(await start(QuoteId(data.quote_id), viewer_id))

        return await answer_once(request, work, about=lambda body: body.person_id, outside=True)

    @get("/payments/{payment_id:uuid}", opt=FOR_PERSONS, responses=problems(404))
    async def get_payment(
        self, request: ApiRequest, payment_id: FromPath[UUID]
    ) -> PaymentWithRefundsBody:
        """Read a payment."""
        queries = kithkin(request).billing.queries()
        viewer_id = viewing(request, None)
        return _with_refunds(*await queries.payment(PaymentId(payment_id), viewer_id))

    @get("/persons/{person_id:uuid}/payments", opt=FOR_PERSONS, responses=problems(404))
    async def list_payments(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[PaymentBody]:
        """List a person's payments, the newest first."""
        queries = kithkin(request).billing.queries()
        page = await queries.page(acting(request, person_id), position(cursor), limit)
        return list_body(page, payment_body)

    @post(
        "/payments/{payment_id:uuid}/refunds",
        opt=ADMIN,
        dto=JsonBody[RefundPaymentBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def refund_payment(
        self, request: ApiRequest, payment_id: FromPath[UUID], data: JSONBody[RefundPaymentBody]
    ) -> Response[RefundedPaymentBody]:
        """Refund a payment or a part of it. Once all is back, what it paid for is taken back."""

        async def work() -> tuple[int, RefundedPaymentBody]:
            refund = kithkin(request).billing.refund_payment()
            payment, asked = await refund(PaymentId(payment_id), data.amount_minor, data.reason)
            return 201, RefundedPaymentBody(_refund(asked), payment_body(payment))

        return await answer_once(request, work, about=lambda body: body.payment.person_id)

    @post(
        "/payments/reconciliations",
        opt=ADMIN,
        return_dto=None,
        responses=problems(),
    )
    async def reconcile_payments(self, request: ApiRequest) -> Response[ReconciliationBody]:
        """Compare pending and recent payments with their providers; what was missed is taken in."""

        async def work() -> tuple[int, ReconciliationBody]:
            found = await kithkin(request).billing.reconcile_payments()()
            return 201, reconciliation_body(found)

        return await answer_once(request, work, outside=True)


class PaymentWebhookRoutes(Controller):
    """What payment providers tell."""

    path = "/v1/webhooks"
    tags = ("Billing",)

    @post(
        "/{provider:str}",
        opt=SIGNED,
        status_code=200,
        responses=problems(400, 404, 408),
    )
    async def take_payment_webhook(
        self, request: Request[Any, Any, Any], provider: FromPath[str]
    ) -> TakenBody:
        """Receive a payment provider's signed notification. A repeated one changes nothing."""
        app = kithkin(request)
        providers = app.payments.every()
        named = next((known for known in providers.by_name if known.value == provider), None)
        if named is None:
            raise NotFoundError(f"No payment provider '{provider}' is set up here.")
        headers = {name.lower(): value for name, value in request.headers.items()}
        take = app.billing.take_notification()
        taken = await take(named, await request.body(), headers)
        if Taken.UNKNOWN in taken:
            # Another app's on the same account, or news of what is not heard of yet.
            _log.info("payment_notification_unknown", provider=named.value)
        return TakenBody(list(taken))
