"""Quotes on PostgreSQL."""

from datetime import datetime

import msgspec
from attrs import frozen
from sqlalchemy import Uuid, any_, bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.billing_tables import payments
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Row, Statement
from adapters.postgres.paging import page, paged, window
from adapters.postgres.schema import Instant
from adapters.postgres.shop_tables import quotes
from application.shared.pages import Position
from domain.billing.catalogue import item_of
from domain.billing.quotes import Quote, QuoteLine
from domain.shared.ids import PersonId, QuoteId, SubscriptionId


@frozen(kw_only=True)
class QuoteRow:
    """A quote as its row holds it: its lines are JSON, and its item is a key."""

    id: QuoteId
    person_id: PersonId
    item_key: str
    currency: str
    lines: str
    total_minor: int
    credit_applied_minor: int
    created_at: datetime
    valid_until: datetime
    policy_version: str
    subscription_id: SubscriptionId | None


def lines_to_json(lines: tuple[QuoteLine, ...]) -> str:
    """Write the lines of a quote as JSON."""
    return msgspec.json.encode(lines).decode()


def lines_from_json(text: str) -> tuple[QuoteLine, ...]:
    """Read what `lines_to_json` wrote."""
    return msgspec.json.decode(text, type=tuple[QuoteLine, ...])


def quote_to_row(quote: Quote) -> QuoteRow:
    """Give a quote as its row holds it."""
    same = {
        name: getattr(quote, name)
        for name in field_names(QuoteRow)
        if name not in {"item_key", "lines"}
    }
    return QuoteRow(**same, item_key=quote.item.key, lines=lines_to_json(quote.lines))


def quote_from_row(row: Row) -> Quote:
    """Make a quote of its row."""
    stored = from_row(QuoteRow, row)
    same = {
        name: getattr(stored, name) for name in field_names(Quote) if name not in {"item", "lines"}
    }
    return Quote(**same, item=item_of(stored.item_key), lines=lines_from_json(stored.lines))


_GET = Statement(select(*columns_for(quotes, QuoteRow)).where(quotes.c.id == bindparam("id")))
_ADD = Statement(insert(quotes).values({name: bindparam(name) for name in field_names(QuoteRow)}))


_OLD = Statement(
    paged(
        select(quotes.c.id, quotes.c.valid_until).where(
            quotes.c.valid_until < bindparam("before", type_=Instant)
        ),
        quotes.c.valid_until,
        quotes.c.id,
        descending=False,
    )
)
_FORGET = Statement(
    delete(quotes).where(
        quotes.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
        ~select(payments.c.id).where(payments.c.quote_id == quotes.c.id).exists(),
    )
)


@frozen
class PostgresQuotes:
    """The quotes."""

    executor: Executor

    async def get(self, quote_id: QuoteId) -> Quote | None:
        """Give a quote, if there is one of this id."""
        row = await self.executor.row(_GET, id=quote_id)
        return None if row is None else quote_from_row(row)

    async def add(self, quote: Quote) -> None:
        """Keep a new quote."""
        await self.executor.rows(_ADD, **to_row(quote_to_row(quote)))

    async def forget(self, before: datetime, after: Position | None, limit: int) -> Position | None:
        """Look at so many old quotes, and delete those that no payment is of."""
        rows = await self.executor.rows(_OLD, before=before, **window(after, limit))
        old = page(rows, [Position(row["valid_until"], row["id"]) for row in rows], limit)
        await self.executor.rows(_FORGET, ids=[row["id"] for row in old.items])
        return old.last
