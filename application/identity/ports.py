"""What the use cases of identity need of a store, of other contexts, and of Google."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from attrs import frozen

from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.identity.blocks import Block
from domain.identity.code_limits import Tally
from domain.identity.erasure import Erasure
from domain.identity.google import GoogleAccount, GoogleAttempt, GoogleLink
from domain.identity.learning import LearningPreferences
from domain.identity.persons import Person
from domain.identity.reports import Report
from domain.identity.service_keys import ServiceKey
from domain.identity.sessions import LoginSession
from domain.identity.sign_in_codes import SignInCode
from domain.shared.errors import ConflictError
from domain.shared.ids import LoginSessionId, MessageId, PersonId, ServiceKeyId
from domain.shared.tiers import Tier


class EmailTakenError(ConflictError):
    """Another person has this email address."""

    code = "email_taken"


class Persons(Protocol):
    """The persons."""

    async def get(self, person_id: PersonId) -> Person | None:
        """Give a person, if there is one of this id."""
        ...

    async def lock(self, *person_ids: PersonId) -> tuple[Person, ...]:
        """Give those of these persons that exist, in the order of their ids.

        Nobody else changes them until the transaction ends.
        """
        ...

    async def add(self, person: Person, events: Iterable[OutboxEvent]) -> None:
        """Add a person.

        Raises:
            EmailTakenError: Another person has this email address.
        """
        ...

    async def save(self, before: Person, after: Person, events: Iterable[OutboxEvent]) -> Person:
        """Replace a person by a changed one; give it with its new version.

        Raises:
            EmailTakenError: Another person has this email address.
            ConcurrentUpdateError: The person is no longer as `before`.
        """
        ...


class Blocks(Protocol):
    """Who has blocked whom. A change also makes the two persons' versions rise."""

    async def add(self, block: Block, events: Iterable[OutboxEvent]) -> bool:
        """Add a block; tell whether it is new."""
        ...

    async def remove(
        self, blocker_id: PersonId, blocked_id: PersonId, events: Iterable[OutboxEvent]
    ) -> bool:
        """Remove a block; tell whether there was one."""
        ...

    async def between(self, one: PersonId, two: PersonId) -> bool:
        """Tell whether one of the two has blocked the other."""
        ...


class Preferences(Protocol):
    """What persons prefer as learners."""

    async def get(self, person_id: PersonId) -> LearningPreferences | None:
        """Give a person's preferences, once they have any."""
        ...

    async def save(self, preferences: LearningPreferences, events: Iterable[OutboxEvent]) -> None:
        """Keep a locked person's preferences in place of those before."""
        ...


class Erasures(Protocol):
    """The records of erasures."""

    async def get(self, person_id: PersonId) -> Erasure | None:
        """Give the record of a person's erasure, if they were erased."""
        ...

    async def add(self, erasure: Erasure) -> None:
        """Add a record."""
        ...

    async def of_email(self, email_hash: bytes) -> tuple[Erasure, ...]:
        """Give the erasures of those who had this address, the first one first."""
        ...


class PersonalData(Protocol):
    """A part of the store that holds what persons wrote or said of themselves."""

    async def erase(self, person_id: PersonId, at: datetime) -> None:
        """Erase what it holds of a locked person, in the running transaction."""
        ...


class PersonCalls(Protocol):
    """The calls that a person has open."""

    async def partners(self, person_id: PersonId) -> frozenset[PersonId]:
        """Give those with whom the person has an open call."""
        ...

    async def end(self, person_id: PersonId) -> None:
        """End the person's open calls; they and their partners are locked."""
        ...


class DatesAhead(Protocol):
    """What falls due on a person's own dates."""

    async def look_anew(self, person_id: PersonId, at: datetime) -> None:
        """Have it looked at as of an instant; its dates may begin earlier or later by now."""
        ...


@frozen(kw_only=True)
class PlanChange:
    """What a person's plans mean for their use.

    Attributes:
        tier: The highest tier but for passes.
        pass_tier: The highest of passes, if one runs.
        bank_frozen: The bank waits, as a renewal is overdue.
        bank_lost: What is free of the bank is gone, as the subscription is over.
    """

    tier: Tier
    pass_tier: Tier | None = None
    bank_frozen: bool = False
    bank_lost: bool = False


class PersonUsage(Protocol):
    """The use that is counted of a person, who is locked."""

    async def plan_changed(self, person_id: PersonId, plan: PlanChange) -> None:
        """Take in what the person's plans give them; from then on their use is counted."""
        ...

    async def moved(self, person_id: PersonId, timezone: str) -> None:
        """Take in that the person is in another zone."""
        ...

    async def left(self, person_id: PersonId) -> None:
        """Settle what goes on, and count nothing any more."""
        ...


class PersonBilling(Protocol):
    """What is paid for a person, who is locked."""

    async def left(self, person_id: PersonId) -> None:
        """Let nothing be renewed any more."""
        ...


class PairCalls(Protocol):
    """Ends what two persons have going on, when one shuts the other out."""

    async def __call__(self, one: PersonId, two: PersonId) -> None:
        """End the open calls of the two."""
        ...


