"""Send a code to an email address."""

import secrets
from datetime import datetime

from attrs import field, frozen

from application.identity.ports import CodeTallies, SignInCodes
from application.shared.clock import Clock
from application.shared.mail import Mail, Mailer
from application.shared.rulebook import Rulebook
from application.shared.transaction import Transactions
from domain.identity.code_limits import (
    address_windows,
    client_windows,
    counted_code,
    uncounted_code,
)
from domain.identity.pepper import Pepper
from domain.identity.sign_in_codes import DIGITS, SignInCode, new_code
from domain.shared.durations import in_words

_NONCE_BYTES = 32
_SUBJECT = "Your sign-in code"
_TEXT = """\
Your sign-in code is {code}.

It is valid for {valid} and works once. If you did not ask for it, ignore this mail: \
without the code nobody can sign in as you. Never pass it on.
"""


@frozen
class RequestedCode:
    """A login attempt that began.

    Attributes:
        nonce: Its secret; the code is taken with it only.
        expires_at: From when on the code is taken no longer.
    """

    nonce: str = field(repr=False)
    expires_at: datetime


@frozen
class RequestCode:
    """Sends a code; it never looks whether the address is known."""

    transactions: Transactions
    tallies: CodeTallies
    codes: SignInCodes
    mailer: Mailer
    clock: Clock
    pepper: Pepper
    rulebook: Rulebook

    async def __call__(self, email: str, client: str) -> RequestedCode:
        """Send a code to an address, asked for by a client; older codes of it are void.

        Raises:
            TooManyCodesError: The address or the client was sent as many as it may be.
            MailUnavailableError: The mail could not be sent; the code does not count.
        """
        nonce = secrets.token_urlsafe(_NONCE_BYTES)
        secret = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        policy = self.rulebook.policies.identity.sign_in
        code = new_code(
            pepper=self.pepper,
            email=email,
            nonce=nonce,
            code=secret,
            policy=policy,
            now=await self.clock.now(),
        )
        client_subject = self.pepper.client(client)
        await self.transactions.run(lambda: self._count(code, client_subject))
        text = _TEXT.format(code=secret, valid=in_words(policy.code_valid_seconds))
        try:
            await self.mailer.send(Mail(to=email, subject=_SUBJECT, text=text))
        except BaseException:
            await self.transactions.run(lambda: self._take_back(code, client_subject))
            raise
        return RequestedCode(nonce, code.expires_at)

    async def _count(self, code: SignInCode, client: bytes) -> None:
        policy = self.rulebook.policies.identity.sign_in
        tallies = await self.tallies.lock(code.address, client)
        await self.tallies.save(
            counted_code(tallies[code.address], address_windows(policy), code.created_at),
            counted_code(tallies[client], client_windows(policy), code.created_at),
        )
        await self.codes.put(code)

    async def _take_back(self, code: SignInCode, client: bytes) -> None:
        tallies = await self.tallies.lock(code.address, client)
        await self.tallies.save(
            *(uncounted_code(tally, code.created_at) for tally in tallies.values())
        )
        await self.codes.remove(code.nonce_digest)
