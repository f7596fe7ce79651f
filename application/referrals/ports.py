"""What the use cases of referrals need of a store and of other contexts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from attrs import frozen

from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.referrals.codes import ReferralCode
from domain.referrals.kinds import Counted
from domain.referrals.referrals import Referral
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId, ReferralId
from domain.shared.money import Money


@frozen(kw_only=True)
class Party:
    """A person, as far as referrals need to know them.

    Attributes:
        id: Theirs.
        active: They are neither suspended nor deleted.
        deleted: They were erased.
        registered_at: When they signed up.
        email: Theirs, if known.
        phone_number: Theirs, if known.
    """

    id: PersonId
    active: bool
    deleted: bool
    registered_at: datetime
    email: str | None
    phone_number: str | None


class Parties(Protocol):
    """The persons who refer and are referred."""

    async def get(self, person_id: PersonId) -> Party | None:
        """Give a person, if there is one of this id."""
        ...

    async def lock(self, person_ids: Collection[PersonId]) -> Mapping[PersonId, Party]:
        """Give those of these persons that exist, by their ids.

        Nobody else changes them until the transaction ends.
        """
        ...


class ReferralCodes(Protocol):
    """The codes."""

    async def get(self, code: str) -> ReferralCode | None:
        """Give a code, whether or not it is active."""
        ...

    async def active(self, person_id: PersonId) -> ReferralCode | None:
        """Give the one code of a person's that was not deactivated."""
        ...

    async def add(self, code: ReferralCode, events: Iterable[OutboxEvent]) -> bool:
        """Add a code; give False, and write nothing, where the code exists already.

        A person has one that was not deactivated.
        """
        ...

    async def end(self, code: ReferralCode, events: Iterable[OutboxEvent]) -> None:
        """Keep that a code was deactivated.

        Raises:
            ConcurrentUpdateError: It was before.
        """
        ...


class Referrals(Protocol):
    """The referrals, each by itself."""

    async def get(self, referral_id: ReferralId) -> Referral | None:
        """Give a referral, if there is one of this id."""
        ...

    async def by_token(self, token: str) -> Referral | None:
        """Give the referral that an invite with this token began."""
        ...

    async def of_referee(self, referee_id: PersonId) -> Referral | None:
        """Give the one referral by which a person came."""
        ...

    async def record(
        self, before: Referral, events: Iterable[OutboxEvent], *, new: bool = False
    ) -> Referral:
        """Write what events make of a referral, and give it.

        Args:
            before: The referral, or with `new` what its first event made of it.
            events: What happened, in order.
            new: There is none of this id yet.

        Raises:
            ConcurrentUpdateError: The referral is no longer as `before`, or the referee came
                by another one in the meantime.
        """
        ...


class ReferralBook(Protocol):
    """The referrals of a referrer together."""

    async def counted(self, referrer_id: PersonId, at: datetime) -> tuple[Counted, ...]:
        """Give the purchases that were not rejected or reversed by an instant."""
        ...

    async def open_invites(self, referrer_id: PersonId) -> int:
        """Give how many invites nobody took up yet."""
        ...

    async def sign_ups_since(self, referrer_id: PersonId, since: datetime) -> int:
        """Give how many persons entered a code or token of the referrer's after an instant."""
        ...

    async def root(self, person_id: PersonId) -> PersonId:
        """Give the first one of the chain that a person came by."""
        ...


class DueReferrals(Protocol):
    """The referrals that time has something to do with."""

    async def due(
        self, now: datetime, after: Position | None, limit: int
    ) -> tuple[tuple[datetime, ReferralId], ...]:
        """Give referrals that are due, the first one first, and when each was."""
        ...

    async def first_after(self, now: datetime) -> datetime | None:
        """Give when there is next something to do after an instant, if there is."""
        ...


class TraceKind(StrEnum):
    """What a person can be known again by."""

    MAILBOX = "mailbox"
    PHONE = "phone"
    DEVICE = "device"
    NETWORK = "network"
    PAYMENT = "payment"


@frozen
class Trace:
    """Something that a person can be known again by, and that nobody can read.

    Attributes:
        kind: What it is.
        digest: Its digest under the pepper.
    """

    kind: TraceKind
    digest: bytes


