"""Mail by SMTP."""

import asyncio
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid

import aiosmtplib
import structlog
from attrs import field, frozen
from email_validator import validate_email

from application.shared.mail import Mail, MailUnavailableError

_SECONDS = 10.0
_NOT_SENT = (
    aiosmtplib.SMTPException,
    OSError,
    TimeoutError,
    # What is made of an address that it cannot write down.
    MessageError,
    ValueError,
)
_log = structlog.get_logger("kithkin.mail")


@frozen(kw_only=True)
class SmtpServer:
    """Where mail is handed over, and how.

    Attributes:
        host: The server.
        port: Its port.
        username: Who we are there, if it asks.
        password: Proves it.
        tls: Speak TLS from the first byte on.
        starttls: Change to TLS before anything else is said; without it nothing is sent.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    starttls: bool = True


@frozen(kw_only=True)
class SmtpMailer:
    """Hands each mail to a server, over a connection of its own.

    Attributes:
        server: Where to.
        sender: The address that mail comes from.
        seconds: How long one mail may take in all.
    """

    server: SmtpServer
    sender: str
    seconds: float = _SECONDS

    async def send(self, mail: Mail) -> None:
        """Hand a mail over, in bounded time."""
        try:
            async with asyncio.timeout(self.seconds):
                async with self._client() as client:
                    await client.send_message(_message(mail, self.sender))
        except _NOT_SENT as error:
            # Its text may hold the recipient's address, which is not for the log.
            _log.warning("mail_not_sent", server=self.server.host, reason=type(error).__name__)
            raise MailUnavailableError(
                "The mail could not be sent, and nothing was counted. Check the address, or try "
                "again in a moment."
            ) from error

    async def check(self) -> None:
        """Greet the server and sign in there, without sending anything.

        Raises:
            MailUnavailableError: It cannot be reached, or refuses.
        """
        try:
            async with asyncio.timeout(self.seconds), self._client() as client:
                await client.noop()
        except _NOT_SENT as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise MailUnavailableError(reason) from error

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.server.host,
            port=self.server.port,
            username=self.server.username,
            password=self.server.password,
            use_tls=self.server.tls,
            start_tls=self.server.starttls and not self.server.tls,
            timeout=self.seconds,
            # Else it would look itself up by name, which may take long.
            local_hostname=_domain(self.sender),
        )


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _recipient(mail: Mail) -> Address:
    to = validate_email(mail.to, check_deliverability=False, test_environment=True)
    if "=?" in to.local_part:
        raise ValueError("the recipient would be decoded, and be somebody else")
    # A domain of any script has a form that every server on the way can write down.
    return Address(username=to.local_part, domain=to.ascii_domain)


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = _recipient(mail)
    message["Subject"] = mail.subject
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = make_msgid(domain=_domain(sender))
    # Neither an answering machine nor a list is to answer.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message
