"""What is kept of the seconds that persons use."""

from adapters.memory.identity_tables import IdentityTables
from adapters.memory.table import Table
from domain.shared.ids import PersonId, UsageSessionId
from domain.usage.accounts import UsageAccount
from domain.usage.ledger import LedgerLine
from domain.usage.periods import ClosedPeriod, OpenPeriod
from domain.usage.sessions import OpenSession, SettledSession


class UsageTables(IdentityTables):
    """The tables of usage, beside those of the persons that they are about; all empty at first."""

    def __init__(self) -> None:
        super().__init__()
        self.usage_accounts: Table[PersonId, UsageAccount] = Table(
            self.note,
            lambda account: account.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={
                "purchased": lambda row: 0 <= row.purchased_seconds_used <= row.purchased_seconds,
                "owed": lambda row: row.owed_seconds >= 0,
            },
        )
        self.usage_periods: Table[tuple[PersonId, str], OpenPeriod | ClosedPeriod] = Table(
            self.note,
            lambda period: (period.person_id, period.period),
            groups={"person": lambda period: (period.person_id,)},
            references={"account": (self.usage_accounts, lambda row: (row.person_id,))},
            checks={
                "monthly": lambda row: 0 <= row.seconds_used <= row.monthly_seconds,
                "banked": lambda row: 0 <= row.banked_seconds_used <= row.banked_seconds,
            },
        )
        self.usage_sessions: Table[UsageSessionId, OpenSession | SettledSession] = Table(
            self.note,
            lambda session: session.id,
            groups={
                "person": lambda session: (session.person_id,),
                "open": lambda session: (
                    (session.person_id,) if isinstance(session, OpenSession) else ()
                ),
                "going on": lambda session: (isinstance(session, OpenSession),),
            },
            references={"account": (self.usage_accounts, lambda row: (row.person_id,))},
        )
        self.usage_ledger: Table[tuple[PersonId, int], LedgerLine] = Table(
            self.note,
            lambda line: (line.person_id, line.number),
            groups={"person": lambda line: (line.person_id,)},
            references={"account": (self.usage_accounts, lambda row: (row.person_id,))},
        )
