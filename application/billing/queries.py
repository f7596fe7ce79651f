"""Reading payments and subscriptions."""

from datetime import datetime

from attrs import frozen

from application.billing.keep_plans import PlanKeeper
from application.billing.ports import PaymentList, Payments, Refunds
from application.shared.pages import Page, Position
from domain.billing.payments import Payment, no_such_payment
from domain.billing.plans import Plans
from domain.billing.refunds import Refund
from domain.shared.ids import PaymentId, PersonId


@frozen
class BillingQueries:
    """What can be read of payments and subscriptions."""

    keep: PlanKeeper
    payments: Payments
    list: PaymentList
    refunds: Refunds

    async def payment(
        self, payment_id: PaymentId, viewer_id: PersonId | None
    ) -> tuple[Payment, tuple[Refund, ...]]:
        """Give a payment, with the refunds that were asked for.

        Raises:
            NotFoundError: There is no such payment, or it is another's.
        """
        payment = await self.payments.get(payment_id)
        if payment is None or viewer_id not in (None, payment.person_id):
            raise no_such_payment()
        return payment, await self.refunds.of_payment(payment_id)

    async def page(self, person_id: PersonId, after: Position | None, limit: int) -> Page[Payment]:
        """Give a person's payments, the newest first.

        Raises:
            NotFoundError: There is no such person.
        """
        await self.keep.known(person_id)
        return await self.list.page(person_id, after, limit)

    async def plans(self, person_id: PersonId) -> tuple[Plans, datetime]:
        """Give a person's plans, brought up to the present, and the present.

        Raises:
            NotFoundError: There is no such person.
        """
        return await self.keep.brought_up(person_id), await self.keep.clock.now()
