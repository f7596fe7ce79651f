"""What is taken down of each answer about what is sold, referrals and companions."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from tests.simulation import rewards
from tests.simulation.commands import Answer, AskReward, Command, Register
from tests.simulation.journal import Journal
from tests.simulation.whole_commands import (
    AskEntitlements,
    AskKnown,
    AtBank,
    ChangePlan,
    Checkout,
    Invite,
    MakeCode,
    OpenCompanion,
    Quote,
    Redeem,
    Spend,
    Talk,
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


def note(journal: Journal, command: Command, found: Answer) -> Iterator[str]:
    """Take down what a command gave, and give a line for what cannot be."""
    if "error" in found:
        _refused(journal, command, str(found["error"]))
    elif (taken := _NOTES.get(type(command))) is not None:
        yield from taken(journal, command, found) or ()


def _refused(journal: Journal, command: Command, code: str) -> None:
    facts = _facts(journal)
    if isinstance(command, Talk):
        facts.talking = None
    if isinstance(command, AtBank) and (known := facts.payments.get(command.payment)) is not None:
        # It is not renewed there any more, or not yet.
        known.renews_at = None
    if isinstance(command, Checkout) and code == "payment_provider_away":
        # The payment is there, and the order at the bank may be.
        facts.quotes[command.quote].taken = True


def _facts(journal: Journal) -> WholeFacts:
    assert journal.whole is not None
    return journal.whole


def _registered(journal: Journal, _: Register, found: Answer) -> None:
    _facts(journal).next = ("redeem", int(str(found["person"])))


def _change(journal: Journal, command: ChangePlan, found: Answer) -> Iterator[str]:
    """Take down the quote of an upgrade: in the currency of what it takes the place of."""
    quoted = found["quoted"]
    if isinstance(quoted, dict):
        for currency, price in PRICES[command.item].items():
            if ("price", price) in _amounts(quoted):
                yield from _quoted(journal, Quote(command.person, command.item, currency), quoted)


def _checkout(journal: Journal, command: Checkout, found: Answer) -> Iterator[str]:
    facts = _facts(journal)
    quote, payment = facts.quotes[command.quote], int(str(found["payment"]))
    if (found["amount"], found["credit"]) != (quote.total, quote.credit):
        yield f"the payment is not what was quoted: {quote}"
    if payment in facts.payments:
        return
    if quote.total:
        facts.payments[payment] = PaymentLog(quote.person, quote.item, quote.total, journal.now)
        facts.next = ("pay", payment)
    if journal.now >= quote.at + QUOTE_HOLDS and not quote.taken:
        yield f"the quote was over: {quote}"
    quote.taken = True


def _at_bank(journal: Journal, command: AtBank, found: Answer) -> None:
    facts, told = _facts(journal), found["told"]
    assert isinstance(told, list)
    known = facts.payments.get(command.payment)
    if "payment.succeeded" in told and known is not None:
        known.paid = True
        if known.item in SUBSCRIPTIONS:
            known.renews_at = journal.now + ABOUT_A_MONTH
    if told:
        facts.next = ("tell", facts.news)
    facts.news += len(told)


def _code(journal: Journal, _: MakeCode, found: Answer) -> None:
    _facts(journal).codes += bool(found["new"])


def _invite(journal: Journal, _: Invite, __: Answer) -> None:
    _facts(journal).invites += 1


def _redeem(journal: Journal, command: Redeem, found: Answer) -> None:
    facts = _facts(journal)
    if found["referral"] is not None:
        facts.referrals = max(facts.referrals, int(str(found["referral"])) + 1)
        if buys(command.person):
            facts.next = ("quote", command.person)


def _companion(journal: Journal, command: OpenCompanion, found: Answer) -> Iterator[str]:
    known = _facts(journal).companions
    if found["created"] is (command.person in known):
        yield "a companion was opened twice, or not at all"
    if command.person not in known:
        known.append(command.person)


def _talk(journal: Journal, command: Talk, _: Answer) -> None:
    _facts(journal).talking = command.person
    log = journal.persons[command.person]
    log.counted.append(log.counting_date(journal.now))


def _known(journal: Journal, command: AskKnown, found: Answer) -> None:
    _facts(journal).observations[command.person] = int(str(found["observations"]))


def _spend(journal: Journal, command: Spend, found: Answer) -> None:
    spending = _facts(journal).spending
    number, over = int(str(found["session"])), bool(found["over"])
    if number == len(spending):
        spending.append((command.person, over))
    spending[number] = (spending[number][0], over)


def _entitled(_: Journal, __: AskEntitlements, found: Answer) -> Iterator[str]:
    if found["tier"] != found["held"]:
        yield f"{found['held']} is held, and {found['tier']} may be used"


def _amounts(found: Answer) -> list[tuple[str, int]]:
    assert isinstance(found["lines"], list)
    return [(str(kind), int(amount)) for kind, _, amount in found["lines"]]


def _quoted(journal: Journal, command: Quote, found: Answer) -> Iterator[str]:
    facts = _facts(journal)
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
        known = rewards.put(journal, AskReward(command.person))
        percent = int(str(known["discount_percent"]))
        left = price - unused
        less = left - left * (100 - percent) // 100
        if -amounts.get("discount", 0) != less:
            yield f"{percent} percent of {left} are {less}"


_NOTES: dict[type, Callable[[Journal, Any, Answer], Iterator[str] | None]] = {
    Register: _registered,
    Quote: _quoted,
    ChangePlan: _change,
    Checkout: _checkout,
    AtBank: _at_bank,
    MakeCode: _code,
    Invite: _invite,
    Redeem: _redeem,
    OpenCompanion: _companion,
    Talk: _talk,
    AskKnown: _known,
    Spend: _spend,
    AskEntitlements: _entitled,
}
