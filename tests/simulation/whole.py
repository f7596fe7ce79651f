"""What is held of what is sold, of referrals and companions while the simulation goes on."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from attrs import define, field

from application.shared.outbox import OutboxEvent
from domain.identity.events import PersonErased, TierChanged
from domain.shared.events import Event
from domain.video.video_message_events import (
    VideoCreditsChargedBack,
    VideoCreditsGranted,
    VideoCreditsPurchased,
)
from tests.simulation import people, rewards, videos
from tests.simulation.commands import Answer, Command, SetTier, Wait
from tests.simulation.companion_book import CompanionBook
from tests.simulation.journal import Journal
from tests.simulation.plain import Plain
from tests.simulation.referral_book import ReferralBook
from tests.simulation.shop_book import ShopBook
from tests.simulation.video_commands import ChargeBack
from tests.simulation.whole_commands import (
    AskEntitlements,
    AskKnown,
    AskPurchases,
    AskReferrals,
    AtBank,
    BankTells,
    ChangePlan,
    Checkout,
    Invite,
    MakeCode,
    OpenCompanion,
    Quote,
    Reconcile,
    Redeem,
    Spend,
    Talk,
    WholeCommand,
)
from tests.simulation.whole_facts import (
    ABOUT_A_MONTH,
    PRICES,
    SUBSCRIPTIONS,
    PaymentLog,
    QuoteLog,
    WholeFacts,
    buys,
)

QUOTE_HOLDS = timedelta(minutes=15)
SOME_HOURS = 30
HOUR, DAY = 3_600_000_000, 24 * 3_600_000_000


@define
class Books:
    """All that is worked out from the events alone."""

    shop: ShopBook = field(factory=ShopBook)
    referrals: ReferralBook = field(init=False)
    companions: CompanionBook = field(factory=CompanionBook)

    def __attrs_post_init__(self) -> None:
        self.referrals = ReferralBook(self.shop)

    def take(self, event: Event) -> Iterator[str]:
        yield from self.shop.take(event)
        yield from self.referrals.take(event)
        yield from self.companions.take(event)


def expected(journal: Journal, command: Command, found: Answer) -> Answer | None:
    """Give what a command gives that the plain model foretells only for those who buy nothing."""
    if isinstance(command, SetTier) and "error" not in found and buys(command.person):
        assert journal.whole is not None
        journal.whole.given[command.person] = command.tier
        return people.seen(journal, command.person)
    return None


def learn(journal: Journal, plain: Plain, events: list[OutboxEvent], books: Books) -> Iterator[str]:
    """Take in what has happened: what others' models go on from, and what must hold of it."""
    for outgoing in events:
        event, now = outgoing.event, journal.now
        yield from books.take(event)
        journal.now = event.at
        match event:
            case TierChanged() if buys(person := plain.persons.of(event.person_id)):
                log = journal.persons[person]
                day = log.counting_date(event.at)
                log.counted.append(day)
                log.tiers.append((day, event.after.value))
            case VideoCreditsPurchased() | VideoCreditsGranted():
                if plain.lots.of(event.lot_id) == len(journal.video.lots):
                    bought = isinstance(event, VideoCreditsPurchased)
                    person = plain.persons.of(event.person_id)
                    if journal.whole is not None and bought:
                        journal.whole.sold.add(len(journal.video.lots))
                    videos.more(journal, person, event.credits, bought=bought)
            case VideoCreditsChargedBack():
                lot, person = plain.lots.of(event.lot_id), plain.persons.of(event.person_id)
                if not journal.video.lots[lot].charged_back:
                    videos.put(journal, ChargeBack(person, lot))
            case PersonErased():
                _left(journal.whole, plain.persons.of(event.person_id))
            case _:
                pass
        journal.now = now


def closing(journal: Journal, chance: Random) -> Iterator[Command]:
    """Give what is done in the end, so that everything is known and nothing waits."""
    facts = journal.whole
    if facts is None:
        return
    for _ in range(2):
        news = list(range(facts.news))
        chance.shuffle(news)
        yield from (BankTells(number, "true") for number in news)
        yield Reconcile()
        yield from (Wait(HOUR) for _ in range(SOME_HOURS))
    for _ in range(2):
        yield from (AskReferrals(person) for person in range(len(journal.persons)))
        yield Wait(DAY)
    yield from (AskPurchases(person) for person in range(len(journal.persons)))


def _left(facts: WholeFacts | None, person: int) -> None:
    if facts is None:
        return
    facts.observations.pop(person, None)
    if person in facts.companions:
        facts.companions.remove(person)
    if facts.talking == person:
        facts.talking = None


def noted(
    journal: Journal, plain: Plain, command: Command, found: Answer, books: Books
) -> Iterator[str]:
    """Take down what a command gave, and give a line for what cannot be."""
    if isinstance(command, WholeCommand):
        yield from _note(journal, command, found)
        yield from _asked_of_books(plain, command, found, books)


