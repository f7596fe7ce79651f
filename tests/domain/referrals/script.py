"""Referrals of one referrer, played from a script."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID

import attrs
from attrs import define, field

from domain.referrals.commands import (
    Buy,
    Decide,
    EndHold,
    Redeem,
    ReferralCommand,
    TakeBack,
    decide,
    due_at,
)
from domain.referrals.events import ReferralChange, ReferralInvited
from domain.referrals.kinds import (
    Counted,
    Method,
    Purchase,
    Source,
    TakenBackFor,
    Verdict,
)
from domain.referrals.policy import ReferralPolicy
from domain.referrals.redeeming import Judgement, Redemption, Signals, judge
from domain.referrals.referrals import (
    Held,
    Invited,
    Joined,
    Qualified,
    Referral,
    Rejected,
    Reversed,
    evolve,
    invited,
)
from domain.shared.ids import PaymentId, PersonId, ReferralId
from domain.shared.money import Money

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
REFERRER = PersonId(UUID(int=1))
POLICY = ReferralPolicy()
VERSION = "v1"


def person(number: int) -> PersonId:
    return PersonId(UUID(int=1000 + number))


def referral(number: int, at: datetime = START) -> Invited:
    event = ReferralInvited(
        at=at,
        person_id=REFERRER,
        policy_version=VERSION,
        referral_id=ReferralId(UUID(int=5000 + number)),
        method=Method.LINK,
        source=Source.SMS,
        expires_at=at + timedelta(seconds=POLICY.invite_seconds),
    )
    return invited(event, token=f"token-{number}")


def redemption(**more: object) -> Redemption:
    plain = Redemption(
        same_person=False,
        usable=True,
        signed_up_at=START,
        is_payer=False,
        is_referred=False,
        is_ancestor=False,
        referrer_active=True,
        signals=Signals(),
    )
    return attrs.evolve(plain, **more)  # type: ignore[arg-type]


def judged(**signals: object) -> Judgement:
    known = attrs.evolve(Signals(), **signals)  # type: ignore[arg-type]
    return judge(redemption(signals=known), POLICY, START)


def purchase(
    number: int, at: datetime, amount: int = 49_900, currency: str = "INR", plan: int = 0
) -> Purchase:
    return Purchase(
        payment_id=PaymentId(UUID(int=9000 + number)),
        settled_at=at,
        paid=Money(amount, currency),
        plan_seconds=plan,
    )


@define
class Script:
    """A referral, the time, and all that happened to it."""

    now: datetime = START
    referral: Referral = field(factory=lambda: referral(0))
    events: list[ReferralChange] = field(factory=list)
    policy: ReferralPolicy = POLICY

    def put(self, command: ReferralCommand) -> "Script":
        events = decide(self.referral, command, self.policy, VERSION, self.now)
        self.referral = reduce(evolve, events, self.referral)
        self.events.extend(events)
        return self

    def wait(self, time: timedelta) -> "Script":
        self.now += time
        return self

    def redeem(self, judgement: Judgement | None = None) -> "Script":
        judgement = judgement or judge(redemption(), self.policy, self.now)
        return self.put(Redeem(referee_id=person(0), signed_up_at=START, judgement=judgement))

    def buy(self, number: int = 0, at: datetime | None = None, **more: object) -> "Script":
        return self.put(Buy(purchase=purchase(number, at or self.now, **more)))  # type: ignore[arg-type]

    def take_back(
        self, number: int = 0, cause: TakenBackFor = TakenBackFor.REFUND, **more: int
    ) -> "Script":
        return self.put(
            TakeBack(
                payment_id=PaymentId(UUID(int=9000 + number)), at=self.now, cause=cause, **more
            )
        )

    def end_hold(self, *others: Counted, **more: bool) -> "Script":
        return self.put(EndHold(counted=others, **more))

    def review(self, verdict: Verdict) -> "Script":
        return self.put(Decide(verdict=verdict, by="ana@example.org", why="Looked at it."))

    @property
    def joined(self) -> Joined:
        assert isinstance(self.referral, Joined)
        return self.referral


def counted(referrals: Iterable[Referral]) -> tuple[Counted, ...]:
    """Give the purchases that count for the referrer, as a store reads them."""
    found = []
    for known in referrals:
        if isinstance(known, Reversed | Rejected) or not isinstance(known, Held | Qualified):
            continue
        if known.purchase is not None:
            rewarded = hasattr(known, "rewarded_at")
            found.append(Counted(place=known.purchase.place, rewarded=rewarded))
    return tuple(found)


@define
class Book:
    """All referrals of one referrer: each referee buys, and holds end when their time comes."""

    policy: ReferralPolicy = POLICY
    referrals: dict[int, Referral] = field(factory=dict)
    rewarded: list[tuple[int, ReferralChange]] = field(factory=list)

    def join(self, numbers: Iterable[int]) -> "Book":
        judgement = judge(redemption(), self.policy, START)
        for number in numbers:
            self.referrals[number] = referral(number)
            came = Redeem(referee_id=person(number), signed_up_at=START, judgement=judgement)
            self.put(number, came, START)
        return self

    def put(self, number: int, command: ReferralCommand, now: datetime) -> None:
        known = self.referrals[number]
        events = decide(known, command, self.policy, VERSION, now)
        self.referrals[number] = reduce(evolve, events, known)
        self.rewarded.extend((number, event) for event in events)

    def settle(self, until: datetime) -> None:
        """End the holds that are over by an instant, each at its own time."""
        while True:
            due = [
                (at, number)
                for number, known in self.referrals.items()
                if isinstance(known, Qualified)
                and (at := due_at(known)) is not None
                and at <= until
            ]
            if not due:
                return
            at, number = min(due)
            self.put(number, EndHold(counted=counted(self.referrals.values())), at)
