"""What must hold of what was sold when the simulation is over.

Payments are worked out anew from the bank's own books, and from them what each person may use.
"""

from calendar import monthrange
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from attrs import define, evolve, frozen

from adapters.payments.sandbox_books import Account, EventType, SandboxEvent
from domain.billing.events import CreditSource
from domain.billing.payments import Payment, Provider
from domain.shared.ids import PaymentId
from domain.usage.commands import CatchUp
from tests.simulation.journal import Journal
from tests.simulation.kithkin import Simulated
from tests.simulation.rules import TIERS
from tests.simulation.shop_book import ShopBook
from tests.simulation.whole_facts import buys

GRACE = timedelta(days=3)
MONTHS = {"monthly": 1, "annual": 12}
DAYS = {"premium_daily_pass": 1, "premium_weekly_pass": 7}
_ALL = 100_000


@frozen
class Truth:
    """What has become of an order, or of the bill of a renewal, by the bank's books.

    Attributes:
        charge: The success that pays for it.
        back: How much of that was given back.
        disputed: It was lost in a dispute.
        reversed_at: When it was given back in full, or lost.
        twice: Further successes, which pay for nothing.
        failed: A try to pay failed.
    """

    charge: SandboxEvent | None
    back: int
    disputed: bool
    reversed_at: datetime | None
    twice: tuple[SandboxEvent, ...]
    failed: bool

    @property
    def status(self) -> str:
        if self.charge is not None:
            return "success" if self.reversed_at is None else "refunded"
        return "failed" if self.failed else "pending"


def truth_of(account: Account, bill_id: str | None) -> Truth:
    """Read an order's fate, or a bill's, off the bank's books."""
    own = [it for it in account.events if it.bill_id == bill_id]
    paid = [it for it in own if it.type is EventType.SUCCEEDED]
    paid.sort(key=lambda it: (it.created, it.charge_id))
    failed = any(it.type is EventType.FAILED for it in own)
    if not paid:
        return Truth(None, 0, disputed=False, reversed_at=None, twice=(), failed=failed)
    charge, *twice = paid
    back, times = 0, list[datetime]()
    for event in own:
        if event.charge_id != charge.charge_id:
            continue
        if event.type is EventType.DISPUTE_LOST:
            times.append(event.created)
        if event.type is EventType.REFUNDED:
            back += event.amount_minor
            if back >= charge.amount_minor:
                times.append(event.created)
    disputed = any(
        it.type is EventType.DISPUTE_LOST and it.charge_id == charge.charge_id for it in own
    )
    return Truth(charge, back, disputed, min(times, default=None), tuple(twice), failed)


@define
class Sold:
    """A payment as Kithkin has it, and as the bank has it; None where credit paid for all."""

    payment: Payment
    truth: Truth | None

    @property
    def settled_at(self) -> datetime | None:
        if self.truth is None:
            return self.payment.settled_at
        return None if self.truth.charge is None else self.truth.charge.created

    @property
    def reversed_at(self) -> datetime | None:
        return self.payment.reversed_at if self.truth is None else self.truth.reversed_at

    @property
    def in_force(self) -> bool:
        return self.settled_at is not None and self.reversed_at is None


async def broken(journal: Journal, kithkin: Simulated, shop: ShopBook) -> AsyncIterator[str]:
    """Give a line for everything that does not hold."""
    sold: list[Sold] = []
    async for line in _compared(kithkin, shop, sold):
        yield line
    sold = [one for one in sold if not one.payment.not_asked_for]
    for one in sold:
        for line in _broken_payment(one, shop):
            yield f"payment {one.payment.id}: {line}"
        for line in _broken_video_credits(journal, kithkin, one):
            yield f"payment {one.payment.id}: {line}"
    async for line in _broken_ledgers(kithkin, shop):
        yield line
    for person, log in enumerate(journal.persons):
        if log.erased or not buys(person):
            continue
        own = [it for it in sold if it.payment.person_id == kithkin.person(person)]
        async for line in _broken_person(journal, kithkin, person, own):
            yield f"person {person}: {line}"


