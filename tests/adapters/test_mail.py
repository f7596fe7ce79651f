"""Mail reaches a real SMTP server, or says that it does not, in bounded time."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import attrs
import pytest
from structlog.testing import capture_logs

from adapters.mail.console import ConsoleMailer
from adapters.mail.smtp import SmtpMailer, SmtpServer
from application.shared.mail import Mail, MailUnavailableError
from tests.adapters.smtp import HOST, PASSWORD, USER, Inbox, certificate, smtp_server

TO = "ana@example.org"
MAIL = Mail(to=TO, subject="Your code \N{SNOWMAN}", text="It is 01234567.\n")


def mailer(inbox: Inbox, **options: Any) -> SmtpMailer:
    server = SmtpServer(host=HOST, port=inbox.port, **{"starttls": False, **options})
    return SmtpMailer(server=server, sender="hello@example.org")


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The context of a server whose certificate is trusted here."""
    trusted, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    return context


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with smtp_server() as inbox:
        await mailer(inbox).send(MAIL)
    [mail] = inbox.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (TO, "hello@example.org", MAIL.subject)
    assert mail.get_content().strip() == MAIL.text.strip()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"]
    assert mail["Date"]


async def test_with_starttls_all_is_said_over_tls(tls: ssl.SSLContext) -> None:
    async with smtp_server(starttls=tls) as inbox:
        sender = mailer(inbox, starttls=True, username=USER, password=PASSWORD)
        await sender.send(MAIL)
        await sender.check()
    assert inbox.over_tls == [True]


async def test_with_smtps_tls_comes_first(tls: ssl.SSLContext) -> None:
    async with smtp_server(tls=tls) as inbox:
        await mailer(inbox, tls=True, starttls=True).send(MAIL)
    assert len(inbox.mails) == 1


async def test_nothing_is_sent_to_a_server_without_tls_where_it_is_wanted() -> None:
    async with smtp_server() as inbox:
        with pytest.raises(MailUnavailableError):
            await mailer(inbox, starttls=True, username=USER, password=PASSWORD).send(MAIL)
    assert inbox.mails == []


async def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with smtp_server(starttls=tls) as inbox:
        with pytest.raises(MailUnavailableError):
            await mailer(inbox, starttls=True, username=USER, password=PASSWORD).send(MAIL)
    assert inbox.mails == []


async def test_a_wrong_password_is_told_without_it(tls: ssl.SSLContext) -> None:
    async with smtp_server(starttls=tls) as inbox:
        right = mailer(inbox, starttls=True, username=USER, password="not this one")
        wrong = attrs.evolve(right, seconds=0.5)
        for work in (wrong.send(MAIL), wrong.check()):
            with pytest.raises(MailUnavailableError) as error:
                await work
            assert "not this one" not in error.value.detail
    assert inbox.mails == []


@pytest.mark.parametrize("answer", ["550 no such box", "451 later", "421 going away"])
async def test_a_server_that_refuses_is_told(answer: str) -> None:
    async with smtp_server() as inbox:
        inbox.answer = answer
        with capture_logs() as lines, pytest.raises(MailUnavailableError):
            await mailer(inbox).send(MAIL)
    assert inbox.mails == []
    [line] = lines
    assert line["event"] == "mail_not_sent"
    assert TO not in str(line)


async def test_a_server_that_is_not_there_is_told() -> None:
    async with smtp_server() as inbox:
        pass
    with pytest.raises(MailUnavailableError):
        await mailer(inbox).send(MAIL)
    with pytest.raises(MailUnavailableError, match=str(inbox.port)):
        await mailer(inbox).check()


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, HOST, 0) as server:
        inbox = Inbox(port=server.sockets[0].getsockname()[1])
        impatient = attrs.evolve(mailer(inbox), seconds=0.05)
        with pytest.raises(MailUnavailableError):
            await impatient.send(MAIL)


@pytest.mark.parametrize("to", ["a@example.org\r\nBcc: b@example.org", "no address", ""])
async def test_what_is_no_address_sends_nothing(to: str) -> None:
    async with smtp_server() as inbox:
        with pytest.raises(MailUnavailableError):
            await mailer(inbox).send(attrs.evolve(MAIL, to=to))
    assert inbox.mails == []


@pytest.mark.parametrize(
    "to",
    [
        "=?utf-8?q?ana?=@example.org",
        "=?utf-8?q?eve=40evil.example=2C?=@example.org",
        "=?utf-7?q?&AEA-?=@example.org",
    ],
)
async def test_nothing_is_sent_to_an_address_that_decodes_to_another(to: str) -> None:
    async with smtp_server() as inbox:
        with pytest.raises(MailUnavailableError):
            await mailer(inbox).send(attrs.evolve(MAIL, to=to))
    assert inbox.recipients == []


async def test_an_address_may_be_of_any_script() -> None:
    to = "\u0905\u0928\u093e@example.org"
    async with smtp_server() as inbox:
        await mailer(inbox).send(attrs.evolve(MAIL, to=to))
    assert [mail["To"] for mail in inbox.mails] == [to]


async def test_the_console_shows_each_mail(capsys: pytest.CaptureFixture[str]) -> None:
    await ConsoleMailer().send(MAIL)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert TO in shown.err
    assert "01234567" in shown.err


def test_neither_a_mail_nor_a_password_shows_in_a_repr() -> None:
    assert "01234567" not in repr(MAIL)
    assert TO not in repr(MAIL)
    server = SmtpServer(host=HOST, port=25, username=USER, password=PASSWORD)
    assert PASSWORD not in repr(SmtpMailer(server=server, sender="hello@example.org"))


@pytest.mark.parametrize(
    ("domain", "known_as"),
    [
        ("m\xfcnchen.example", "xn--mnchen-3ya.example"),
        ("stra\xdfe.example", "xn--strae-oqa.example"),
    ],
)
async def test_a_domain_of_any_script_needs_no_server_that_writes_it(
    domain: str, known_as: str
) -> None:
    async with smtp_server() as inbox:
        await mailer(inbox).send(attrs.evolve(MAIL, to=f"ana@{domain}"))
    assert inbox.recipients == [f"ana@{known_as}"]
