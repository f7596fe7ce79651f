"""Signing in with Google: what it vouches for, and whom that makes one."""

from datetime import datetime

from attrs import field, frozen

from ..shared.errors import ConflictError, RefusedError, UnavailableError
from ..shared.ids import PersonId

ATTEMPT_SECONDS = 600
"""How long after it was begun an attempt can be finished."""

_GOOGLES_OWN = {"gmail.com", "googlemail.com"}


class GoogleNotSetUpError(UnavailableError):
    """Signing in with Google is off."""

    code = "google_not_set_up"


class GoogleUnavailableError(UnavailableError):
    """Google cannot be reached, or does not answer as it should."""

    code = "google_unavailable"


class GoogleAttemptSpentError(RefusedError):
    """The attempt was finished before, is too old, or another client's."""

    code = "google_attempt_spent"


class GoogleRefusedError(RefusedError):
    """Google does not vouch for what came back from it."""

    code = "google_refused"


class GoogleNotLinkedError(ConflictError):
    """The Google account cannot be taken for a person that is there."""

    code = "google_not_linked"


@frozen(kw_only=True)
class GoogleAttempt:
    """An attempt to sign in that was sent to Google.

    Attributes:
        state_digest: SHA-256 of its state, which has 256 random bits.
        nonce_digest: SHA-256 of what only the client that began it knows.
        person_id: Who began it, where they may have the account linked to them.
        expires_at: From when on it is taken no longer.
    """

    state_digest: bytes
    nonce_digest: bytes
    person_id: PersonId | None
    expires_at: datetime


@frozen(kw_only=True)
class GoogleAccount:
    """What Google vouches for.

    Attributes:
        issuer: Who vouches; with `subject` the account's key, for ever.
        subject: The account.
        email: Its address, which may change and may be given to others.
        email_verified: Google has seen that it is the account's.
        hosted_domain: The domain that Google runs for the account's organisation.
        name: The account's name.
    """

    issuer: str
    subject: str
    email: str | None = field(default=None, repr=False)
    email_verified: bool = False
    hosted_domain: str | None = None
    name: str | None = field(default=None, repr=False)

    @property
    def proven_email(self) -> str | None:
        """The address, if Google itself runs it; a verified one elsewhere may have moved on."""
        if self.email is None or not self.email_verified:
            return None
        domain = self.email.rpartition("@")[2].lower()
        hosted = self.hosted_domain is not None and self.hosted_domain.lower() == domain
        return self.email if hosted or domain in _GOOGLES_OWN else None


@frozen(kw_only=True)
class GoogleLink:
    """The person whom a Google account signs in."""

    issuer: str
    subject: str
    person_id: PersonId
    linked_at: datetime


def not_linked() -> GoogleNotLinkedError:
    """Give the error for an account whose address is a person's, but not proven to be its own."""
    return GoogleNotLinkedError(
        "A person has this address, and Google does not run it. Sign in by a code sent to it, then "
        "begin with Google again with the token you got: that links the two."
    )


def not_verified() -> GoogleNotLinkedError:
    """Give the error for an account that is to be a person's, but whose address is not verified."""
    return GoogleNotLinkedError(
        "Google has not verified this account's address. Verify it there, then begin again."
    )


def linked_elsewhere() -> GoogleNotLinkedError:
    """Give the error for an account that signs in another person than the one who asks."""
    return GoogleNotLinkedError(
        "This Google account signs in another person; begin without a token to be that person."
    )


def spent() -> GoogleAttemptSpentError:
    """Give the error for an attempt that is not to be finished."""
    return GoogleAttemptSpentError(
        "This attempt was finished before, is too old, or was begun elsewhere. Begin a new one."
    )
