"""A wallet that is given commands, and everything that came of them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.shared.ids import (
    ConversationId,
    CreditLotId,
    PersonId,
    VideoMessageId,
    VideoSendId,
)
from domain.video.credit_commands import ChargeBack, CreditCommand, Grant, Purchase, decide
from domain.video.credits import (
    Account,
    CreditAccounts,
    LedgerEntry,
    Wallet,
    WalletEvent,
    entries,
    evolve,
)
from domain.video.video_message_allowance import (
    VideoMessageAllowance,
    VideoMessageFacts,
    require,
)
from domain.video.video_message_commands import (
    Addressed,
    ReportFailed,
    ReportUploaded,
    VideoMessageCommand,
    send,
)
from domain.video.video_message_commands import decide as decide_message
from domain.video.video_message_policy import VideoMessagePolicy
from domain.video.video_messages import VideoMessage, sent
from domain.video.video_messages import evolve as evolve_message

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SENDER = PersonId(UUID(int=1))


def facts(**changes: Any) -> VideoMessageFacts:
    known: dict[str, Any] = {
        "day": START.date(),
        "timezone": "UTC",
        "free_used": 0,
        "credits": 0,
        "debt": 0,
        "needed": 1,
        "discount_percent": 0,
    }
    return VideoMessageFacts(**(known | changes))


def allowance(policy: VideoMessagePolicy | None = None, **changes: Any) -> VideoMessageAllowance:
    return VideoMessageAllowance(facts(**changes), policy or VideoMessagePolicy(), "v")


class Owner:
    """A person with a wallet, in UTC; the clock stands still until it is moved."""

    def __init__(self, policy: VideoMessagePolicy | None = None) -> None:
        self.policy = policy or VideoMessagePolicy()
        self.now = START
        self.wallet = Wallet(CreditAccounts(person_id=SENDER))
        self.ledger: list[LedgerEntry] = []
        self.messages: dict[VideoMessageId, VideoMessage] = {}

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def accounts(self) -> CreditAccounts:
        return self.wallet.accounts

    def allowance(self, needed: int = 1) -> VideoMessageAllowance:
        accounts = self.accounts
        return allowance(
            self.policy,
            day=self.today,
            free_used=accounts.free_used_on(self.today),
            credits=accounts.remaining,
            debt=accounts.debt,
            needed=needed,
        )

    def take(self, events: Iterable[WalletEvent], reason: str | None = None) -> None:
        for event in events:
            self.ledger += entries(self.wallet, event, reason)
            self.wallet = evolve(self.wallet, event)

    def command(self, command: CreditCommand, reason: str | None = None) -> int:
        """Put a command; give how many events came of it."""
        events = decide(self.wallet, command, self.policy, "v", self.now)
        self.take(events, reason)
        return len(events)

    def buy(self, number: int) -> CreditLotId:
        lot_id = CreditLotId(uuid4())
        assert self.command(Purchase(lot_id=lot_id, credits=number)) == 1
        return lot_id

    def be_given(self, number: int) -> CreditLotId:
        lot_id = CreditLotId(uuid4())
        assert self.command(Grant(lot_id=lot_id, credits=number), "A gift") == 1
        return lot_id

    def charge_back(self, lot_id: CreditLotId) -> int:
        return self.command(ChargeBack(lot_id=lot_id))

    def send(self, recipients: int = 1) -> list[VideoMessage]:
        decision = self.allowance(recipients)
        require(decision)
        to = tuple(
            Addressed(
                message_id=VideoMessageId(uuid4()),
                conversation_id=ConversationId(uuid4()),
                recipient_id=PersonId(uuid4()),
            )
            for _ in range(recipients)
        )
        events = send(VideoSendId(uuid4()), to, decision, self.wallet, self.now)
        self.take(events)
        made: list[VideoMessage] = [sent(event, "ref") for event in events]
        self.messages |= {message.id: message for message in made}
        return made

    def put(self, message: VideoMessage, command: VideoMessageCommand) -> VideoMessage:
        known = self.messages[message.id]
        events = decide_message(known, command, "v", self.now)
        for event in events:
            self.messages[message.id] = evolve_message(self.messages[message.id], event)
            if isinstance(command, ReportFailed):
                self.take((event,))  # type: ignore[arg-type]
        return self.messages[message.id]

    def fail(self, message: VideoMessage) -> VideoMessage:
        return self.put(message, ReportFailed(wallet=self.wallet, today=self.today))

    def complete(self, message: VideoMessage) -> VideoMessage:
        return self.put(message, ReportUploaded())

    def total(self, account: Account) -> int:
        """The sum of the ledger."""
        return sum(entry.amount for entry in self.ledger if entry.account is account)
