"""What is kept of quotes and account credit."""

from adapters.memory.table import Table
from adapters.memory.usage_tables import UsageTables
from domain.billing.account_credit import CreditAccount, CreditBooking, CreditLine
from domain.billing.entitlements import PersonGrants
from domain.billing.events import CreditSource
from domain.billing.quotes import Quote
from domain.shared.ids import PersonId, QuoteId


class ShopTables(UsageTables):
    """The tables of what is sold, beside those of the persons who buy; all empty at first."""

    def __init__(self) -> None:
        super().__init__()
        self.quotes: Table[QuoteId, Quote] = Table(
            self.note,
            lambda quote: quote.id,
            groups={"person": lambda quote: (quote.person_id,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={"amounts": lambda row: row.total_minor >= 0 and row.credit_applied_minor >= 0},
        )
        self.account_credits: Table[tuple[PersonId, str], CreditAccount] = Table(
            self.note,
            lambda account: (account.person_id, account.currency),
            groups={"person": lambda account: (account.person_id,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={"lines": lambda row: row.lines > 0},
        )
        self.account_credit_bookings: Table[tuple[CreditSource, str], CreditBooking] = Table(
            self.note,
            lambda booking: (booking.source, booking.key),
            groups={"person": lambda booking: (booking.person_id,)},
            references={
                "account": (self.account_credits, lambda row: ((row.person_id, row.currency),))
            },
            checks={"amount": lambda row: row.amount > 0},
        )
        self.account_credit_ledger: Table[tuple[PersonId, str, int], CreditLine] = Table(
            self.note,
            lambda line: (line.person_id, line.currency, line.number),
            groups={"person": lambda line: (line.person_id,)},
            references={
                "account": (self.account_credits, lambda row: ((row.person_id, row.currency),))
            },
        )
        self.kept_grants: Table[PersonId, PersonGrants] = Table(
            self.note,
            lambda grants: grants.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
