"""The tier catalogue: what each tier grants and allows a month; numbers from rules page billing."""

from attrs import field, frozen

from .checks import between
from .tiers import Tier

_LONGEST_MONTH_SECONDS = 31 * 86_400
_MOST = 1_000_000


def _count_or_none(_: object, __: object, value: int | None) -> None:
    if value is not None and not 0 <= value <= _MOST:
        raise ValueError(f"monthly_conversations is {value}; it must be from 0 to {_MOST}")


@frozen(kw_only=True)
class TierLimits:
    """What one tier grants and allows.

    Attributes:
        monthly_conversations: Conversations a month; None for any number.
        monthly_seconds: Seconds granted a month.
        monthly_realtime_sessions: Realtime sessions a month.
        longest_session_seconds: What one session holds at most when it starts.
        banks: Whether unused monthly seconds may be used in the next month.
        has_realtime_access: Whether realtime sessions are open to it.
        has_advanced_voices: Whether advanced voices are.
        has_analytics: Whether analytics are.
    """

    monthly_conversations: int | None = field(validator=_count_or_none)
    monthly_seconds: int = field(validator=between(0, _LONGEST_MONTH_SECONDS))
    monthly_realtime_sessions: int = field(validator=between(0, _MOST))
    longest_session_seconds: int = field(validator=between(1, 86_400))
    banks: bool
    has_realtime_access: bool
    has_advanced_voices: bool
    has_analytics: bool


@frozen(kw_only=True)
class TierCatalogue:
    """The limits of every tier. Monthly seconds never fall from a tier to a higher one.

    Attributes:
        free: Of the lowest tier.
        plus: Of the one above it.
        premium: Of the highest.
    """

    free: TierLimits = TierLimits(
        monthly_conversations=30,
        monthly_seconds=900,
        monthly_realtime_sessions=0,
        longest_session_seconds=900,
        banks=False,
        has_realtime_access=False,
        has_advanced_voices=False,
        has_analytics=False,
    )
    plus: TierLimits = TierLimits(
        monthly_conversations=300,
        monthly_seconds=10_800,
        monthly_realtime_sessions=20,
        longest_session_seconds=1800,
        banks=True,
        has_realtime_access=True,
        has_advanced_voices=False,
        has_analytics=True,
    )
    premium: TierLimits = TierLimits(
        monthly_conversations=None,
        monthly_seconds=36_000,
        monthly_realtime_sessions=200,
        longest_session_seconds=3600,
        banks=True,
        has_realtime_access=True,
        has_advanced_voices=True,
        has_analytics=True,
    )

    def __attrs_post_init__(self) -> None:
        monthly = [self.of(tier).monthly_seconds for tier in Tier]
        if monthly != sorted(monthly):
            raise ValueError("monthly_seconds must not fall from a tier to a higher one")

    def of(self, tier: Tier) -> TierLimits:
        """Give the limits of a tier."""
        match tier:
            case Tier.FREE:
                return self.free
            case Tier.PLUS:
                return self.plus
            case Tier.PREMIUM:
                return self.premium
