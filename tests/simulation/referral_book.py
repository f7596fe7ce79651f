"""What must hold of every event about referrals, at the moment it is told: worked out anew.

Ordinals, tiers and caps are counted from the events; the money that each side got and gave back
is held against the moves of account credit.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from attrs import define, field

from domain.billing.events import CreditSource
from domain.identity.events import PersonErased
from domain.referrals.events import (
    ReferralExpired,
    ReferralInvited,
    ReferralPurchased,
    ReferralRejected,
    ReferralReversed,
    ReferralReviewed,
    ReferralRewardApplied,
    ReferralRewardClaimed,
    ReferralRewarded,
    ReferralSignedUp,
)
from domain.shared.events import Event
from domain.shared.ids import PersonId, ReferralId, ReferralRewardId
from tests.simulation.shop_book import ShopBook

IN_WINDOW, WINDOW, IN_ALL = 2, timedelta(days=30), 5
"""The caps of `rulebook.toml`, low enough to be reached within a year."""
TIERS = ((5, 4, 200), (4, 3, 150), (2, 2, 125), (1, 1, 100))
"""From which ordinal on which tier holds, and its percent of the base."""
BASE = {"INR": (10_000, 5_000), "USD": (200, 100)}
MINIMUM = {"INR": 5_000, "USD": 100}
ENTERED_WITHIN, BOUGHT_WITHIN = timedelta(hours=72), timedelta(days=90)
HELD_FOR = timedelta(days=7)

_NEXT = {
    "invited": {"signed_up", "held", "expired"},
    "signed_up": {"qualified", "held", "rejected", "expired"},
    "held": {"signed_up", "qualified", "held", "rejected", "expired"},
    "qualified": {"qualified", "held", "rewarded", "rejected"},
    "rewarded": {"reversed"},
}


@define
class ReferralLog:
    referrer_id: PersonId
    state: str = "invited"
    referee_id: PersonId | None = None
    purchase_by: datetime | None = None
    place: tuple[datetime, UUID] | None = None
    hold_ends_at: datetime | None = None
    currency: str = ""
    rewards: tuple[int, int] | None = None


@define
class ReferralBook:
    """Referrals by the events alone."""

    shop: ShopBook
    referrals: dict[ReferralId, ReferralLog] = field(factory=dict)
    referred: dict[PersonId, PersonId] = field(factory=dict)
    claimed: set[tuple[PersonId, ReferralRewardId]] = field(factory=set)
    applied: set[tuple[PersonId, ReferralRewardId]] = field(factory=set)
    erased: set[PersonId] = field(factory=set)

    def take(self, event: Event) -> Iterator[str]:
        """Take an event in, and give a line for what does not hold of it."""
        taken = _TAKEN.get(type(event))
        return iter(()) if taken is None else taken(self, event)

    def rewarded(self, person_id: PersonId) -> int:
        """Count a person's referrals that are rewarded."""
        return sum(
            log.referrer_id == person_id and log.state == "rewarded"
            for log in self.referrals.values()
        )

    def _become(self, referral_id: ReferralId, state: str) -> Iterator[str]:
        log = self.referrals[referral_id]
        if state not in _NEXT.get(log.state, ()):
            yield f"referral {referral_id} became {state} after {log.state}"
        log.state = state

    def _invited(self, event: ReferralInvited) -> Iterator[str]:
        if event.referral_id in self.referrals:
            yield f"invited twice: {event}"
        self.referrals[event.referral_id] = ReferralLog(event.person_id)

    def _reviewed(self, event: ReferralReviewed) -> Iterator[str]:
        log = self.referrals[event.referral_id]
        if log.state != "held":
            yield f"reviewed what was not held: {event}"
        after = "signed_up" if log.place is None else "qualified"
        rejected = event.verdict.value == "reject"
        yield from self._become(event.referral_id, "rejected" if rejected else after)

    def _rejected(self, event: ReferralRejected) -> Iterator[str]:
        yield from self._become(event.referral_id, "rejected")

    def _expired(self, event: ReferralExpired) -> Iterator[str]:
        yield from self._become(event.referral_id, "expired")

    def _left(self, event: PersonErased) -> Iterator[str]:
        self.erased.add(event.person_id)
        yield from ()

    def _signed_up(self, event: ReferralSignedUp) -> Iterator[str]:
        log, referee_id = self.referrals[event.referral_id], event.referee_id
        yield from self._become(event.referral_id, "held" if event.held else "signed_up")
        log.referee_id, log.purchase_by = referee_id, event.purchase_by
        if referee_id in self.referred:
            yield f"came by two referrals: {event}"
        self.referred[referee_id] = log.referrer_id
        above, seen = log.referrer_id, {referee_id}
        while above not in seen:
            seen.add(above)
            above = self.referred.get(above, above)
        if above == referee_id:
            yield f"a ring of referrals: {event}"
        if not timedelta() <= event.at - event.signed_up_at < ENTERED_WITHIN:
            yield f"entered too late: {event}"
        if event.purchase_by != event.signed_up_at + BOUGHT_WITHIN:
            yield f"another time to buy: {event}"
        paid = (it for it in self.shop.settled.values() if it.person_id == referee_id)
        if any(it.amount_minor > 0 and it.settled_at < event.at for it in paid):
            yield f"had bought before: {event}"

    def _purchased(self, event: ReferralPurchased) -> Iterator[str]:
        log, purchase = self.referrals[event.referral_id], event.purchase
        yield from self._become(event.referral_id, "held" if event.held else "qualified")
        if log.place is not None and purchase.place >= log.place:
            yield f"not an earlier purchase than {log.place}: {event}"
        log.place, log.hold_ends_at = purchase.place, event.hold_ends_at
        log.currency = purchase.paid.currency
        settled = self.shop.settled.get(purchase.payment_id)
        if settled is None or (settled.person_id, settled.amount_minor, settled.settled_at) != (
            log.referee_id,
            purchase.paid.amount_minor,
            purchase.settled_at,
        ):
            yield f"no such payment of theirs: {event}"
            return
        lasts = timedelta()
        if settled.plan_ends_at is not None:
            lasts = settled.plan_ends_at - settled.settled_at
            lasts -= timedelta(microseconds=lasts.microseconds)
        if event.hold_ends_at != settled.settled_at + max(HELD_FOR, lasts):
            yield f"another hold than of {settled}: {event}"
        least, by = MINIMUM[settled.currency], log.purchase_by
        if settled.amount_minor < least or by is None or settled.settled_at > by:
            yield f"too little, or too late: {event}"

    def _rewarded(self, event: ReferralRewarded) -> Iterator[str]:
        log = self.referrals[event.referral_id]
        counted = [
            it
            for it in self.referrals.values()
            if it.referrer_id == log.referrer_id
            and it.place is not None
            and it.state in {"held", "qualified", "rewarded"}
        ]
        yield from self._become(event.referral_id, "rewarded")
        place, ends = log.place, log.hold_ends_at
        if place is None or ends is None or event.at < ends:
            yield f"rewarded before {ends}: {event}"
            return
        if self.shop.is_back(place[1]):  # type: ignore[arg-type]
            yield f"rewarded for what was given back: {event}"
        ordinal = sum(it.place <= place for it in counted if it.place is not None)
        tier, percent = next((tier, much) for least, tier, much in TIERS if ordinal >= least)
        first, second = BASE[log.currency]
        known = event.referee_id not in self.erased
        wanted = (ordinal, tier, first * percent // 100, second if known else 0)
        got = (event.referrer_reward.amount_minor, event.referee_reward.amount_minor)
        if (event.ordinal, event.bonus_tier, *got) != wanted:
            yield f"expected {wanted}: {event}"
        log.rewards = got
        taken = [it for it in counted if it.state == "rewarded"]
        times = sorted(it.place[0] for it in taken if it.place is not None)
        crowd = max(sum(at <= it < at + WINDOW for it in times) for at in times)
        if len(taken) > IN_ALL or crowd > IN_WINDOW:
            yield f"{len(taken)} are rewarded, {crowd} in a window: {event}"

    def _reversed(self, event: ReferralReversed) -> Iterator[str]:
        yield from self._become(event.referral_id, "reversed")
        log = self.referrals[event.referral_id]
        if log.place is None or not (
            self.shop.refunded[log.place[1]]  # type: ignore[index]
            or log.place[1] in self.shop.charged_back
        ):
            yield f"nothing was taken back: {event}"

    def _milestone(self, event: ReferralRewardClaimed | ReferralRewardApplied) -> Iterator[str]:
        name = (event.person_id, event.reward_id)
        if isinstance(event, ReferralRewardClaimed):
            if name in self.claimed:
                yield f"claimed twice: {event}"
            self.claimed.add(name)
            return
        if name in self.applied or name not in self.claimed:
            yield f"applied twice, or unclaimed: {event}"
        self.applied.add(name)

    def unsettled_money(self) -> Iterator[str]:
        """Hold what each side got against the moves of account credit, once all is drained."""
        for referral_id, log in self.referrals.items():
            for side, place in (("referrer", 0), ("referee", 1)):
                key = (CreditSource.REFERRAL, f"referral:{referral_id}:{side}")
                booking = self.shop.bookings.get(key)
                due = log.rewards[place] if log.rewards else 0
                if (booking.amount if booking else 0) != due:
                    yield f"the {side} of {referral_id} was to get {due}, and got {booking}"
                elif booking is not None and booking.in_force is not (log.state == "rewarded"):
                    yield f"{referral_id} is {log.state}, and the {side} has {booking}"


_TAKEN: dict[type, Callable[[ReferralBook, Any], Iterator[str]]] = {
    ReferralInvited: ReferralBook._invited,
    ReferralSignedUp: ReferralBook._signed_up,
    ReferralPurchased: ReferralBook._purchased,
    ReferralReviewed: ReferralBook._reviewed,
    ReferralRewarded: ReferralBook._rewarded,
    ReferralRejected: ReferralBook._rejected,
    ReferralReversed: ReferralBook._reversed,
    ReferralExpired: ReferralBook._expired,
    ReferralRewardClaimed: ReferralBook._milestone,
    ReferralRewardApplied: ReferralBook._milestone,
    PersonErased: ReferralBook._left,
}
