"""What happens with usage."""

from datetime import datetime

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import ConversationId, PaymentId, UsageSessionId
from ..shared.tiers import Tier
from .seconds import Seconds
from .sessions import SessionMode, SettledBy


@frozen(kw_only=True)
class UsageAccountOpened(Event):
    """The person's use is counted from now on."""

    tier: Tier
    timezone: str


@frozen(kw_only=True)
class UsageAccountEnded(Event):
    """The person's use is not counted any longer, as they were erased."""


@frozen(kw_only=True)
class UsageZoneChanged(Event):
    """The person's next periods begin in another zone."""

    timezone: str


@frozen(kw_only=True)
class UsageTierChanged(Event):
    """The person's plan is another; seconds of an upgrade are added to the period at once."""

    tier: Tier
    period: str
    seconds_added: int
    pass_tier: Tier | None = None
    bank_frozen: bool = False


@frozen(kw_only=True)
class PassSecondsAdded(Event):
    """The person bought a pass, whose seconds are added to the period at once."""

    tier: Tier
    period: str
    seconds: int
    payment_id: PaymentId | None = None


@frozen(kw_only=True)
class PassSecondsTakenBack(Event):
    """The payment for a pass was taken back: what was free of its seconds is gone."""

    period: str
    seconds: int
    payment_id: PaymentId


@frozen(kw_only=True)
class UsageBankForfeited(Event):
    """The person's subscription is over, and with it what was free of the bank."""

    period: str
    seconds: int


@frozen(kw_only=True)
class UsagePeriodOpened(Event):
    """A period began, with the seconds of its month."""

    period: str
    starts_at: datetime
    ends_at: datetime
    tier: Tier
    monthly_seconds: int


@frozen(kw_only=True)
class UsagePeriodClosed(Event):
    """The last session of a period has settled; what it left is banked or forfeited."""

    period: str
    next_period: str
    seconds_banked: int
    seconds_forfeited: int
    banked_seconds_forfeited: int


@frozen(kw_only=True)
class SecondsGranted(Event):
    """The person has more purchased seconds, bought or given, less what they owed."""

    period: str
    seconds: int
    repaid: int = 0


@frozen(kw_only=True)
class SecondsTakenBack(Event):
    """The payment for seconds was taken back: what was free of them is gone, the rest owed."""

    period: str
    taken: int
    owed: int


@frozen(kw_only=True)
class UsageSessionEvent(Event):
    """Something that happened to a session."""

    session_id: UsageSessionId


@frozen(kw_only=True)
class UsageSessionStarted(UsageSessionEvent):
    """A session of the person's began, and holds seconds."""

    mode: SessionMode
    language: str | None
    conversation_id: ConversationId | None
    period: str
    held_seconds: int
    conversations_counted: int


@frozen(kw_only=True)
class UsageSessionBeat(UsageSessionEvent):
    """A session goes on. It is told to nobody, as it comes every few seconds."""


@frozen(kw_only=True)
class UsageSessionExtended(UsageSessionEvent):
    """A session holds more seconds."""

    seconds_added: int
    held_seconds: int


@frozen(kw_only=True)
class UsageSessionCarriedOver(UsageSessionEvent):
    """A month ended while a session went on; from then on it holds of the next one."""

    earlier_seconds: int
    held_seconds: int


@frozen(kw_only=True)
class SecondsUsed(UsageSessionEvent):
    """A session used seconds of a period, by their sources."""

    period: str
    banked: int
    monthly: int
    purchased: int

    @property
    def seconds(self) -> Seconds:
        """All of them, by their sources."""
        return Seconds(self.banked, self.monthly, self.purchased)


@frozen(kw_only=True)
class UsageSessionSettled(UsageSessionEvent):
    """A session is over, and what it held and did not use is free again."""

    ended_at: datetime
    settled_by: SettledBy
    duration_seconds: int
    seconds_consumed: int
    extensions_used: int
    input_tokens: int | None


SessionChange = (
    UsageSessionStarted
    | UsageSessionBeat
    | UsageSessionExtended
    | UsageSessionCarriedOver
    | SecondsUsed
    | UsageSessionSettled
)
AccountChange = (
    UsageAccountOpened
    | UsageAccountEnded
    | UsageZoneChanged
    | UsageTierChanged
    | UsagePeriodOpened
    | UsagePeriodClosed
    | PassSecondsAdded
    | PassSecondsTakenBack
    | UsageBankForfeited
    | SecondsGranted
    | SecondsTakenBack
)
UsageChange = AccountChange | SessionChange
"""All that changes an account."""

UsageEvent = (
    AccountChange
    | UsageSessionStarted
    | UsageSessionExtended
    | UsageSessionCarriedOver
    | SecondsUsed
    | UsageSessionSettled
)
"""What is told to others."""