class Reports(Protocol):
    """Reports of persons."""

    async def add(self, report: Report, events: Iterable[OutboxEvent]) -> None:
        """Add a report."""
        ...

    async def evidence_between(
        self, one: PersonId, two: PersonId, message_ids: Iterable[MessageId]
    ) -> frozenset[MessageId]:
        """Give those of the messages that stand in a conversation of the two."""
        ...

    async def page(
        self, reported_id: PersonId | None, after: Position | None, limit: int
    ) -> Page[Report]:
        """Give reports, the newest first, of one person or of all."""
        ...


class ServiceKeys(Protocol):
    """The service keys, by digest."""

    async def add(self, key: ServiceKey) -> None:
        """Add a key."""
        ...

    async def by_digest(self, digest: bytes) -> ServiceKey | None:
        """Give the key of this digest, if there is one."""
        ...

    async def all(self) -> tuple[ServiceKey, ...]:
        """Give all keys, the oldest first."""
        ...

    async def mark(
        self,
        key_id: ServiceKeyId,
        *,
        used_at: datetime | None = None,
        revoked_at: datetime | None = None,
    ) -> bool:
        """Set when a key was last used or was revoked; tell whether there is such a key."""
        ...


class CodeTallies(Protocol):
    """When addresses and clients were sent codes, and clients began attempts at Google."""

    async def lock(self, *subjects: bytes) -> dict[bytes, Tally]:
        """Give the tally of each subject; nobody else changes them until the transaction ends.

        They are held also where nothing was counted yet.
        """
        ...

    async def save(self, *tallies: Tally) -> None:
        """Replace locked tallies."""
        ...

    async def remove(self, subject: bytes) -> None:
        """Keep no tally of a subject any longer."""
        ...


class SignInCodes(Protocol):
    """The code of each address, if it has one."""

    async def put(self, code: SignInCode) -> None:
        """Keep a code; the one that its address had before is gone."""
        ...

    async def lock(self, nonce_digest: bytes) -> SignInCode | None:
        """Give the code of a login attempt; nobody else uses it until the transaction ends."""
        ...

    async def remove(self, nonce_digest: bytes) -> bool:
        """Make the code of a login attempt void; tell whether it was still there."""
        ...

    async def remove_of(self, address: bytes) -> None:
        """Make the code of an address void, if it has one."""
        ...


class PastSignIns(Protocol):
    """What signing in leaves behind, some at a time: what others are at work on stays for later."""

    async def forget_codes(self, before: datetime, limit: int) -> int:
        """Delete codes that were over by an instant, the first one first; tell how many."""
        ...

    async def forget_tallies(self, before: datetime, limit: int) -> int:
        """Delete tallies that count nothing after an instant; tell how many."""
        ...

    async def forget_google_attempts(self, before: datetime, limit: int) -> int:
        """Delete attempts that were over by an instant; tell how many."""
        ...

    async def lock_sessions(self, before: datetime, limit: int) -> tuple[LoginSession, ...]:
        """Give sessions that were over by an instant, and hold them until the transaction ends."""
        ...


class LoginSessions(Protocol):
    """The login sessions of persons."""

    async def lock(self, person_id: PersonId) -> tuple[LoginSession, ...]:
        """Give all sessions of a person, also those whose time is over."""
        ...

    async def add(self, session: LoginSession, events: Iterable[OutboxEvent]) -> None:
        """Add a session."""
        ...

    async def remove(
        self, session_ids: Iterable[LoginSessionId], events: Iterable[OutboxEvent]
    ) -> None:
        """End sessions: their tokens are taken no longer."""
        ...


class SessionTokens(Protocol):
    """Finds out whose a token is."""

    async def by_digest(self, digest: bytes) -> LoginSession | None:
        """Give the session of a token, unless its person may not act."""
        ...

    async def touch(self, session: LoginSession) -> None:
        """Note when a session was used, unless it has ended meanwhile."""
        ...


class PersonsByEmail(Protocol):
    """Finds persons by what they proved to be theirs."""

    async def lock_by_email(self, email: str) -> Person | None:
        """Give the person of an address; nobody else changes them until the transaction ends."""
        ...


class GoogleProvider(Protocol):
    """Google, or whoever speaks OpenID Connect as it does. Never used inside a transaction."""

    async def url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Give where to send a person to sign in.

        Raises:
            GoogleUnavailableError: The provider does not answer.
        """
        ...

    async def account(self, *, code: str, nonce: str, verifier: str) -> GoogleAccount:
        """Give the account that a code which came back stands for.

        Raises:
            GoogleRefusedError: The provider does not vouch for it.
            GoogleUnavailableError: The provider does not answer.
        """
        ...


class GoogleAttempts(Protocol):
    """Attempts that were sent to Google."""

    async def add(self, attempt: GoogleAttempt) -> None:
        """Keep an attempt."""
        ...

    async def take(self, state_digest: bytes) -> GoogleAttempt | None:
        """Give an attempt, once: it is gone then."""
        ...


class GoogleLinks(Protocol):
    """The persons whom Google accounts sign in."""

    async def get(self, issuer: str, subject: str) -> GoogleLink | None:
        """Give the link of an account, if it has one."""
        ...

    async def add(self, link: GoogleLink) -> None:
        """Add a link.

        Raises:
            ConcurrentUpdateError: The account has one by now.
        """
        ...
