"""Quote what an item would cost a person now."""

from typing import Protocol

from attrs import frozen

from application.billing.account_credit_ports import CreditAccounts
from application.billing.ports import Discounts, Quotes
from application.billing.provider_ports import Providers
from application.billing.show_catalogue import catalogue_of
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.rulebook import Rulebook
from application.shared.standing import Participants, required
from application.shared.transaction import Transactions
from domain.billing.catalogue import Item
from domain.billing.quotes import Quote, QuoteRequest, no_such_quote, quoted
from domain.billing.subscription_changes import QuotedPlan, require_no_loss
from domain.shared.ids import PersonId, QuoteId
from domain.shared.standing import person_reasons, require_standing


class QuotedPlans(Protocol):
    """What buying a plan means for the subscription that runs."""

    async def quoted(self, person_id: PersonId, item: Item, currency: str) -> QuotedPlan:
        """Tell what buying an item now would mean.

        Raises:
            PlanChangeRefusedError: It would overlap with what is paid for.
        """
        ...


@frozen
class MakeQuote:
    """Makes a quote that holds for as long as the policy says. It takes nothing yet."""

    transactions: Transactions
    participants: Participants
    quotes: Quotes
    credit: CreditAccounts
    discounts: Discounts
    plans: QuotedPlans
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    providers: Providers

    async def __call__(self, person_id: PersonId, item_key: str, currency: str) -> Quote:
        """Quote an item by its key and give the quote.

        Raises:
            NotFoundError: There is no such person, or nothing is sold under the key.
            InvalidValueError: The item is not sold in the currency.
            PlanChangeRefusedError: It would overlap with the subscription that runs, or costs
                less than what is unused of it.
            TotalTooSmallError: What is left to pay is less than can be charged.
            PersonSuspendedError: The person is suspended.
            PersonDeletedError: The person was erased.
        """
        offer = catalogue_of(self.rulebook).offer(item_key)
        now = await self.clock.now()
        # Not in the transaction: a reward is settled first, which has transactions of its own.
        discounts = await self.discounts.of(person_id, now)

        async def work() -> Quote:
            # Locked, so that no quote is added while the person is erased.
            person = required(await self.participants.get(person_id, lock=True), person_id)
            require_standing(person_reasons(active=person.active, deleted=person.deleted))
            accounts = await self.credit.of_person(person_id)
            plan = await self.plans.quoted(person_id, offer.item, currency)
            require_no_loss(plan, offer, currency)
            request = QuoteRequest(
                person_id=person_id,
                offer=offer,
                currency=currency,
                discounts=discounts,
                credit_minor=sum(it.credit for it in accounts if it.currency == currency),
                upgrade=plan.upgrade,
                renews=plan.renews,
                least_minor=self.providers.least_minor(currency),
            )
            policy, version = self.rulebook.policies.billing, self.rulebook.version
            quote = quoted(QuoteId(self.new_id()), request, policy, version, now)
            await self.quotes.add(quote)
            return quote

        return await self.transactions.run(work)


@frozen
class ReadQuote:
    """Reads a quote that was made."""

    quotes: Quotes

    async def __call__(self, quote_id: QuoteId, viewer_id: PersonId | None) -> Quote:
        """Give a quote, to the person it is for or to the app itself.

        Raises:
            NotFoundError: There is no such quote, or it is another's.
        """
        quote = await self.quotes.get(quote_id)
        if quote is None or viewer_id not in (None, quote.person_id):
            raise no_such_quote()
        return quote