async def _compared(kithkin: Simulated, shop: ShopBook, sold: list[Sold]) -> AsyncIterator[str]:
    bank, ports = kithkin.bank, kithkin.kithkin.ports
    assert bank is not None
    queries = kithkin.kithkin.billing.queries()
    ordered = set[PaymentId]()
    for account in bank.books.accounts.values():
        for bill_id, truth in _orders(account):
            payment_id: PaymentId | None = PaymentId(account.order.payment_id)
            if bill_id is not None:
                payment_id = await ports.payments().find(Provider.SANDBOX, bill_id)
            if payment_id is None:
                # Of what was asked for in vain, and by nobody, nobody needs to know.
                if truth.charge is not None:
                    yield f"the bank was paid {bill_id}, and nobody knows"
                continue
            payment, _ = await queries.payment(payment_id, None)
            ordered.add(payment_id)
            sold.append(Sold(payment, truth))
            left = sum(_left(account, it) for it in _too_many(payment, truth))
            if left:
                yield f"{payment_id} was paid too often, and {left} was not given back"
    for payment_id in sorted(shop.started.keys() - ordered):
        payment, _ = await queries.payment(payment_id, None)
        if payment.provider is Provider.NONE:
            sold.append(Sold(payment, None))
        elif payment.status not in {"pending", "failed"}:
            yield f"the bank knows nothing of {shop.started[payment_id]}"


def _orders(account: Account) -> Iterator[tuple[str | None, Truth]]:
    """Give what has become of the order itself, and of each bill of its renewals."""
    bills = {it.bill_id for it in account.events if it.bill_id is not None}
    for bill_id in (None, *sorted(bills)):
        yield bill_id, truth_of(account, bill_id)


def _too_many(payment: Payment, truth: Truth) -> tuple[SandboxEvent, ...]:
    """Give the charges that pay for nothing."""
    if payment.not_asked_for and truth.charge is not None:
        return (truth.charge, *truth.twice)
    return truth.twice


def _left(account: Account, charge: SandboxEvent) -> int:
    back = sum(
        it.amount_minor
        for it in account.events
        if it.charge_id == charge.charge_id
        and it.type in {EventType.REFUNDED, EventType.DISPUTE_LOST}
    )
    return charge.amount_minor - back


def _broken_payment(sold: Sold, shop: ShopBook) -> Iterator[str]:
    payment, truth = sold.payment, sold.truth
    if truth is not None:
        charge = None if truth.charge is None else truth.charge.charge_id
        wanted = (truth.status, charge, truth.back, truth.reversed_at)
        found = (
            payment.status.value,
            payment.provider_payment_id,
            payment.refunded_minor,
            payment.reversed_at,
        )
        if found != wanted:
            yield f"is {found}, and by the bank {wanted}"
        if truth.charge is not None and truth.charge.amount_minor != payment.amount_minor:
            yield f"the bank took {truth.charge.amount_minor}, not {payment.amount_minor}"
    if (payment.id in shop.settled) is not (payment.charge is not None):
        yield f"is {payment.status}, and was told to be {shop.settled.get(payment.id)}"
    booking = shop.bookings.get((CreditSource.PAYMENT, str(payment.id)))
    spent = booking.amount if booking is not None and booking.in_force else 0
    open_ = payment.charge is None and payment.closed_at is None
    due = payment.credit_applied_minor if open_ or sold.in_force else 0
    if spent != due:
        yield f"{due} of account credit is to pay for it, and {spent} does"


def _broken_video_credits(journal: Journal, kithkin: Simulated, sold: Sold) -> Iterator[str]:
    item = sold.payment.item.key
    if not item.startswith("video_credits"):
        return
    number, here = int(item.rpartition("_")[2]), 0
    own = _lots(kithkin, sold.payment.id, sold.payment.provider_payment_id)
    for lot in own:
        log = journal.video.lots[lot]
        credits_ = sum(it.lot == lot for it in journal.video.credits[log.person])
        here += 0 if log.charged_back else credits_
    if here != (number if sold.in_force else 0):
        yield f"{here} of {number} credits are there, and it is {sold.payment.status}"


def _lots(kithkin: Simulated, payment_id: UUID, charge_id: str | None) -> list[int]:
    lots = kithkin.plain.lots.ids
    known = (payment_id, uuid5(payment_id, charge_id or ""))
    return [lots.index(it) for it in known if it in lots]


async def _broken_ledgers(kithkin: Simulated, shop: ShopBook) -> AsyncIterator[str]:
    """The lines of every account of credit add up to its balance, one after the other."""
    queries = kithkin.kithkin.shop.account_credit_queries()
    for (person_id, currency), balance in shop.balances.items():
        accounts = {it.currency: it for it in await queries.accounts_of(person_id)}
        lines = (await queries.ledger(person_id, currency, None, _ALL)).items[::-1]
        so_far = 0
        for number, line in enumerate(lines, start=1):
            so_far += line.amount
            if (line.number, line.balance) != (number, so_far):
                yield f"line {number} of {person_id} comes to {so_far}: {line}"
        if not accounts[currency].balance == so_far == balance:
            yield f"{person_id} has {accounts[currency]}, lines of {so_far}, moves of {balance}"


