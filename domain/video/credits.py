"""The wallet of video credits: what each event makes of it, and the ledger of its moves.

Two accounts: the credits that can be spent, and the debt that chargebacks left. What is
taken back because of a chargeback is refunded, at once or when a debt is repaid; so
`remaining = purchased + granted - spent - refunded`, of rules page video.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

import attrs
from attrs import frozen

from ..shared.ids import CreditLotId, PersonId, VideoMessageId
from .video_message_events import (
    UnitSource,
    VideoCreditsChargedBack,
    VideoCreditsGranted,
    VideoCreditsPurchased,
    VideoMessageFailed,
    VideoMessageSent,
)

WalletEvent = (
    VideoMessageSent
    | VideoMessageFailed
    | VideoCreditsPurchased
    | VideoCreditsGranted
    | VideoCreditsChargedBack
)


class LotKind(StrEnum):
    """How a lot of credits came about."""

    PURCHASE = "purchase"
    GRANT = "grant"


class Account(StrEnum):
    """What a ledger row adds to."""

    CREDITS = "credits"
    DEBT = "debt"


class Move(StrEnum):
    """Why credits moved."""

    PURCHASE = "purchase"
    GRANT = "grant"
    SPEND = "spend"
    GIVE_BACK = "give_back"
    CHARGEBACK = "chargeback"
    REPAYMENT = "repayment"


@frozen(kw_only=True)
class CreditLot:
    """Credits that came together.

    Attributes:
        id: The purchase's id, or the grant's.
        person_id: Whose.
        number: Its place among the person's lots; the lowest is used first.
        kind: How it came about.
        credits: How many it was.
        remaining: How many of them can be spent.
        acquired_at: When it came.
        charged_back_at: When its payment was taken back, if it was.
    """

    id: CreditLotId
    person_id: PersonId
    number: int
    kind: LotKind
    credits: int
    remaining: int
    acquired_at: datetime
    charged_back_at: datetime | None = None


@frozen(kw_only=True)
class CreditAccounts:
    """What a wallet comes to.

    Attributes:
        person_id: Whose.
        purchased: Credits that were ever bought.
        granted: Credits that were ever given.
        spent: Credits that pay for video messages; failed ones not counted.
        refunded: Credits taken back because of chargebacks, those that repaid debt included.
        debt: Credits of charged-back bundles that are still to be taken back.
        free_on: The latest date on which free units were taken.
        free_used: How many of that date are taken.
        lots: How many lots there ever were.
        moves: How many rows the ledger has.
        version: Rises by one at every change; 0 before the first.
    """

    person_id: PersonId
    purchased: int = 0
    granted: int = 0
    spent: int = 0
    refunded: int = 0
    debt: int = 0
    free_on: date | None = None
    free_used: int = 0
    lots: int = 0
    moves: int = 0
    version: int = 0

    @property
    def remaining(self) -> int:
        """Credits that can be spent."""
        return self.purchased + self.granted - self.spent - self.refunded

    def counting_on(self, day: date) -> date:
        """Give the date that a unit taken on a date counts for: never one before the latest."""
        return day if self.free_on is None else max(day, self.free_on)

    def free_used_on(self, day: date) -> int:
        """Give how many free units of a date are taken."""
        return self.free_used if self.free_on == day else 0


@frozen
class Wallet:
    """A person's credits.

    Attributes:
        accounts: What they come to.
        lots: The lots that a command may touch, the oldest first: all that it names, and
            as many with credits left as it may spend from.
    """

    accounts: CreditAccounts
    lots: tuple[CreditLot, ...] = ()

    @property
    def person_id(self) -> PersonId:
        """Whose it is."""
        return self.accounts.person_id

    def lot(self, lot_id: CreditLotId | None) -> CreditLot | None:
        """Give one of the lots at hand."""
        return next((lot for lot in self.lots if lot.id == lot_id), None)

    @property
    def oldest(self) -> CreditLot | None:
        """The lot that the next credit is spent from."""
        return next((lot for lot in self.lots if lot.remaining > 0), None)


@frozen(kw_only=True)
class LedgerEntry:
    """A row of the ledger: one move of one account.

    Attributes:
        person_id: Whose.
        number: Its place in the person's ledger, counted from 1 without a gap.
        at: When it happened.
        account: The account.
        move: Why it moved.
        amount: What it adds to the account; below 0 it takes.
        balance: What the account came to.
        lot_id: The lot that the credits belong to.
        video_message_id: The video message that was paid for, if that is what it is about.
        reason: What was given as the reason of a grant.
        policy_version: The policy it was decided under.
    """

    person_id: PersonId
    number: int
    at: datetime
    account: Account
    move: Move
    amount: int
    balance: int
    lot_id: CreditLotId | None
    video_message_id: VideoMessageId | None
    reason: str | None
    policy_version: str


def evolve(wallet: Wallet, event: WalletEvent) -> Wallet:
    """Give the wallet after an event; its version is the repository's to raise."""
    before = wallet.accounts
    accounts = attrs.evolve(before, moves=before.moves + len(_moves(event)))
    match event:
        case VideoMessageSent(source=UnitSource.FREE):
            used = before.free_used_on(event.counted_on) + 1
            return Wallet(
                attrs.evolve(accounts, free_on=event.counted_on, free_used=used), wallet.lots
            )
        case VideoMessageSent():
            spent = attrs.evolve(accounts, spent=before.spent + 1)
            return Wallet(spent, _with(wallet, event.lot_id, -1))
        case VideoMessageFailed():
            return _given_back(wallet, accounts, event) if event.given_back else wallet
        case VideoCreditsPurchased():
            bought = attrs.evolve(accounts, purchased=before.purchased + event.credits)
            return _with_lot(wallet, bought, event, LotKind.PURCHASE, event.repaid)
        case VideoCreditsGranted():
            given = attrs.evolve(accounts, granted=before.granted + event.credits)
            return _with_lot(wallet, given, event, LotKind.GRANT, repaid=0)
        case VideoCreditsChargedBack():
            taken = attrs.evolve(
                accounts,
                refunded=before.refunded + event.taken,
                debt=before.debt + event.owed,
            )
            return Wallet(taken, _with(wallet, event.lot_id, -event.taken, event.at))
        case _:
            assert_never(event)


