"""The use cases of signing in, and the settings they run on."""

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import (
    DependenciesContainer,
    Dependency,
    Factory,
    Singleton,
)

from adapters.mail.console import ConsoleMailer
from application.identity.admit_person import PersonAdmitter
from application.identity.authenticate_person import AuthenticatePerson
from application.identity.end_session import EndAllSessions, EndSession
from application.identity.finish_google import FinishGoogle
from application.identity.forget_codes import ForgetCodes
from application.identity.forget_sign_ins import ForgetSignIns
from application.identity.mint_token import MintToken
from application.identity.open_session import SessionOpener
from application.identity.ports import GoogleProvider
from application.identity.request_code import RequestCode
from application.identity.start_google import StartGoogle
from application.identity.verify_code import VerifyCode
from application.shared.mail import Mailer
from application.shared.secret_answers import OnceInSecret
from entrypoints.settings import Settings

if TYPE_CHECKING:
    from adapters.mail.smtp import SmtpMailer

_PORTS = {"smtp": 587, "smtps": 465}


class SignIn(DeclarativeContainer):
    """Factories of the use cases of signing in."""

    ports = DependenciesContainer()
    mailer: Dependency[Mailer] = Dependency()
    google: Dependency[GoogleProvider | None] = Dependency()

    once_in_secret = Singleton(
        OnceInSecret, transactions=ports.transactions, answers=ports.answers, clock=ports.clock
    )
    open_session = Singleton(
        SessionOpener, sessions=ports.sessions, new_id=ports.new_id, rulebook=ports.rulebook
    )
    forget_codes = Factory(
        ForgetCodes, tallies=ports.code_tallies, codes=ports.sign_in_codes, pepper=ports.pepper
    )
    forget_sign_ins = Factory(
        ForgetSignIns,
        transactions=ports.transactions,
        past=ports.past_sign_ins,
        sessions=ports.sessions,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    request_code = Factory(
        RequestCode,
        transactions=ports.transactions,
        tallies=ports.code_tallies,
        codes=ports.sign_in_codes,
        mailer=mailer,
        clock=ports.clock,
        pepper=ports.pepper,
        rulebook=ports.rulebook,
    )
    admit = Singleton(
        PersonAdmitter, persons=ports.persons, new_id=ports.new_id, rulebook=ports.rulebook
    )
    verify_code = Factory(
        VerifyCode,
        transactions=ports.transactions,
        codes=ports.sign_in_codes,
        by_email=ports.persons_by_email,
        admit=admit,
        open_session=open_session,
        clock=ports.clock,
        pepper=ports.pepper,
        rulebook=ports.rulebook,
    )
    start_google = Factory(
        StartGoogle,
        transactions=ports.transactions,
        provider=google,
        tallies=ports.code_tallies,
        attempts=ports.google_attempts,
        persons=ports.persons,
        clock=ports.clock,
        pepper=ports.pepper,
        rulebook=ports.rulebook,
    )
    finish_google = Factory(
        FinishGoogle,
        transactions=ports.transactions,
        provider=google,
        attempts=ports.google_attempts,
        links=ports.google_links,
        persons=ports.persons,
        by_email=ports.persons_by_email,
        admit=admit,
        open_session=open_session,
        clock=ports.clock,
        pepper=ports.pepper,
        rulebook=ports.rulebook,
    )
    mint_token = Factory(
        MintToken,
        transactions=ports.transactions,
        persons=ports.persons,
        open_session=open_session,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    end_session = Factory(
        EndSession,
        transactions=ports.transactions,
        sessions=ports.sessions,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    end_all_sessions = Factory(
        EndAllSessions,
        transactions=ports.transactions,
        sessions=ports.sessions,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    authenticate_person = Singleton(
        AuthenticatePerson, tokens=ports.sessions, clock=ports.clock, rulebook=ports.rulebook
    )


def google_of(settings: Settings) -> GoogleProvider | None:
    """Give whom to ask about Google accounts under the settings; None where that is off."""
    client_id, secret = settings.google_client_id, settings.google_client_secret
    if client_id is None or secret is None or settings.google_redirect_uri is None:
        return None
    # Slow, and most have no use for it.
    from adapters.google.openid import OpenIdProvider  # noqa: PLC0415

    return OpenIdProvider(settings.google_issuer, client_id, secret, settings.google_redirect_uri)


def mailer_of(settings: Settings) -> Mailer:
    """Give what sends mail under the settings."""
    return smtp_mailer(settings) or ConsoleMailer()


def smtp_mailer(settings: Settings) -> "SmtpMailer | None":
    """Give what sends mail by SMTP, if the settings name a server."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    from adapters.mail.smtp import SmtpMailer, SmtpServer  # noqa: PLC0415 - as above

    parts = urlsplit(settings.smtp_url)
    server = SmtpServer(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        tls=parts.scheme == "smtps",
        starttls=settings.smtp_starttls,
    )
    return SmtpMailer(server=server, sender=settings.mail_from)