def _note(journal: Journal, command: WholeCommand, found: Answer) -> Iterator[str]:
    facts = journal.whole
    assert facts is not None
    if "error" in found:
        if isinstance(command, Talk):
            facts.talking = None
        if isinstance(command, Checkout) and found["error"] == "payment_provider_away":
            # The payment is there, and the order at the bank may be.
            facts.quotes[command.quote].taken = True
        return
    match command:
        case Quote():
            yield from _quoted(journal, command, found)
        case ChangePlan(person=person, item=item):
            if isinstance(found["quoted"], dict):
                # In the currency of the subscription that it takes the place of.
                for currency in PRICES[item]:
                    if ("price", PRICES[item][currency]) in _amounts(found["quoted"]):
                        yield from _quoted(journal, Quote(person, item, currency), found["quoted"])
        case Checkout(quote=number):
            quote = facts.quotes[number]
            if (found["amount"], found["credit"]) != (quote.total, quote.credit):
                yield f"the payment is not what was quoted: {quote}"
            if found["payment"] == len(facts.payments):
                facts.payments.append(
                    PaymentLog(quote.person, quote.item, quote.total, journal.now)
                )
                facts.next = ("pay", len(facts.payments) - 1)
                if journal.now >= quote.at + QUOTE_HOLDS and not quote.taken:
                    yield f"the quote was over: {quote}"
        case AtBank(payment=number):
            told = found["told"]
            assert isinstance(told, list)
            if "payment.succeeded" in told:
                facts.payments[number].paid = True
                if facts.payments[number].item in SUBSCRIPTIONS:
                    facts.payments[number].renews_at = journal.now + ABOUT_A_MONTH
            if told:
                facts.next = ("tell", facts.news)
            facts.news += len(told)
        case MakeCode():
            facts.codes += bool(found["new"])
        case Invite():
            facts.invites += 1
        case Redeem():
            if found["referral"] is not None and found["referral"] == facts.referrals:
                facts.referrals += 1
        case OpenCompanion(person=person):
            if found["created"] is (person in facts.companions):
                yield "a companion was opened twice, or not at all"
            if person not in facts.companions:
                facts.companions.append(person)
        case Talk(person=person):
            facts.talking = person
        case AskKnown(person=person):
            facts.observations[person] = int(str(found["observations"]))
        case Spend():
            number, over = int(str(found["session"])), bool(found["over"])
            if number == len(facts.spending):
                facts.spending.append((command.person, over))
            facts.spending[number] = (facts.spending[number][0], over)
        case AskEntitlements(person=person):
            if found["tier"] != found["held"]:
                yield f"{found['held']} is held, and {found['tier']} may be used"
        case AskReferrals() | AskPurchases():
            pass
        case _:
            pass


def _asked_of_books(
    plain: Plain, command: WholeCommand, found: Answer, books: Books
) -> Iterator[str]:
    """Hold what was answered against what the events come to."""
    if isinstance(command, AskPurchases) and "error" not in found:
        person_id = plain.persons.id(command.person)
        sums = {
            currency: balance
            for (whose, currency), balance in books.shop.balances.items()
            if whose == person_id
        }
        if found["credit"] != sums:
            yield f"the moves of credit add up to {sums}"
    if isinstance(command, AskReferrals) and "error" not in found:
        person = plain.persons.id(command.person)
        if found["count"] != books.referrals.rewarded(person):  # type: ignore[arg-type]
            yield f"{books.referrals.rewarded(person)} were rewarded"  # type: ignore[arg-type]


def _amounts(found: Answer) -> list[tuple[str, int]]:
    assert isinstance(found["lines"], list)
    return [(str(kind), int(amount)) for kind, _, amount in found["lines"]]


def _quoted(journal: Journal, command: Quote, found: Answer) -> Iterator[str]:
    facts = journal.whole
    assert facts is not None
    lines = _amounts(found)
    amounts = dict(lines)
    total, credit = int(str(found["total"])), int(str(found["credit"]))
    facts.quotes.append(
        QuoteLog(command.person, command.item, command.currency, total, credit, journal.now)
    )
    facts.next = ("checkout", len(facts.quotes) - 1)
    price = PRICES[command.item][command.currency]
    if amounts.get("price") != price or len(amounts) != len(lines):
        yield f"the price is {price}"
    if sum(amounts.values()) != total or total < 0 or -amounts.get("account_credit", 0) != credit:
        yield "the lines do not add up"
    if found["valid_until"] != journal.now + QUOTE_HOLDS:
        yield "it holds for another time"
    unused = -amounts.get("proration", 0)
    if not 0 <= unused <= price:
        yield f"{unused} unused of {price}"
    if rewards.is_in_one_month(journal, command.person):
        known = rewards.put(journal, rewards.AskReward(command.person))
        percent = int(str(known["discount_percent"]))
        left = price - unused
        less = left - left * (100 - percent) // 100
        if -amounts.get("discount", 0) != less:
            yield f"{percent} percent of {left} are {less}"