class Traces(Protocol):
    """What persons who are referred can be known again by."""

    async def note(self, person_id: PersonId, traces: Collection[Trace]) -> None:
        """Keep traces of a person."""
        ...

    async def shared(
        self, referrer_id: PersonId, referee_id: PersonId, traces: Collection[Trace]
    ) -> frozenset[TraceKind]:
        """Give the kinds of those traces that the referrer has, or others whom they referred."""
        ...

    async def common(self, referrer_id: PersonId, referee_id: PersonId, kind: TraceKind) -> bool:
        """Tell whether the two have a trace of a kind in common."""
        ...


class Payers(Protocol):
    """When persons first paid."""

    async def first_paid_at(self, person_id: PersonId) -> datetime | None:
        """Give when a person first paid; None if they never did."""
        ...

    async def note(self, person_id: PersonId, paid_at: datetime) -> None:
        """Keep that a locked person paid, if that was earlier than what is known."""
        ...


class PastPerson(Protocol):
    """A person who was erased."""

    @property
    def person_id(self) -> PersonId:
        """Their id, which is all that is left of them."""
        ...


class PastPersons(Protocol):
    """Those who were erased, known again by their address and by nothing else."""

    async def of_email(self, email_hash: bytes) -> Sequence[PastPerson]:
        """Give those who had the address that a hash is of."""
        ...


class FamilyTies(Protocol):
    """Who is of one family."""

    async def between(self, one: PersonId, other: PersonId) -> bool:
        """Tell whether two persons are."""
        ...


class AccountCredits(Protocol):
    """Account credit, to which rewards are paid."""

    async def grant(self, person_id: PersonId, amount: Money, key: str, reason: str) -> None:
        """Give a person credit, in the running transaction; a key is given for once."""
        ...

    async def take_back(self, person_id: PersonId, amount: Money, key: str, reason: str) -> int:
        """Take credit back, in the running transaction; a key is taken back for once.

        Gives how much of it had been used, in minor units: so much the person owes now.
        """
        ...


@frozen(kw_only=True)
class ReferralTotals:
    """What a person's referrals add up to.

    Attributes:
        referral_count: How many of them are rewarded.
        referred_by: By whom the person came, if by anybody.
        credits_earned: What they were given and may keep, by currency.
        pending: How many await their purchase or a review.
        qualified: How many are in their hold.
    """

    referral_count: int
    referred_by: PersonId | None
    credits_earned: tuple[Money, ...]
    pending: int
    qualified: int


class ReferralRecords(Protocol):
    """The referrals, to be read."""

    async def made_by(
        self, referrer_id: PersonId, after: Position | None, limit: int
    ) -> Page[Referral]:
        """Give a person's referrals, the newest first."""
        ...

    async def held(self, after: Position | None, limit: int) -> Page[Referral]:
        """Give the referrals that are held for review, the one that waits longest first."""
        ...

    async def totals(self, person_id: PersonId) -> ReferralTotals:
        """Give what a person's referrals add up to."""
        ...


@frozen(kw_only=True)
class ReferrerFigures:
    """What a referrer's invites of some time came to.

    Attributes:
        referrer_id: Whose.
        referrals: How many there were.
        sign_ups: By how many of them somebody came.
        purchases: By how many of them somebody bought.
        rewards: What the referrer got for them and may keep, by currency.
        mean_seconds_to_convert: From signing up to the purchase, floored.
    """

    referrer_id: PersonId
    referrals: int
    sign_ups: int
    purchases: int
    rewards: tuple[Money, ...]
    mean_seconds_to_convert: int | None


@frozen(kw_only=True)
class FunnelStep:
    """What the invites of one method and source came to.

    Attributes:
        method: By what they were passed on.
        source: Where; None where that is not known.
        invited: How many there were.
        signed_up: By how many of them somebody came.
        purchased: By how many somebody bought.
        rewarded: How many are rewarded.
    """

    method: str
    source: str | None
    invited: int
    signed_up: int
    purchased: int
    rewarded: int


class ReferralFigures(Protocol):
    """What referrals come to, for the app."""

    async def by_referrer(
        self, since: datetime, after: PersonId | None, limit: int
    ) -> tuple[ReferrerFigures, ...]:
        """Give the figures of referrers with invites since an instant, by their ids."""
        ...

    async def funnel(self, since: datetime) -> tuple[FunnelStep, ...]:
        """Give the funnel of the invites since an instant."""
        ...


def no_such_referral() -> NotFoundError:
    """Give the error for a referral that is absent."""
    return NotFoundError("There is no such referral; check the id.")
