"""The sandbox's own books: what was ordered there, and what has happened to it since.

They are no part of Kithkin's database, as those of another provider would not be: what Kithkin
knows of them it was told, or has asked for.
"""

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec
from attrs import define, field, frozen

_TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS events (
    order_id TEXT NOT NULL REFERENCES orders (id), n INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (order_id, n)
);
"""
_WAIT_SECONDS = 5.0


class SandboxOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order at the sandbox.

    Attributes:
        id: Its own.
        token: What its page is found by; nobody can guess it.
        payment_id: Kithkin's id of it.
        person_id: Who pays.
        item_key: For what.
        amount_minor: How much, in minor units.
        currency: Of the amount.
        created_at: When it was made.
        ends_at: Until when it can be paid.
        renewal_minor: What each later period of a subscription costs.
    """

    id: str
    token: str
    payment_id: UUID
    person_id: UUID
    item_key: str
    amount_minor: int
    currency: str
    created_at: datetime
    ends_at: datetime
    renewal_minor: int


class EventType(StrEnum):
    """What can happen to an order."""

    SUCCEEDED = "payment.succeeded"
    FAILED = "payment.failed"
    REFUNDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    DISPUTE_LOST = "dispute.lost"
    SUBSCRIPTION = "subscription.updated"


class SandboxSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription at the sandbox, as it is after an event.

    Attributes:
        id: Its own.
        customer_id: Who pays.
        price_id: For how much.
        past_due: The last renewal failed.
        period_starts_at: The current period's beginning.
        period_ends_at: Its end.
        cancels_at_period_end: It is not to be renewed.
        ended: It is over.
    """

    id: str
    customer_id: str
    price_id: str
    past_due: bool
    period_starts_at: datetime
    period_ends_at: datetime
    cancels_at_period_end: bool
    ended: bool = False


class SandboxEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to an order, as the sandbox notifies of it.

    Attributes:
        id: Its own.
        type: What it was.
        created: When it was.
        order_id: The order.
        payment_id: Kithkin's id of it.
        bill_id: The bill of a renewal; None for the order itself.
        charge_id: The payment that was made, or given back.
        refund_id: The refund or the dispute.
        amount_minor: How much of the order's currency moved.
        currency: That currency.
        card: Stands for the card that paid.
        failure_code: Why nothing was paid.
        subscription: The order's subscription, as it is now.
    """

    id: str
    type: EventType
    created: datetime
    order_id: str
    payment_id: UUID
    bill_id: str | None = None
    charge_id: str = ""
    refund_id: str = ""
    amount_minor: int = 0
    currency: str = ""
    card: str | None = None
    failure_code: str | None = None
    subscription: SandboxSubscription | None = None


@frozen
class Account:
    """An order with all that has happened to it.

    Attributes:
        order: The order.
        events: What happened, in order.
    """

    order: SandboxOrder
    events: tuple[SandboxEvent, ...] = ()


Decide = Callable[[Account], tuple[SandboxEvent, ...]]
"""Gives what happens to an order next."""


@define
class SandboxBooks:
    """The books, in a file that processes share, or in the memory of this one.

    Attributes:
        path: The file; None keeps everything in memory.
    """

    path: Path | None
    _kept: sqlite3.Connection | None = field(default=None, init=False)
    _one_at_a_time: threading.Lock = field(factory=threading.Lock, init=False)

    def place(self, order: SandboxOrder) -> SandboxOrder:
        """Keep a new order; give the one of its id that was kept first.

        Raises:
            sqlite3.Error: The books cannot be written.
            OSError: There is no folder for them.
        """
        with self._changing() as books:
            books.execute(
                "INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (order.id, order.token, msgspec.json.encode(order)),
            )
            kept = books.execute("SELECT body FROM orders WHERE id = ?", (order.id,)).fetchone()
            return msgspec.json.decode(kept[0], type=SandboxOrder)

    def account(self, order_id: str) -> Account | None:
        """Give an order by its id.

        Raises:
            sqlite3.Error: The books cannot be read.
            OSError: There is no folder for them.
        """
        with self._changing() as books:
            return _account(books, "SELECT body FROM orders WHERE id = ?", order_id)

    def of_token(self, token: str) -> Account | None:
        """Give the order of a page.

        Raises:
            sqlite3.Error: The books cannot be read.
            OSError: There is no folder for them.
        """
        with self._changing() as books:
            return _account(books, "SELECT body FROM orders WHERE token = ?", token)

    def enter(self, order_id: str, decide: Decide) -> tuple[SandboxEvent, ...]:
        """Let something happen to an order that is there, while nothing else does; give it.

        Raises:
            LookupError: There is no such order.
            sqlite3.Error: The books cannot be written.
            OSError: There is no folder for them.
        """
        with self._changing() as books:
            account = _account(books, "SELECT body FROM orders WHERE id = ?", order_id)
            if account is None:
                raise LookupError(order_id)
            events = decide(account)
            books.executemany(
                "INSERT INTO events VALUES (?, ?, ?)",
                [
                    (order_id, n, msgspec.json.encode(event))
                    for n, event in enumerate(events, start=len(account.events))
                ],
            )
            return events

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._one_at_a_time:
            books = self._opened()
            try:
                books.execute("BEGIN IMMEDIATE")
                with books:  # commits, or rolls back
                    yield books
            finally:
                if self._kept is None:
                    books.close()

    def _opened(self) -> sqlite3.Connection:
        if self._kept is not None:
            return self._kept
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        books = sqlite3.connect(
            ":memory:" if self.path is None else self.path,
            timeout=_WAIT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        books.executescript(_TABLES)
        if self.path is None:
            self._kept = books
            weakref.finalize(self, books.close)
        return books


def _account(books: sqlite3.Connection, query: str, key: str) -> Account | None:
    found = books.execute(query, (key,)).fetchone()
    if found is None:
        return None
    order = msgspec.json.decode(found[0], type=SandboxOrder)
    events = books.execute("SELECT body FROM events WHERE order_id = ? ORDER BY n", (order.id,))
    return Account(order, tuple(msgspec.json.decode(body, type=SandboxEvent) for (body,) in events))