def entries(
    wallet: Wallet, event: WalletEvent, reason: str | None = None
) -> tuple[LedgerEntry, ...]:
    """Give the rows that an event adds to the ledger of a wallet, as it was before."""
    balances = {
        Account.CREDITS: wallet.accounts.remaining,
        Account.DEBT: wallet.accounts.debt,
    }
    rows = []
    for number, (account, move, amount) in enumerate(_moves(event), wallet.accounts.moves + 1):
        balances[account] += amount
        rows.append(
            LedgerEntry(
                person_id=wallet.person_id,
                number=number,
                at=event.at,
                account=account,
                move=move,
                amount=amount,
                balance=balances[account],
                lot_id=event.lot_id,
                video_message_id=getattr(event, "video_message_id", None),
                reason=reason,
                policy_version=event.policy_version,
            )
        )
    return tuple(rows)


def _moves(event: WalletEvent) -> tuple[tuple[Account, Move, int], ...]:
    """Give what an event moves, without what moves nothing."""
    match event:
        case VideoMessageSent(source=UnitSource.CREDIT):
            moved = [(Account.CREDITS, Move.SPEND, -1)]
        case VideoMessageFailed(source=UnitSource.CREDIT, given_back=True):
            moved = [(Account.CREDITS, Move.GIVE_BACK, 1), *_repaid(event.repaid)]
        case VideoMessageSent() | VideoMessageFailed():
            moved = []
        case VideoCreditsPurchased():
            moved = [(Account.CREDITS, Move.PURCHASE, event.credits), *_repaid(event.repaid)]
        case VideoCreditsGranted():
            moved = [(Account.CREDITS, Move.GRANT, event.credits)]
        case VideoCreditsChargedBack():
            moved = [
                (Account.CREDITS, Move.CHARGEBACK, -event.taken),
                (Account.DEBT, Move.CHARGEBACK, event.owed),
            ]
        case _:
            assert_never(event)
    return tuple(row for row in moved if row[2] != 0)


def _given_back(wallet: Wallet, accounts: CreditAccounts, event: VideoMessageFailed) -> Wallet:
    if event.source is UnitSource.CREDIT:
        returned = attrs.evolve(
            accounts,
            spent=accounts.spent - 1,
            refunded=accounts.refunded + event.repaid,
            debt=accounts.debt - event.repaid,
        )
        return Wallet(returned, _with(wallet, event.lot_id, 1 - event.repaid))
    used = accounts.free_used - (accounts.free_on == event.counted_on)
    return Wallet(attrs.evolve(accounts, free_used=max(0, used)), wallet.lots)


def _repaid(number: int) -> list[tuple[Account, Move, int]]:
    return [
        (Account.CREDITS, Move.REPAYMENT, -number),
        (Account.DEBT, Move.REPAYMENT, -number),
    ]


def _with(
    wallet: Wallet, lot_id: CreditLotId | None, change: int, charged_back_at: datetime | None = None
) -> tuple[CreditLot, ...]:
    """Give the lots when one of them holds more or less."""
    return tuple(
        attrs.evolve(
            lot,
            remaining=lot.remaining + change,
            charged_back_at=charged_back_at or lot.charged_back_at,
        )
        if lot.id == lot_id
        else lot
        for lot in wallet.lots
    )


def _with_lot(
    wallet: Wallet,
    accounts: CreditAccounts,
    event: VideoCreditsPurchased | VideoCreditsGranted,
    kind: LotKind,
    repaid: int,
) -> Wallet:
    number = accounts.lots + 1
    lot = CreditLot(
        id=event.lot_id,
        person_id=event.person_id,
        number=number,
        kind=kind,
        credits=event.credits,
        remaining=event.credits - repaid,
        acquired_at=event.at,
    )
    after = attrs.evolve(
        accounts,
        lots=number,
        refunded=accounts.refunded + repaid,
        debt=accounts.debt - repaid,
    )
    return Wallet(after, (*wallet.lots, lot))
