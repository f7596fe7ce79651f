"""What the use cases of usage need of a store."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from attrs import frozen

from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.shared.ids import ConversationId, PaymentId, PersonId, UsageSessionId
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount
from domain.usage.ledger import LedgerLine
from domain.usage.paywall import UsageTotals
from domain.usage.periods import Period
from domain.usage.sessions import OpenSession, Session


@frozen(kw_only=True)
class Subscriber:
    """A person, as far as usage needs to know them.

    Attributes:
        person_id: Theirs.
        active: They are neither suspended nor deleted.
        deleted: They were erased.
        tier: The tier held now.
        timezone: Their zone.
    """

    person_id: PersonId
    active: bool
    deleted: bool
    tier: Tier
    timezone: str


class Subscribers(Protocol):
    """The persons whose use is counted."""

    async def get(self, person_id: PersonId, *, lock: bool = False) -> Subscriber | None:
        """Give a person; with `lock` nobody changes them until the transaction ends."""
        ...


class UsageAccounts(Protocol):
    """The usage accounts, each with its open periods and sessions."""

    async def get(self, person_id: PersonId, *, lock: bool = False) -> UsageAccount | None:
        """Give an account; with `lock` nobody changes it until the transaction ends."""
        ...

    async def record(
        self,
        before: UsageAccount | None,
        events: Iterable[OutboxEvent],
        reason: str | None = None,
    ) -> UsageAccount:
        """Write what events make of an account, and the lines of its ledger; give it.

        Args:
            before: The account, or None where the first of the events opens it.
            events: What happened, in order. Heartbeats are not told to others.
            reason: Why seconds were granted, if some were.

        Raises:
            ConcurrentUpdateError: The account is no longer as `before`.
        """
        ...


class UsageSessions(Protocol):
    """The usage sessions, each by itself."""

    async def get(self, session_id: UsageSessionId) -> Session | None:
        """Give a session, if there is one of this id."""
        ...

    async def beat(
        self, session_id: UsageSessionId, now: datetime, silent_before: datetime
    ) -> OpenSession | None:
        """Note that a session goes on, if that changes nothing else; then give it.

        It does change more, and nothing is done, where the session was last heard of at
        `silent_before` or earlier, has used all that it holds, is settled, or where a month
        has ended since it started that is not accounted for.
        """
        ...

    async def note_tokens(self, session_id: UsageSessionId, input_tokens: int) -> None:
        """Keep the tokens of a settled session that has none yet."""
        ...

    async def conversation_known(
        self, person_id: PersonId, period: str, conversation_id: ConversationId
    ) -> bool:
        """Tell whether a session that started in a period was about a conversation."""
        ...


class UsageRecords(Protocol):
    """What was counted, to be read."""

    async def period(self, person_id: PersonId, period: str) -> Period | None:
        """Give a period as it is stored."""
        ...

    async def periods(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[Period]:
        """Give the periods that are stored, the newest first."""
        ...

    async def lines(
        self, person_id: PersonId, period: str, after: Position | None, limit: int
    ) -> Page[LedgerLine]:
        """Give the lines of a period's ledger in their order."""
        ...

    async def purchased_before(self, person_id: PersonId, period: str) -> int:
        """Give the purchased seconds that were left by the periods before one."""
        ...

    async def used_since(
        self, person_id: PersonId, since: datetime, started_after: datetime
    ) -> int:
        """Give the seconds that settled sessions and companions' calls used from an instant on.

        Sessions that started at `started_after` or earlier used none from then on.
        """
        ...


class PaidLines(Protocol):
    """The lines of ledgers that go by payments."""

    async def lines_of_payment(
        self, person_id: PersonId, payment_id: PaymentId
    ) -> tuple[LedgerLine, ...]:
        """Give the lines of a person's ledger that go by a payment, in their order."""
        ...


class UsageStats(Protocol):
    """What persons did in all."""

    async def totals(self, person_id: PersonId) -> UsageTotals:
        """Give the messages a person sent to their companion and the seconds of their calls."""
        ...


class DueAccounts(Protocol):
    """The accounts that time has something to do with."""

    async def due(
        self, now: datetime, silent_before: datetime, but: Collection[PersonId], limit: int
    ) -> tuple[PersonId, ...]:
        """Give persons whose month is over, or with a session that is silent since then.

        At least one of them is given if there is one, and none of `but`.
        """
        ...
