"""What is held of what is sold, of referrals and companions while the simulation goes on."""

from collections.abc import Iterator
from random import Random

from attrs import define, field

from application.shared.outbox import OutboxEvent
from domain.identity.events import PersonErased, TierChanged
from domain.personas.events import CompanionSessionEnded
from domain.shared.events import Event
from domain.video.video_message_events import (
    VideoCreditsChargedBack,
    VideoCreditsGranted,
    VideoCreditsPurchased,
)
from tests.simulation import people, videos, whole_notes
from tests.simulation.commands import Answer, Command, SetTier, Wait
from tests.simulation.companion_book import CompanionBook
from tests.simulation.journal import Journal
from tests.simulation.plain import Plain
from tests.simulation.referral_book import ReferralBook
from tests.simulation.shop_book import ShopBook
from tests.simulation.video_commands import ChargeBack
from tests.simulation.whole_commands import AskPurchases, AskReferrals, BankTells, Reconcile
from tests.simulation.whole_facts import WholeFacts, buys

SOME_HOURS = 8
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
            case CompanionSessionEnded():
                log = journal.persons[plain.persons.of(event.person_id)]
                log.counted.append(log.counting_date(event.at))
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
    yield from whole_notes.note(journal, command, found)
    if "error" not in found:
        yield from _asked_of_books(plain, command, found, books)


def _asked_of_books(plain: Plain, command: Command, found: Answer, books: Books) -> Iterator[str]:
    """Hold what was answered against what the events come to."""
    if isinstance(command, AskPurchases):
        person_id = plain.persons.id(command.person)
        sums = {
            currency: balance
            for (whose, currency), balance in books.shop.balances.items()
            if whose == person_id
        }
        if found["credit"] != sums:
            yield f"the moves of credit add up to {sums}"
    if isinstance(command, AskReferrals):
        person = plain.persons.id(command.person)
        if found["count"] != books.referrals.rewarded(person):  # type: ignore[arg-type]
            yield f"{books.referrals.rewarded(person)} were rewarded"  # type: ignore[arg-type]
