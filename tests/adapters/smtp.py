"""A real SMTP server on this machine, which keeps what it is handed."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from attrs import Factory, define
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
USER, PASSWORD = "kithkin", "p@ss/word"


@define
class Inbox:
    """What a server was handed, and how it answers.

    Attributes:
        port: Where it listens.
        mails: What it took.
        recipients: Whom they were for.
        over_tls: Whether each came over TLS.
        answer: What it says to the end of a mail.
    """

    port: int = 0
    mails: list[EmailMessage] = Factory(list)
    recipients: list[str] = Factory(list)
    over_tls: list[bool] = Factory(list)
    answer: str = "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        message = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(message, EmailMessage)
        if self.answer.startswith("250"):
            self.mails.append(message)
            self.recipients += envelope.rcpt_tos
            self.over_tls.append(session.ssl is not None)
        return self.answer


def _authenticated(*call: Any) -> AuthResult:
    data = call[-1]
    assert isinstance(data, LoginPassword)
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()))


@asynccontextmanager
async def smtp_server(
    starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Inbox]:
    """Listen on a free port; with STARTTLS it also asks who is there."""
    inbox, options = Inbox(), dict[str, Any]()
    if starttls is not None:
        options = {
            "tls_context": starttls,
            "require_starttls": True,
            "authenticator": _authenticated,
            "auth_required": True,
        }
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="localhost", loop=loop, enable_SMTPUTF8=True, **options),
        HOST,
        0,
        ssl=tls,
    )
    async with server:
        inbox.port = server.sockets[0].getsockname()[1]
        yield inbox


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate for this machine: the file to trust it by, and a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "trusted.pem", folder / "private.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return trusted, context
