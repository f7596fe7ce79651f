"""Begin to sign in with Google."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from attrs import field, frozen

from application.identity.ports import CodeTallies, GoogleAttempts, GoogleProvider, Persons
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.code_limits import attempt_windows, counted_attempt
from domain.identity.digests import secret_digest
from domain.identity.google import ATTEMPT_SECONDS, GoogleAttempt, GoogleNotSetUpError
from domain.identity.guests import is_guest
from domain.identity.pepper import Pepper
from domain.identity.sessions import LoginSession, SessionOrigin
from domain.shared.ids import PersonId

_BYTES = 32


@frozen
class StartedGoogle:
    """An attempt that began.

    Attributes:
        url: Where the person goes on.
        nonce: The attempt's secret; what comes back is taken with it only.
        expires_at: From when on it is taken no longer.
    """

    url: str = field(repr=False)
    nonce: str = field(repr=False)
    expires_at: datetime


def require_set_up(provider: GoogleProvider | None) -> GoogleProvider:
    """Give the provider, if there is one.

    Raises:
        GoogleNotSetUpError: There is none.
    """
    if provider is None:
        raise GoogleNotSetUpError("Signing in with Google is off here; sign in by email.")
    return provider


def google_nonce(pepper: Pepper, state: str) -> str:
    """Give the nonce that Google is to sign; it follows from the state, and is kept nowhere."""
    return pepper.digest("google/nonce", state).hex()


def google_verifier(pepper: Pepper, state: str) -> str:
    """Give the PKCE verifier; it follows from the state, and is kept nowhere."""
    digest = pepper.digest("google/verifier", state)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@frozen
class StartGoogle:
    """Sends a person to Google."""

    transactions: Transactions
    provider: GoogleProvider | None
    tallies: CodeTallies
    attempts: GoogleAttempts
    persons: Persons
    clock: Clock
    pepper: Pepper
    rulebook: Rulebook

    async def __call__(self, session: LoginSession | None, client: str) -> StartedGoogle:
        """Begin an attempt of a client, for somebody who is signed in or for nobody yet.

        Raises:
            TooManyAttemptsError: The client began as many as it may.
            GoogleNotSetUpError: Signing in with Google is off.
            GoogleUnavailableError: Google does not answer.
        """
        provider = require_set_up(self.provider)
        state, nonce = secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES)
        url = await provider.url(
            state=state,
            nonce=google_nonce(self.pepper, state),
            verifier=google_verifier(self.pepper, state),
        )
        now = await self.clock.now()
        expires_at = now + timedelta(seconds=ATTEMPT_SECONDS)
        attempt = GoogleAttempt(
            state_digest=secret_digest(state),
            nonce_digest=secret_digest(nonce),
            person_id=await self._who_may_link(session),
            expires_at=expires_at,
        )
        subject = self.pepper.google_client(client)

        async def begin() -> None:
            await self._count(subject, now)
            await self.attempts.add(attempt)

        await self.transactions.run(begin)
        return StartedGoogle(url, nonce, expires_at)

    async def _count(self, subject: bytes, now: datetime) -> None:
        windows = attempt_windows(self.rulebook.policies.identity.sign_in)
        tally = (await self.tallies.lock(subject))[subject]
        await self.tallies.save(counted_attempt(tally, windows, now))

    async def _who_may_link(self, session: LoginSession | None) -> PersonId | None:
        """Give who signed in by a code, or is a guest; another token proves no address."""
        if session is None:
            return None
        if session.origin is SessionOrigin.EMAIL_CODE:
            return session.person_id
        person = await self.persons.get(session.person_id)
        return None if person is None or not is_guest(person) else person.id
