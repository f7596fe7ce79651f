"""Compare our payments with what their providers say."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta

from attrs import frozen

from application.billing.ports import PaymentList
from application.billing.provider_ports import FetchedOrder, ProviderAwayError
from application.billing.record_reports import is_provided
from application.billing.resolve_payment import ResolvePayment, taken_in
from application.shared.pages import Page, Position
from domain.billing.payments import Payment, PaymentStatus
from domain.shared.errors import UnavailableError
from domain.shared.ids import PaymentId

_AT_ONCE = 100
_Pages = Callable[[datetime, Position | None, int], Awaitable[Page[Payment]]]


@frozen(kw_only=True)
class Difference:
    """Where a payment and its provider do not say the same.

    Attributes:
        payment_id: Which.
        problem: What is other: `missed`, `unknown_to_provider`, `to_give_back`, or `no_answer`.
        ours: What we thought of it.
        theirs: What it is by what the provider says; None if it says nothing.
    """

    payment_id: PaymentId
    problem: str
    ours: PaymentStatus
    theirs: PaymentStatus | None


@frozen(kw_only=True)
class Reconciliation:
    """What a reconciliation found.

    Attributes:
        compared: How many payments were compared.
        differences: Where they differed; what was missed is taken in by now.
    """

    compared: int
    differences: tuple[Difference, ...]


@frozen
class ReconcilePayments:
    """Compares open and recent payments with their providers, and takes in what was missed."""

    payments: PaymentList
    resolve: ResolvePayment

    async def __call__(self, *_: object) -> Reconciliation:
        """Compare all payments made in the policy's time, and all that are open, however old.

        An open one that can be paid no longer is given up.
        """
        keep = self.resolve.record.keep
        days = keep.rulebook.policies.billing.reconciled_days
        now = await keep.clock.now()
        since = now - timedelta(days=days)
        compared, differences = 0, list[Difference]()
        for pages in (self.payments.open_before, self.payments.made_since):
            async for payment in _all_of(pages, since):
                compared += 1
                differences += await self._compare(payment, now)
        return Reconciliation(compared=compared, differences=tuple(differences))

    async def _compare(self, payment: Payment, now: datetime) -> list[Difference]:
        try:
            fetched = await self.resolve.fetched(payment)
            theirs = taken_in(payment, fetched)
            over = not theirs.settles and now >= payment.checkout_ends_at
            if over or theirs.reports != payment.reports:
                await self.resolve(payment.id)
        except (ProviderAwayError, UnavailableError):
            return [_difference(payment, "no_answer", None)]
        return list(_differences(payment, theirs, fetched))


async def _all_of(pages: _Pages, instant: datetime) -> AsyncIterator[Payment]:
    """Give the payments of a list that a provider can be asked about, page by page."""
    after: Position | None = None
    while True:
        page = await pages(instant, after, _AT_ONCE)
        for payment in filter(is_provided, page.items):
            yield payment
        after = page.last
        if after is None:
            return


def _differences(
    ours: Payment, theirs: Payment, fetched: FetchedOrder | None
) -> Iterator[Difference]:
    if fetched is None and ours.provider_order_id is not None:
        yield _difference(ours, "unknown_to_provider", None)
    if theirs.reports != ours.reports:
        yield _difference(ours, "missed", theirs.status)
    if any(review.open for review in theirs.reviews):
        yield _difference(ours, "to_give_back", theirs.status)


def _difference(payment: Payment, problem: str, theirs: PaymentStatus | None) -> Difference:
    return Difference(payment_id=payment.id, problem=problem, ours=payment.status, theirs=theirs)
