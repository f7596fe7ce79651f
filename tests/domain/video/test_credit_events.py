"""Every event of credits in full, what it makes of a wallet and its ledger, and refusals."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from domain.shared.errors import InvalidValueError, NotFoundError
from domain.video import credit_commands
from domain.video import credits as wallets
from domain.video.credit_commands import ChargeBack, CreditCommand, Grant, LotTakenError, Purchase
from domain.video.credits import (
    Account,
    CreditLot,
    LedgerEntry,
    LotKind,
    Move,
    Wallet,
    WalletEvent,
    entries,
)
from domain.video.prompt_events import PromptAction, PromptType
from domain.video.prompt_totals import PromptFigures, PromptTotal, figures_by_type, figures_of
from domain.video.video_message_events import (
    VideoCreditsChargedBack,
    VideoCreditsGranted,
    VideoCreditsPurchased,
)
from domain.video.video_message_policy import VideoMessagePolicy
from tests.domain.video.script import (
    START,
)
from tests.domain.video.whole_messages import (
    ABOUT,
    ANA,
    BACK,
    BEN,
    BY_CREDIT,
    LOT,
    OTHER_LOT,
    SENT,
    TODAY,
    failed,
    lot,
    wallet,
)


def commanded(known: Wallet, command: CreditCommand) -> tuple[object, ...]:
    return credit_commands.decide(known, command, VideoMessagePolicy(), "v", START)


def test_credits_are_bought_given_and_charged_back() -> None:
    bought = VideoCreditsPurchased(**ABOUT, lot_id=LOT, credits=5, repaid=2)
    assert commanded(wallet(debt=2), Purchase(lot_id=LOT, credits=5)) == (bought,)
    all_owed = attrs.evolve(bought, repaid=5)
    assert commanded(wallet(debt=9), Purchase(lot_id=LOT, credits=5)) == (all_owed,)
    given = VideoCreditsGranted(**ABOUT, lot_id=LOT, credits=5)
    assert commanded(wallet(debt=2), Grant(lot_id=LOT, credits=5)) == (given,)
    back = VideoCreditsChargedBack(**ABOUT, lot_id=LOT, taken=2, owed=3)
    assert commanded(wallet(lot(remaining=2)), ChargeBack(lot_id=LOT)) == (back,)
    assert commanded(wallet(lot()), Purchase(lot_id=LOT, credits=5)) == ()
    assert commanded(wallet(lot(kind=LotKind.GRANT)), Grant(lot_id=LOT, credits=5)) == ()
    assert commanded(wallet(BACK), ChargeBack(lot_id=LOT)) == ()


@pytest.mark.parametrize(
    ("command", "detail"),
    [
        (Purchase(lot_id=LOT, credits=0), "Give from 1 to 100000 credits; 0 were given."),
        (
            Purchase(lot_id=LOT, credits=100_001),
            "Give from 1 to 100000 credits; 100001 were given.",
        ),
        (Grant(lot_id=LOT, credits=0), "Give from 1 to 1000 credits; 0 were given."),
        (Grant(lot_id=LOT, credits=1001), "Give from 1 to 1000 credits; 1001 were given."),
    ],
)
def test_too_few_or_too_many_credits(command: CreditCommand, detail: str) -> None:
    with pytest.raises(InvalidValueError) as wrong:
        commanded(wallet(), command)
    assert (wrong.value.field, wrong.value.detail) == ("credits", detail)


@pytest.mark.parametrize("number", [1, 1000])
def test_credits_at_the_ends_of_their_range(number: int) -> None:
    assert len(commanded(wallet(), Grant(lot_id=LOT, credits=number))) == 1
    assert len(commanded(wallet(), Purchase(lot_id=LOT, credits=number * 100))) == 1


@pytest.mark.parametrize(
    ("known", "command"),
    [
        (lot(), Purchase(lot_id=LOT, credits=4)),
        (lot(person_id=BEN), Purchase(lot_id=LOT, credits=5)),
        (lot(), Grant(lot_id=LOT, credits=5)),
        (lot(kind=LotKind.GRANT), Purchase(lot_id=LOT, credits=5)),
    ],
)
def test_an_id_that_stands_for_other_credits(known: CreditLot, command: CreditCommand) -> None:
    with pytest.raises(LotTakenError) as refused:
        commanded(wallet(known), command)
    assert refused.value.detail == f"The id {LOT} stands for other credits; take a new one."


@pytest.mark.parametrize("known", [lot(id=OTHER_LOT), lot(person_id=BEN), lot(kind=LotKind.GRANT)])
def test_a_chargeback_of_what_was_not_bought(known: CreditLot) -> None:
    with pytest.raises(NotFoundError) as refused:
        commanded(wallet(known), ChargeBack(lot_id=LOT))
    assert (
        refused.value.detail == f"The person has no purchase {LOT} of video credits; check the id."
    )


def row(number: int, account: Account, move: Move, amount: int, balance: int) -> LedgerEntry:
    return LedgerEntry(
        person_id=ANA,
        number=number,
        at=START,
        account=account,
        move=move,
        amount=amount,
        balance=balance,
        lot_id=LOT,
        video_message_id=None,
        reason="A reason.",
        policy_version="v",
    )


PAID: dict[str, Any] = {"purchased": 7, "granted": 3, "spent": 2, "refunded": 1, "debt": 2}


KNOWN = wallet(lot(remaining=3), **PAID, lots=1, moves=4)


OF_MESSAGE: dict[str, Any] = {"video_message_id": SENT["video_message_id"]}


@pytest.mark.parametrize(
    ("event", "rows", "accounts", "lots"),
    [
        (
            VideoCreditsPurchased(**ABOUT, lot_id=LOT, credits=5, repaid=2),
            (
                row(5, Account.CREDITS, Move.PURCHASE, 5, 12),
                row(6, Account.CREDITS, Move.REPAYMENT, -2, 10),
                row(7, Account.DEBT, Move.REPAYMENT, -2, 0),
            ),
            {"purchased": 12, "refunded": 3, "debt": 0, "lots": 2, "moves": 7},
            (lot(remaining=3), lot(number=2, remaining=3)),
        ),
        (
            VideoCreditsGranted(**ABOUT, lot_id=LOT, credits=5),
            (row(5, Account.CREDITS, Move.GRANT, 5, 12),),
            {"granted": 8, "lots": 2, "moves": 5},
            (lot(remaining=3), lot(number=2, kind=LotKind.GRANT)),
        ),
        (
            VideoCreditsChargedBack(**ABOUT, lot_id=LOT, taken=3, owed=2),
            (
                row(5, Account.CREDITS, Move.CHARGEBACK, -3, 4),
                row(6, Account.DEBT, Move.CHARGEBACK, 2, 4),
            ),
            {"refunded": 4, "debt": 4, "moves": 6},
            (lot(remaining=0, charged_back_at=START),),
        ),
        (
            VideoCreditsChargedBack(**ABOUT, lot_id=LOT, taken=0, owed=5),
            (row(5, Account.DEBT, Move.CHARGEBACK, 5, 7),),
            {"debt": 7, "moves": 5},
            (lot(remaining=3, charged_back_at=START),),
        ),
        (
            failed(**BY_CREDIT),
            (attrs.evolve(row(5, Account.CREDITS, Move.GIVE_BACK, 1, 8), **OF_MESSAGE),),
            {"spent": 1, "moves": 5},
            (lot(remaining=4),),
        ),
        (
            failed(**BY_CREDIT, repaid=1),
            (
                attrs.evolve(row(5, Account.CREDITS, Move.GIVE_BACK, 1, 8), **OF_MESSAGE),
                attrs.evolve(row(6, Account.CREDITS, Move.REPAYMENT, -1, 7), **OF_MESSAGE),
                attrs.evolve(row(7, Account.DEBT, Move.REPAYMENT, -1, 1), **OF_MESSAGE),
            ),
            {"spent": 1, "refunded": 2, "debt": 1, "moves": 7},
            (lot(remaining=3),),
        ),
        (failed(), (), {}, (lot(remaining=3),)),
        (failed(**BY_CREDIT, given_back=False), (), {}, (lot(remaining=3),)),
    ],
)
def test_what_an_event_makes_of_a_wallet_and_its_ledger(
    event: WalletEvent,
    rows: tuple[LedgerEntry, ...],
    accounts: dict[str, Any],
    lots: tuple[CreditLot, ...],
) -> None:
    assert KNOWN.accounts.remaining == 7
    assert entries(KNOWN, event, "A reason.") == rows
    after = Wallet(attrs.evolve(KNOWN.accounts, **accounts), lots)
    assert wallets.evolve(KNOWN, event) == after


@pytest.mark.parametrize(
    ("free_on", "free_used", "after"),
    [(TODAY, 2, 1), (TODAY, 0, 0), (date(2026, 3, 3), 2, 2), (None, 0, 0)],
)
def test_a_free_unit_comes_back_to_its_own_date(
    free_on: date | None, free_used: int, after: int
) -> None:
    known = wallet(free_on=free_on, free_used=free_used)
    assert wallets.evolve(known, failed()).accounts.free_used == after


def test_free_units_are_counted_by_their_date() -> None:
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    known = wallet(free_on=TODAY, free_used=2).accounts
    assert [known.free_used_on(day) for day in (yesterday, TODAY, tomorrow)] == [0, 2, 0]
    assert [known.counting_on(day) for day in (yesterday, tomorrow)] == [TODAY, tomorrow]
    assert wallet().accounts.counting_on(TODAY) == TODAY


def test_how_prompts_fared() -> None:
    long, count = PromptType.LONG_MESSAGE, PromptType.MESSAGE_COUNT_WARNING
    totals = [
        PromptTotal(prompt_type=long, action=None, number=3),
        PromptTotal(prompt_type=long, action=PromptAction.DISMISSED, number=2),
        PromptTotal(prompt_type=count, action=PromptAction.PURCHASED_CREDITS, number=1),
        PromptTotal(prompt_type=count, action=PromptAction.SCHEDULED_VIDEO, number=1),
    ]
    found = figures_of(iter(totals))
    assert (found.shown, found.acted_on, found.converted) == (7, 4, 2)
    assert found.conversion_percent == 28
    none = dict.fromkeys(PromptAction, 0)
    by_type = figures_by_type(iter(totals))
    assert set(by_type) == set(PromptType)
    assert by_type[long] == PromptFigures(shown=5, actions=none | {PromptAction.DISMISSED: 2})
    nothing = by_type[PromptType.REWARD_WARNING]
    assert nothing == PromptFigures(shown=0, actions=none)
    assert nothing.conversion_percent is None
