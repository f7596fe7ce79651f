"""Puts the commands about what is sold to a Kithkin."""

from typing import TYPE_CHECKING, assert_never

from adapters.payments.sandbox_actions import NotPossibleError
from domain.billing.payments import Payment, Provider
from domain.billing.quotes import Quote as MadeQuote
from domain.shared.ids import PaymentId, QuoteId
from tests.simulation.whole_commands import (
    AskEntitlements,
    AskPurchases,
    AtBank,
    BankTells,
    CancelPlan,
    ChangePlan,
    Checkout,
    GiveCredit,
    Quote,
    Reconcile,
    Refund,
    ResumePlan,
    ShopCommand,
)

if TYPE_CHECKING:
    from application.billing.change_subscription import ChangedSubscription
    from tests.simulation.kithkin import Simulated

Answer = dict[str, object]

_ALL = 10_000


async def put(simulated: "Simulated", command: ShopCommand) -> Answer:
    """Put a command to it, and give its answer in plain values."""
    shop, billing = simulated.kithkin.shop, simulated.kithkin.billing
    match command:
        case Quote(person=person, item=item, currency=currency):
            made = await shop.make_quote()(simulated.person(person), item, currency)
            return _quote(simulated, made)
        case Checkout(quote=number):
            quote_id = QuoteId(simulated.plain.quotes.id(number))
            return _payment(simulated, await billing.start_checkout()(quote_id, None))
        case AtBank() | BankTells():
            return await _bank(simulated, command)
        case Refund(payment=number, amount=amount):
            refund = billing.refund_payment()
            payment, asked = await refund(_payment_id(simulated, number), amount, "A wish.")
            return {**_payment(simulated, payment), "back": asked.amount_minor}
        case ChangePlan() | CancelPlan() | ResumePlan():
            return await _change(simulated, command)
        case GiveCredit(person=person, amount=amount, currency=currency):
            give = shop.grant_account_credit()
            account = await give(simulated.person(person), amount, currency, "Goodwill.")
            return {"balance": account.balance, "currency": account.currency}
        case Reconcile():
            found = await billing.reconcile_payments()()
            problems = [
                (simulated.plain.payments.of(it.payment_id), it.problem) for it in found.differences
            ]
            return {"compared": found.compared, "problems": sorted(problems)}
        case AskEntitlements() | AskPurchases():
            return await _ask(simulated, command)
        case _:
            assert_never(command)


async def _change(simulated: "Simulated", command: ChangePlan | CancelPlan | ResumePlan) -> Answer:
    changer = simulated.kithkin.billing.change_subscription()
    person_id = simulated.person(command.person)
    match command:
        case ChangePlan(item=item):
            return _changed(simulated, await changer.change(person_id, item))
        case CancelPlan():
            return _changed(simulated, await changer.cancel(person_id))
        case ResumePlan():
            return _changed(simulated, await changer.resume(person_id))


async def _bank(simulated: "Simulated", command: AtBank | BankTells) -> Answer:
    bank = simulated.bank
    assert bank is not None
    if isinstance(command, AtBank):
        payment_id = _payment_id(simulated, command.payment)
        try:
            told = await bank.act(payment_id.hex, command.action, command.card)
        except (KeyError, NotPossibleError):
            return {"error": "not_possible_at_the_bank"}
        return {"told": told}
    now = await simulated.kithkin.clock.now()
    body, headers = bank.letter(command.news, command.how, now)
    take = simulated.kithkin.billing.take_notification()
    return {"taken": [it.value for it in await take(Provider.SANDBOX, body, headers)]}


async def _ask(simulated: "Simulated", command: AskEntitlements | AskPurchases) -> Answer:
    person_id = simulated.person(command.person)
    if isinstance(command, AskEntitlements):
        view = await simulated.kithkin.shop.show_entitlements()(person_id)
        held = await simulated.kithkin.identity.queries().person(person_id)
        return {
            "tier": view.grants.tier,
            "held": held.tier,
            "grants": [(it.tier, it.source, it.until) for it in view.grants.grants],
            "entitlements": [
                (it.name, it.value, it.tier, it.source, it.until) for it in view.entitlements
            ],
        }
    billing = simulated.kithkin.billing.queries()
    plans, now = await billing.plans(person_id)
    payments = (await billing.page(person_id, None, _ALL)).items
    accounts = await simulated.kithkin.shop.account_credit_queries().accounts_of(person_id)
    return {
        "payments": [_payment(simulated, it) for it in payments],
        "plans": [(it.item.key, type(plans.state(it, now)).__name__) for it in plans.subscriptions],
        "credit": {it.currency: it.balance for it in accounts},
    }


def _payment_id(simulated: "Simulated", number: int) -> PaymentId:
    return PaymentId(simulated.plain.payments.id(number))


def _quote(simulated: "Simulated", quote: MadeQuote) -> Answer:
    return {
        "quote": simulated.plain.quotes.of(quote.id),
        "lines": [(it.kind, it.label, it.amount_minor) for it in quote.lines],
        "total": quote.total_minor,
        "credit": quote.credit_applied_minor,
        "valid_until": quote.valid_until,
    }


def _payment(simulated: "Simulated", payment: Payment) -> Answer:
    return {
        "payment": simulated.plain.payments.of(payment.id),
        "item": payment.item.key,
        "amount": payment.amount_minor,
        "currency": payment.currency,
        "credit": payment.credit_applied_minor,
        "status": payment.status,
        "settled_at": payment.settled_at,
        "reversed_at": payment.reversed_at,
        "closed_at": payment.closed_at,
        "reviews": [(it.reason, it.refunded_minor) for it in payment.reviews],
    }


def _changed(simulated: "Simulated", changed: "ChangedSubscription") -> Answer:
    quote = None if changed.quote is None else _quote(simulated, changed.quote)
    subscription = changed.subscription
    next_item = subscription.next_item
    return {
        "item": subscription.item.key,
        "status": subscription.status,
        "canceled_at": subscription.canceled_at,
        "next": None if next_item is None else next_item.key,
        "quoted": quote,
    }