async def _broken_person(
    journal: Journal, kithkin: Simulated, person: int, sold: list[Sold]
) -> AsyncIterator[str]:
    person_id = kithkin.person(person)
    held = (await kithkin.kithkin.identity.queries().person(person_id)).tier.value
    assert journal.whole is not None
    given = journal.whole.given.get(person, "free")
    least, most = tiers_at(sold, journal.now, given)
    if not TIERS.index(least) <= TIERS.index(held) <= TIERS.index(most):
        yield f"holds {held}, and what was paid for gives {least} to {most}"
    view = await kithkin.kithkin.shop.show_entitlements()(person_id)
    if view.grants.tier.value != held:
        yield f"holds {held}, and may use {view.grants.tier}"
    account = await kithkin.kithkin.usage.keeper()(person_id, CatchUp())
    items = [it.payment.item.key for it in sold if it.in_force]
    paid = sum(int(it.rpartition("_")[2]) for it in items if it.startswith("seconds"))
    there = 0 if account is None else account.purchased_seconds - account.owed_seconds
    if there != paid:
        yield f"bought seconds come to {there}, and {paid} are paid for"


@frozen
class _Term:
    """The time that a payment gives a tier for."""

    tier: str
    subscription: UUID | None
    starts_at: datetime
    ends_at: datetime
    given_back: bool


def tiers_at(sold: list[Sold], now: datetime, given: str) -> tuple[str, str]:
    """Give the lowest and the highest tier that payments explain.

    They differ where a subscription is over for less than the days of grace, and where an upgrade
    took off something that went back later: how much that shortens it is not worked out here.
    """
    terms: list[_Term] = []
    items: list[str] = []
    runs: dict[UUID | None, tuple[datetime, int]] = {}
    paid = [(it.settled_at, it.payment.id, it) for it in sold if it.settled_at is not None]
    for settled_at, _, one in sorted(paid, key=lambda it: it[:2]):
        item = one.payment.item.key
        if item.startswith(("seconds", "video")):
            continue
        tier, own = item.split("_", maxsplit=1)[0], one.payment.subscription_id
        upgrades = any(line.kind.value == "proration" for line in one.payment.lines) and not any(
            it.subscription == own and known == item and it.starts_at <= settled_at < it.ends_at
            for it, known in zip(terms, items, strict=True)
        )
        items.append(item)
        starts_at = settled_at
        if not upgrades:
            rank = TIERS.index(tier)
            ends = [
                it.ends_at
                for it in terms
                if (it.subscription is None) is (own is None)
                and TIERS.index(it.tier) >= rank
                and it.starts_at < it.ends_at
            ]
            starts_at = max([settled_at, *ends])
        if own is None:
            ends_at = starts_at + timedelta(days=DAYS[item])
        else:
            anchor, months = runs.get(own, (starts_at, 0))
            if upgrades or _months_on(anchor, months) != starts_at:
                anchor, months = starts_at, 0
            months += MONTHS[item.split("_")[1]]
            ends_at = _months_on(anchor, months)
            if one.reversed_at is None or one.reversed_at >= ends_at:
                runs[own] = (anchor, months)
        if upgrades and one.reversed_at is None:
            terms = [
                evolve(it, ends_at=min(it.ends_at, max(it.starts_at, settled_at)))
                if it.subscription == own
                else it
                for it in terms
            ]
        if one.reversed_at is not None:
            ends_at = min(ends_at, max(starts_at, one.reversed_at))
        terms.append(_Term(tier, own, starts_at, ends_at, one.reversed_at is not None))
    if _shortened([one for _, _, one in paid]):
        return given, max([given, *(it.tier for it in terms)], key=TIERS.index)
    sure = [given, *(it.tier for it in terms if it.starts_at <= now < it.ends_at)]
    grace = [
        it.tier
        for it in terms
        if it.subscription is not None and it.ends_at <= now < it.ends_at + GRACE
    ]
    return max(sure, key=TIERS.index), max([*sure, *grace], key=TIERS.index)


def _shortened(paid: list[Sold]) -> bool:
    upgraded = {
        one.payment.subscription_id
        for one in paid
        if any(line.kind.value == "proration" for line in one.payment.lines)
    }
    return any(
        one.payment.subscription_id in upgraded
        and (one.reversed_at is not None or (one.truth is not None and one.truth.back > 0))
        for one in paid
    )


def _months_on(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start.replace(
        year=year, month=month + 1, day=min(start.day, monthrange(year, month + 1)[1])
    )
