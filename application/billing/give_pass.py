"""Give a person a pass that nobody pays for."""

from attrs import frozen

from application.billing.record_reports import PaymentRecorder
from application.billing.show_catalogue import catalogue_of
from domain.billing.catalogue import PassItem
from domain.billing.payment_changes import paid_by_nobody
from domain.billing.payments import Payment, Provider
from domain.billing.quotes import LineKind, QuoteLine
from domain.shared.ids import PaymentId, PersonId
from domain.shared.standing import require_not_deleted


@frozen
class GivePass:
    """Gives a pass as a payment of nothing that has settled.

    So it is a pass as any other: another one goes on from its end, and it can be taken back.
    """

    record: PaymentRecorder

    async def __call__(self, person_id: PersonId, payment_id: PaymentId, item: PassItem) -> None:
        """Give it, in the running transaction; under the same id it is given once.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        keep, payments = self.record.keep, self.record.payments
        buyer = await keep.locked(person_id)
        require_not_deleted(deleted=buyer.deleted)
        if await payments.get(payment_id) is not None:
            return
        now = await keep.clock.now()
        given = Payment(
            id=payment_id,
            person_id=person_id,
            provider=Provider.NONE,
            item=item,
            amount_minor=0,
            # Nothing is nothing in any of them.
            currency=catalogue_of(keep.rulebook).currencies[0],
            credit_applied_minor=0,
            lines=(QuoteLine(LineKind.PRICE, item.key, 0),),
            quote_id=None,
            subscription_id=None,
            created_at=now,
            checkout_ends_at=now,
            policy_version=keep.rulebook.version,
        )
        await payments.record(None, given, ())
        settled = paid_by_nobody(given, now)
        await self.record.record(buyer, given, given.told((settled,)))
