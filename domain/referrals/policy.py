"""The numbers of referrals that a business may tune; defaults from rules page referrals."""

from itertools import pairwise

from attrs import Attribute, field, frozen

from ..shared.checks import between

_ONE_HOUR_SECONDS = 3600
_ONE_DAY_SECONDS = 24 * _ONE_HOUR_SECONDS
_LONGEST_SECONDS = 3660 * _ONE_DAY_SECONDS
_MOST_MINOR = 1_000_000_000
_MOST_PERCENT = 10_000
_MOST_TIERS = 20
_MOST_DOMAINS = 10_000

_amount = between(0, _MOST_MINOR)
_window = between(1, _LONGEST_SECONDS)
_points = between(0, 1000)


def _tier_starts(_: object, __: "Attribute[tuple[int, ...]]", starts: tuple[int, ...]) -> None:
    if not 1 <= len(starts) <= _MOST_TIERS or starts[0] != 1:
        raise ValueError(f"tier_starts must begin with 1 and name at most {_MOST_TIERS} tiers")
    if any(later <= earlier for earlier, later in pairwise(starts)):
        raise ValueError("tier_starts must rise")


def _tier_percents(_: object, __: "Attribute[tuple[int, ...]]", percents: tuple[int, ...]) -> None:
    if any(not 0 <= percent <= _MOST_PERCENT for percent in percents):
        raise ValueError(f"tier_percents must be from 0 to {_MOST_PERCENT}")


def _domains(_: object, attribute: "Attribute[tuple[str, ...]]", names: tuple[str, ...]) -> None:
    if len(names) > _MOST_DOMAINS or any(name != name.strip().casefold() for name in names):
        raise ValueError(f"{attribute.name} must hold at most {_MOST_DOMAINS} names in lower case")


@frozen(kw_only=True)
class CurrencyTerms:
    """What a referral is worth in a currency, in its minor unit.

    Attributes:
        referrer_minor: The referrer's base reward.
        referee_minor: The referee's reward.
        minimum_purchase_minor: The least purchase that qualifies.
    """

    referrer_minor: int = field(validator=_amount)
    referee_minor: int = field(validator=_amount)
    minimum_purchase_minor: int = field(validator=between(1, _MOST_MINOR))


@frozen(kw_only=True)
class ScorePolicy:
    """What signs of fraud weigh.

    Attributes:
        same_family: The two are of one family.
        same_network: The referee's /24 or /48 is that of the referrer or of another referee.
        same_device: The same of the device.
        disposable_mail: The referee's mail domain is one of those that give addresses away.
        many_sign_ups: More than `sign_ups_a_day` were referred by the referrer within 24 h.
        sign_ups_a_day: So many.
        quick_purchase: The purchase came within `quick_purchase_seconds` of signing up.
        quick_purchase_seconds: So many.
        held_from: From so much on a referral is held for review.
        rejected_from: From so much on it is rejected.
        disposable_domains: Mail domains that give addresses away.
    """

    same_family: int = field(default=50, validator=_points)
    same_network: int = field(default=30, validator=_points)
    same_device: int = field(default=30, validator=_points)
    disposable_mail: int = field(default=30, validator=_points)
    many_sign_ups: int = field(default=30, validator=_points)
    sign_ups_a_day: int = field(default=5, validator=between(0, 10_000))
    quick_purchase: int = field(default=20, validator=_points)
    quick_purchase_seconds: int = field(default=120, validator=between(0, _ONE_DAY_SECONDS))
    held_from: int = field(default=50, validator=between(1, 1000))
    rejected_from: int = field(default=100, validator=between(1, 10_000))
    disposable_domains: tuple[str, ...] = field(
        default=(
            "10minutemail.com",
            "dispostable.com",
            "fakeinbox.com",
            "getnada.com",
            "guerrillamail.com",
            "mailinator.com",
            "maildrop.cc",
            "mohmal.com",
            "sharklasers.com",
            "temp-mail.org",
            "tempmail.com",
            "throwawaymail.com",
            "trashmail.com",
            "yopmail.com",
        ),
        validator=_domains,
    )

    def __attrs_post_init__(self) -> None:
        if self.rejected_from < self.held_from:
            raise ValueError("rejected_from must not be below held_from")
        # By itself a network never even holds a referral: whole campuses share one.
        if self.same_network >= self.held_from:
            raise ValueError("same_network must be below held_from: never an IP alone")


@frozen(kw_only=True)
class ReferralPolicy:
    """All numbers of referrals.

    Attributes:
        invite_seconds: How long an invite can be taken up.
        open_invites_per_person: How many invites of a person may be open at once.
        entry_seconds: How long after signing up a code can be entered.
        purchase_seconds: How long after signing up the purchase may come.
        hold_seconds: How long a reward is held at least; longer where the plan is.
        tier_starts: The ordinals from which each bonus tier holds, rising from 1.
        tier_percents: What each tier makes of the referrer's base reward.
        window_seconds: The window of `window_rewards`.
        window_rewards: How many purchases are rewarded within it.
        rewards_in_all: How many are rewarded at all.
        inr: What a referral is worth in Indian rupees.
        usd: The same in US dollars.
        scores: What signs of fraud weigh.
    """

    invite_seconds: int = field(default=30 * _ONE_DAY_SECONDS, validator=_window)
    open_invites_per_person: int = field(default=200, validator=between(1, 10_000))
    entry_seconds: int = field(default=72 * _ONE_HOUR_SECONDS, validator=_window)
    purchase_seconds: int = field(default=90 * _ONE_DAY_SECONDS, validator=_window)
    hold_seconds: int = field(
        default=7 * _ONE_DAY_SECONDS, validator=between(0, 3660 * _ONE_DAY_SECONDS)
    )
    tier_starts: tuple[int, ...] = field(default=(1, 3, 10, 25), validator=_tier_starts)
    tier_percents: tuple[int, ...] = field(default=(100, 125, 150, 200), validator=_tier_percents)
    window_seconds: int = field(default=30 * _ONE_DAY_SECONDS, validator=_window)
    window_rewards: int = field(default=20, validator=between(0, 10_000))
    rewards_in_all: int = field(default=100, validator=between(0, 100_000))
    inr: CurrencyTerms = CurrencyTerms(
        referrer_minor=10_000, referee_minor=5_000, minimum_purchase_minor=5_000
    )
    usd: CurrencyTerms = CurrencyTerms(
        referrer_minor=200, referee_minor=100, minimum_purchase_minor=100
    )
    scores: ScorePolicy = ScorePolicy()

    def __attrs_post_init__(self) -> None:
        if len(self.tier_starts) != len(self.tier_percents):
            raise ValueError("tier_starts and tier_percents must name the same tiers")

    def terms(self, currency: str) -> CurrencyTerms | None:
        """Give what a referral is worth in a currency; None where it is worth nothing."""
        return {"INR": self.inr, "USD": self.usd}.get(currency)
