"""The numbers of usage that a business may tune; defaults from rules page usage."""

from datetime import timedelta

from attrs import field, frozen

from ..shared.checks import between
from ..shared.tier_limits import TierCatalogue
from ..shared.tiers import Tier

_ONE_DAY_SECONDS = 86_400
_ONE_HOUR_SECONDS = 3600


@frozen(kw_only=True)
class UsagePolicy:
    """When sessions begin, go on and settle, what is banked, and when a purchase is needed.

    Attributes:
        least_seconds: With fewer available no session starts or is extended.
        heartbeat_seconds: How often a session is to send a heartbeat.
        silence_seconds: Without a heartbeat for so long a session is over, as of its last one.
        extensions_per_session: How often a session may be extended.
        extension_seconds: By how much at most, each time.
        open_sessions_per_person: How many sessions of a person may go on at once.
        bank_percent: Percent of a month's seconds that may come from the month before.
        warn_percent: From so much of a limit on, the paywall warns.
        free_messages: Messages in all without a subscription; then a purchase is needed.
        free_call_seconds: The same for seconds of calls.
        most_seconds_per_grant: The most seconds that one grant gives.
    """

    least_seconds: int = field(default=30, validator=between(1, _ONE_HOUR_SECONDS))
    heartbeat_seconds: int = field(default=15, validator=between(1, _ONE_HOUR_SECONDS))
    silence_seconds: int = field(default=60, validator=between(1, _ONE_HOUR_SECONDS))
    extensions_per_session: int = field(default=2, validator=between(0, 100))
    extension_seconds: int = field(default=300, validator=between(1, _ONE_DAY_SECONDS))
    open_sessions_per_person: int = field(default=20, validator=between(1, 100))
    bank_percent: int = field(default=50, validator=between(0, 100))
    warn_percent: int = field(default=80, validator=between(1, 100))
    free_messages: int = field(default=100, validator=between(0, 1_000_000))
    free_call_seconds: int = field(default=300, validator=between(0, 100_000_000))
    most_seconds_per_grant: int = field(default=1_000_000, validator=between(1, 1_000_000))

    def __attrs_post_init__(self) -> None:
        if self.heartbeat_seconds >= self.silence_seconds:
            raise ValueError("heartbeat_seconds must be less than silence_seconds")


@frozen(kw_only=True)
class UsageRules:
    """All that decides on usage.

    Attributes:
        tiers: What each tier grants and allows.
        policy: The other numbers.
        version: The version of both.
    """

    tiers: TierCatalogue
    policy: UsagePolicy
    version: str

    @property
    def longest_session(self) -> timedelta:
        """The longest time for which a session can use seconds, extended as often as it may be."""
        longest = max(self.tiers.of(tier).longest_session_seconds for tier in Tier)
        extensions = self.policy.extensions_per_session * self.policy.extension_seconds
        return timedelta(seconds=longest + extensions)
