"""Sign in by what came back from Google."""

import hmac
from datetime import datetime

from attrs import field, frozen

from application.identity.admit_person import PersonAdmitter
from application.identity.lock_persons import locked_persons
from application.identity.open_session import SessionOpener, SignInResult
from application.identity.ports import (
    EmailTakenError,
    GoogleAttempts,
    GoogleLinks,
    GoogleProvider,
    Persons,
    PersonsByEmail,
)
from application.identity.start_google import google_nonce, google_verifier, require_set_up
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.shared.transaction import ConcurrentUpdateError, Transactions
from domain.identity.digests import secret_digest
from domain.identity.google import (
    GoogleAccount,
    GoogleAttempt,
    GoogleLink,
    linked_elsewhere,
    not_linked,
    not_verified,
    spent,
)
from domain.identity.guests import is_guest, not_merged
from domain.identity.pepper import Pepper
from domain.identity.persons import Person
from domain.identity.profile import Profile, mailbox
from domain.identity.sessions import SessionOrigin, login_session
from domain.shared.ids import PersonId

_NAMELESS = "Guest"


@frozen(kw_only=True)
class FinishGoogleRequest:
    """What came back, and the nonce of the client that began."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    nonce: str = field(repr=False)


@frozen
class _Admitted:
    person: Person
    created: bool = False
    claimed: bool = False


@frozen
class FinishGoogle:
    """Takes an attempt once, asks Google, and signs in the account's person."""

    transactions: Transactions
    provider: GoogleProvider | None
    attempts: GoogleAttempts
    links: GoogleLinks
    persons: Persons
    by_email: PersonsByEmail
    admit: PersonAdmitter
    open_session: SessionOpener
    clock: Clock
    pepper: Pepper
    rulebook: Rulebook

    async def __call__(self, request: FinishGoogleRequest) -> SignInResult:
        """Sign in, and give the session with its token.

        Raises:
            GoogleAttemptSpentError: The attempt was finished, is too old, or another client's.
            GoogleRefusedError: Google does not vouch for what came back.
            GoogleNotLinkedError: The account cannot be taken for the person of its address.
            GuestNotMergedError: A guest's account proves the address of another person.
            PersonSuspendedError: The person may not act.
            GoogleNotSetUpError: Signing in with Google is off.
            GoogleUnavailableError: Google does not answer.
        """
        provider = require_set_up(self.provider)
        now = await self.clock.now()
        attempt = await self.attempts.take(secret_digest(request.state))
        if attempt is None or now >= attempt.expires_at:
            raise spent()
        if not hmac.compare_digest(attempt.nonce_digest, secret_digest(request.nonce)):
            raise spent()
        account = await provider.account(
            code=request.code,
            nonce=google_nonce(self.pepper, request.state),
            verifier=google_verifier(self.pepper, request.state),
        )

        async def work() -> SignInResult:
            try:
                return await self._sign_in(account, attempt, now)
            except EmailTakenError as error:
                raise ConcurrentUpdateError from error

        return await self.transactions.run(work)

    async def _sign_in(
        self, account: GoogleAccount, attempt: GoogleAttempt, now: datetime
    ) -> SignInResult:
        policy = self.rulebook.policies.identity.sign_in
        link = await self.links.get(account.issuer, account.subject)
        if link is None:
            admitted = await self._admit(account, attempt.person_id, now)
            await self.links.add(
                GoogleLink(
                    issuer=account.issuer,
                    subject=account.subject,
                    person_id=admitted.person.id,
                    linked_at=now,
                )
            )
        elif attempt.person_id in {None, link.person_id}:
            admitted = _Admitted(await self._locked(link.person_id))
        else:
            raise linked_elsewhere()
        opened = await self.open_session(
            admitted.person, SessionOrigin.GOOGLE, lambda new: login_session(new, policy, now)
        )
        return SignInResult(opened, admitted.created, admitted.claimed)

    async def _admit(
        self, account: GoogleAccount, starter_id: PersonId | None, now: datetime
    ) -> _Admitted:
        proven = account.proven_email
        known = None if account.email is None else await self.by_email.lock_by_email(account.email)
        if known is not None and mailbox(known.email or "") != mailbox(account.email or ""):
            # It only counts as theirs: the letters differ by more than case.
            proven = None
        starter = None if starter_id is None else await self._locked(starter_id)
        if starter is not None and not is_guest(starter):
            if not account.email_verified:
                raise not_verified()
            if proven is not None and known is not None and known.id != starter.id:
                raise linked_elsewhere()
            return _Admitted(starter)
        if starter is not None and proven is not None:
            if known is not None:
                raise not_merged()
            return _Admitted(await self.admit.claim(starter, proven, now), claimed=True)
        if known is not None:
            if proven is None:
                raise not_linked()
            return _Admitted(known)
        if starter is not None:
            return _Admitted(starter)
        # An address that Google does not run stays unset, until a code proves it.
        profile = Profile(name=account.name or _NAMELESS, email=proven)
        return _Admitted(await self.admit.register(profile, now), created=True)

    async def _locked(self, person_id: PersonId) -> Person:
        [person] = await locked_persons(self.persons, person_id)
        return person
