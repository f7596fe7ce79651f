"""What has happened with seconds in the simulation: months, and what sessions hold of each."""

from datetime import datetime, timedelta

from attrs import define, field

BANKED, MONTHLY, PURCHASED = "banked", "monthly", "purchased"
SILENCE = timedelta(seconds=60)


def seconds(start: datetime, end: datetime) -> int:
    """Count the seconds that were begun from one instant to another."""
    whole, rest = divmod(end - start, timedelta(seconds=1))
    return max(0, whole + bool(rest))


@define(eq=False)
class MonthLog:
    """A month of a person's.

    Attributes:
        left: What is not used, of what ends with the month.
        used: By source.
        bought: Seconds purchased in it.
        granted: Seconds of the month, those of upgrades included.
        bank: Seconds that came from the month before.
        closed_at: When the last session of it was over; None until then.
        carried: Unused seconds that went into the next bank.
        lost: Unused seconds that did not.
    """

    name: str
    zone: str
    starts_at: datetime
    ends_at: datetime
    first_tier: str
    tier: str
    granted: int
    left: dict[str, int]
    used: dict[str, int] = field(factory=lambda: {BANKED: 0, MONTHLY: 0, PURCHASED: 0})
    bought: int = 0
    bank: int = 0
    conversations: int = 0
    realtime: int = 0
    closed_at: datetime | None = None
    carried: int = 0
    lost: int = 0


@define(eq=False)
class Part:
    """What a session holds of one month, and whether that is used for certain."""

    month: MonthLog
    held: int
    paid: bool = False


@define(eq=False)
class SessionLog:
    """A usage session.

    Attributes:
        parts: By month, in order; all but the last one end with their month.
        heard_at: When it was last known to go on.
    """

    person: int
    month: str
    conversation: int | None
    at: datetime
    parts: list[Part]
    heard_at: datetime
    extensions: int = 0
    ended_at: datetime | None = None
    settled_by: str | None = None
    consumed: int | None = None
    input_tokens: int | None = None

    @property
    def held(self) -> int:
        return sum(part.held for part in self.parts)

    @property
    def silent_at(self) -> datetime:
        return self.heard_at + SILENCE

    def used_by(self, at: datetime) -> int:
        return min(self.held, seconds(self.at, at))


@define(eq=False)
class AccountLog:
    """A person's seconds.

    Attributes:
        months: In their order; the last one runs.
        sessions: The numbers of those that go on.
        purchased: Purchased seconds that are left.
        bought: Those ever purchased.
    """

    tier: str
    zone: str
    months: list[MonthLog] = field(factory=list)
    sessions: list[int] = field(factory=list)
    purchased: int = 0
    bought: int = 0
    ended: bool = False

    @property
    def month(self) -> MonthLog:
        return self.months[-1]


@define
class UsageFacts:
    """All facts about seconds."""

    accounts: dict[int, AccountLog] = field(factory=dict)
    sessions: list[SessionLog] = field(factory=list)

    def going_on(self, account: AccountLog) -> list[SessionLog]:
        return [self.sessions[number] for number in account.sessions]

    def free(self, account: AccountLog) -> int:
        """Count what no session holds, of all that is left in the month that runs."""
        month = account.month
        owed: dict[str, int] = {}
        for session in self.going_on(account):
            for part in session.parts:
                if not part.paid:
                    owed[part.month.name] = owed.get(part.month.name, 0) + part.held
        there = sum(month.left.values()) + account.purchased - owed.pop(month.name, 0)
        for earlier in account.months[:-1]:
            there -= max(0, owed.get(earlier.name, 0) - sum(earlier.left.values()))
        return there
