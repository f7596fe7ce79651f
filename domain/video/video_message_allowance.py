"""How many video messages a person may send now, and why; rules page video."""

from collections.abc import Iterator
from datetime import date, datetime

from attrs import frozen

from ..shared.calendar import next_midnight, utc_text
from ..shared.decisions import Reason, Verdict, actions_in_words, verdicts
from ..shared.errors import UnitsNeededError
from ..shared.money import Money
from ..shared.prices import discounted
from .video_message_policy import CreditBundle, VideoMessagePolicy

RULE = "video_message_units"


class VideoCreditsNeededError(UnitsNeededError):
    """Neither free units nor credits are left for all that would be sent."""

    code = "video_credits_needed"


@frozen(kw_only=True)
class VideoMessageFacts:
    """All that the rule looks at.

    Attributes:
        day: The date that the units would count for.
        timezone: The sender's zone, which ends that day.
        free_used: Free units of that date that are taken, in all conversations.
        credits: Credits that can be spent.
        debt: Credits that a purchase would repay first.
        needed: Units that the send needs: one for each recipient.
        discount_percent: By how much the person's reward lowers the bundles' prices.
    """

    day: date
    timezone: str
    free_used: int
    credits: int
    debt: int
    needed: int
    discount_percent: int


@frozen(kw_only=True)
class BundleOffer:
    """A bundle of credits as the person could buy it now.

    Attributes:
        action: Stable and snake_case, such as `buy_5_video_credits`.
        credits: How many credits it is.
        prices: What it costs now, in each currency.
        full_prices: What it costs without the discount.
        discount_percent: By how much it is cheaper.
        available: Units that there would be after it, what is owed repaid.
    """

    action: str
    credits: int
    prices: tuple[Money, ...]
    full_prices: tuple[Money, ...]
    discount_percent: int
    available: int


@frozen(kw_only=True)
class UnitUnlocker:
    """Something a person could do now, and the units that they would then have today.

    Attributes:
        action: Stable and snake_case, such as `buy_5_video_credits`.
        available: Units, after it.
    """

    action: str
    available: int


@frozen
class VideoMessageAllowance:
    """The decision on one more send.

    Attributes:
        facts: What the rule looked at.
        policy: The numbers it was held against.
        policy_version: Their version.
        standing: Reasons of the rules that have their say first.
    """

    facts: VideoMessageFacts
    policy: VideoMessagePolicy
    policy_version: str
    standing: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may be sent."""
        return self.enough and all(reason.satisfied for reason in self.standing)

    @property
    def enough(self) -> bool:
        """Whether there are as many units as are needed."""
        return self.available >= self.needed

    @property
    def needed(self) -> int:
        """Units that the send needs: one for each recipient."""
        return self.facts.needed

    @property
    def available(self) -> int:
        """Units there are, free ones and credits."""
        return self.free_remaining + self.credits

    @property
    def free_limit(self) -> int:
        """Free units of a date."""
        return self.policy.free_per_day

    @property
    def free_used(self) -> int:
        """Free units of this date that are taken."""
        return self.facts.free_used

    @property
    def free_remaining(self) -> int:
        """Free units of this date that are left, at least 0."""
        return max(0, self.free_limit - self.free_used)

    @property
    def credits(self) -> int:
        """Credits that can be spent."""
        return self.facts.credits

    @property
    def debt(self) -> int:
        """Credits that a purchase would repay first."""
        return self.facts.debt

    @property
    def counting_on(self) -> date:
        """The day."""
        return self.facts.day

    @property
    def resets_at(self) -> datetime:
        """When the day is over, and there are free units anew where any are given."""
        return next_midnight(self.facts.day, self.facts.timezone)

    @property
    def bundles(self) -> tuple[BundleOffer, ...]:
        """What is sold, the smallest bundle first."""
        return tuple(self._offer(bundle) for bundle in self.policy.bundles)

    @property
    def unlockers(self) -> tuple[UnitUnlocker, ...]:
        """What would raise the units there are now."""
        return tuple(
            UnitUnlocker(action=offer.action, available=offer.available)
            for offer in self.bundles
            if offer.available > self.available
        )

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """One for each rule."""
        return (*self.standing, self.unit_reason)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What each rule said, without the work of explaining it."""
        return (*verdicts(self.standing), (RULE, self.enough))

    @property
    def unit_reason(self) -> Reason:
        """What the units themselves say."""
        return Reason(
            rule=RULE,
            satisfied=self.enough,
            detail=(
                f"{self.needed} needed; {self.free_remaining} of {self.free_limit} free units "
                f"for {self.counting_on.isoformat()} and {self.credits} credits are left."
            ),
            inputs={
                "free_used": self.free_used,
                "free_remaining": self.free_remaining,
                "credits": self.credits,
                "debt": self.debt,
                "needed": self.needed,
            },
            threshold=self.available,
            changes_at=self.resets_at if self.free_limit else None,
            changed_by=tuple(self._what_suffices()),
        )

    def _offer(self, bundle: CreditBundle) -> BundleOffer:
        percent = self.facts.discount_percent
        full = tuple(Money(amount, currency) for currency, amount in bundle.prices.items())
        return BundleOffer(
            action=f"buy_{bundle.credits}_video_credits",
            credits=bundle.credits,
            prices=tuple(
                Money(discounted(price.amount_minor, percent), price.currency) for price in full
            ),
            full_prices=full,
            discount_percent=percent,
            available=self.available + max(0, bundle.credits - self.debt),
        )

    def _what_suffices(self) -> Iterator[str]:
        for unlocker in self.unlockers:
            if not self.enough and unlocker.available >= self.needed:
                yield unlocker.action


def require(decision: VideoMessageAllowance) -> None:
    """Refuse if this rule does.

    Raises:
        VideoCreditsNeededError: There are fewer units than are needed.
    """
    if decision.enough:
        return
    reason = decision.unit_reason
    ways = actions_in_words(reason.changed_by)
    if decision.free_limit + decision.credits >= decision.needed:
        ways.insert(0, f"wait until {utc_text(decision.resets_at)} for free units")
    advice = f" To send it: {' or '.join(ways)}." if ways else ""
    raise VideoCreditsNeededError(f"{reason.detail}{advice}", decision.reasons, decision)
