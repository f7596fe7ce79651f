"""The settings of signing in: what is taken, and what `doctor` finds of it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.mail.console import ConsoleMailer
from adapters.mail.smtp import SmtpMailer, SmtpServer
from entrypoints.settings import Settings, SettingsError, as_environment, read_settings
from entrypoints.wiring.sign_in import mailer_of
from tests.adapters.smtp import HOST, smtp_server
from tests.cli.conftest import Result, RunCommand

FROM = {"KITHKIN_MAIL_FROM": "hello@example.org"}


def checks(result: Result) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads(result.out)}


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer(host="mail.example.org", port=587)),
        ("smtp://mail.example.org:25/", SmtpServer(host="mail.example.org", port=25)),
        ("smtps://mail.example.org", SmtpServer(host="mail.example.org", port=465, tls=True)),
        (
            "smtp://me%40example.org:p%40ss%2F@[::1]:587",
            SmtpServer(host="::1", port=587, username="me@example.org", password="p@ss/"),
        ),
    ],
)
def test_a_mail_servers_url_is_taken_apart(url: str, server: SmtpServer) -> None:
    settings = read_settings({"KITHKIN_SMTP_URL": url, **FROM})
    assert mailer_of(settings) == SmtpMailer(server=server, sender="hello@example.org")


def test_without_a_mail_server_mail_is_shown() -> None:
    assert isinstance(mailer_of(Settings()), ConsoleMailer)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KITHKIN_SMTP_URL", "http://mail.example.org"),
        ("KITHKIN_SMTP_URL", "smtp://"),
        ("KITHKIN_SMTP_URL", "smtp://mail.example.org:99999"),
        ("KITHKIN_SMTP_URL", "smtp://mail.example.org:0"),
        ("KITHKIN_SMTP_URL", "smtp://mail.example.org/box"),
        ("KITHKIN_SMTP_URL", "smtp://[::1"),
        ("KITHKIN_SMTP_URL", "smtp://me@mail.example.org"),
        ("KITHKIN_SMTP_STARTTLS", "perhaps"),
        ("KITHKIN_MAIL_FROM", "nobody"),
        ("KITHKIN_MAIL_FROM", "a@example.org, b@example.org"),
        ("KITHKIN_TRUSTED_PROXIES", "proxy.example.org"),
        ("KITHKIN_TRUSTED_PROXIES", "10.0.0.0/8,"),
    ],
)
def test_a_wrong_one_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({**FROM, variable: value})
    [problem] = error.value.problems
    assert problem.startswith(variable)


def test_mail_by_smtp_needs_a_sender() -> None:
    with pytest.raises(SettingsError, match="KITHKIN_MAIL_FROM"):
        read_settings({"KITHKIN_SMTP_URL": "smtp://mail.example.org"})


def test_a_password_is_not_sent_in_the_open() -> None:
    off = {"KITHKIN_SMTP_STARTTLS": "false", **FROM}
    with pytest.raises(SettingsError, match="KITHKIN_SMTP_STARTTLS"):
        read_settings({"KITHKIN_SMTP_URL": "smtp://me:secret@mail.example.org", **off})
    for url in (
        "smtp://me:secret@localhost",
        "smtps://me:secret@mail.example.org",
        "smtp://mail.example.org",
    ):
        read_settings({"KITHKIN_SMTP_URL": url, **off})


def test_they_reach_other_processes_and_show_no_secret() -> None:
    settings = read_settings(
        {
            "KITHKIN_SMTP_URL": "smtp://me:secret-one@mail.example.org",
            "KITHKIN_PEPPER": "secret-two" * 4,
            "KITHKIN_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            **FROM,
        }
    )
    assert read_settings(as_environment(settings)) == settings
    assert "secret-" not in repr(settings)


async def test_doctor_greets_the_mail_server(kithkin: RunCommand, folder: Path) -> None:
    flags = ("doctor", "--data", folder / "new", "--port", "0", "--json")
    async with smtp_server() as inbox:
        settings = {
            "KITHKIN_SMTP_URL": f"smtp://{HOST}:{inbox.port}",
            "KITHKIN_SMTP_STARTTLS": "false",
            **FROM,
        }
        well = checks(await asyncio.to_thread(kithkin, *flags, **settings))["mail"]
    assert well["verdict"] == "ok"
    assert inbox.mails == []
    ill = checks(await asyncio.to_thread(kithkin, *flags, **settings))["mail"]
    assert ill["verdict"] == "problem"
    assert "KITHKIN_SMTP_URL" in ill["mend"]


def test_doctor_tells_that_mail_is_shown(kithkin: RunCommand, folder: Path) -> None:
    flags = ("doctor", "--data", folder / "new", "--port", "0", "--json")
    found = checks(kithkin(*flags))
    assert found["mail"]["verdict"] == "skipped"
    assert "standard error" in found["mail"]["detail"]
