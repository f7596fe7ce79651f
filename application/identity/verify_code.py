"""Sign in with a code that was sent by email."""

from datetime import datetime

from attrs import field, frozen

from application.identity.admit_person import PersonAdmitter
from application.identity.open_session import SessionOpener, SignInResult
from application.identity.ports import EmailTakenError, PersonsByEmail, SignInCodes
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from application.shared.transaction import ConcurrentUpdateError, Transactions
from domain.identity.digests import secret_digest
from domain.identity.guests import not_merged, require_same_mailbox
from domain.identity.pepper import Pepper
from domain.identity.profile import Profile, checked_profile
from domain.identity.sessions import SessionOrigin, login_session
from domain.identity.sign_in_codes import SignInCode, require_right, tried
from domain.shared.ids import PersonId


@frozen(kw_only=True)
class VerifyCodeRequest:
    """A code, and who is to be signed in by it.

    Attributes:
        nonce: The login attempt's.
        code: As it was typed in.
        profile: What to register the person with, if the address is new; it has the address.
        signed_in_as: Whose token came with the request; a guest is claimed by it.
    """

    nonce: str = field(repr=False)
    code: str = field(repr=False)
    profile: Profile = field(repr=False)
    signed_in_as: PersonId | None = None

    @property
    def email(self) -> str:
        """The address that the code was sent to."""
        return self.profile.email or ""


@frozen
class VerifyCode:
    """Counts the try, and only then compares; a right code works once."""

    transactions: Transactions
    codes: SignInCodes
    by_email: PersonsByEmail
    admit: PersonAdmitter
    open_session: SessionOpener
    clock: Clock
    pepper: Pepper
    rulebook: Rulebook

    async def __call__(self, request: VerifyCodeRequest) -> SignInResult:
        """Sign in, and give the session with its token.

        Raises:
            SignInCodeSpentError: The code was used, replaced, tried too often, or is too old.
            SignInCodeWrongError: It is another one.
            EmailAlikeError: A person's address counts as this one, but is another mailbox's.
            GuestNotMergedError: A guest proved the address of another person; the code stays.
            PersonSuspendedError: The person may not act; the code stays.
            PersonDeletedError: The guest was erased just now; the code stays.
            InvalidValueError: The profile is malformed.
        """
        checked_profile(request.profile, self.rulebook.policies.identity)
        digest = self.pepper.code(request.nonce, request.email, request.code)
        policy = self.rulebook.policies.identity.sign_in
        now = await self.clock.now()
        code = await self.transactions.run(lambda: self._count_try(request.nonce, now))
        require_right(code, digest, policy)

        async def use() -> SignInResult:
            try:
                return await self._use(request, code, now)
            except EmailTakenError as error:
                # Somebody was given the address since it was looked for: look again.
                raise ConcurrentUpdateError from error

        return await self.transactions.run(use)

    async def _count_try(self, nonce: str, now: datetime) -> SignInCode:
        found = await self.codes.lock(secret_digest(nonce))
        code = tried(found, self.rulebook.policies.identity.sign_in, now)
        await self.codes.put(code)
        return code

    async def _use(
        self, request: VerifyCodeRequest, code: SignInCode, now: datetime
    ) -> SignInResult:
        policy = self.rulebook.policies.identity.sign_in
        if not await self.codes.remove(code.nonce_digest):
            tried(None, policy, now)
        person = await self.by_email.lock_by_email(request.email)
        guest = await self.admit.guest(request.signed_in_as)
        created = claimed = False
        if guest is not None:
            if person is not None:
                raise not_merged()
            person, claimed = await self.admit.claim(guest, request.email, now), True
        elif person is None:
            person, created = await self.admit.register(request.profile, now), True
        else:
            require_same_mailbox(person, request.email)
        opened = await self.open_session(
            person, SessionOrigin.EMAIL_CODE, lambda new: login_session(new, policy, now)
        )
        return SignInResult(opened, created, claimed)
