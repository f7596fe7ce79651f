"""What `kithkin doctor` looks at of signing in."""

from collections.abc import AsyncIterator

from application.shared.mail import MailUnavailableError
from entrypoints.cli.checks import Check, fine, skipped, wrong
from entrypoints.settings import Settings
from entrypoints.wiring.sign_in import smtp_mailer


async def check_sign_in(settings: Settings) -> AsyncIterator[Check]:
    """Look at the mail server, and at the secret that codes are kept under."""
    yield await _check_mail(settings)
    yield _check_pepper(settings)


async def _check_mail(settings: Settings) -> Check:
    name = "mail"
    mailer = smtp_mailer(settings)
    if mailer is None:
        return skipped(
            name, "KITHKIN_SMTP_URL is not set: mail, codes too, is shown on standard error"
        )
    where = f"{mailer.server.host}:{mailer.server.port}"
    try:
        await mailer.check()
    except MailUnavailableError as error:
        mend = "correct KITHKIN_SMTP_URL or KITHKIN_SMTP_STARTTLS, or start the server"
        return wrong(name, f"{where} does not take mail: {error.detail}", mend)
    return fine(name, f"{where} takes mail from {mailer.sender}")


def _check_pepper(settings: Settings) -> Check:
    name = "sign-in"
    if settings.sign_in_pepper is not None:
        return fine(name, "the pepper is set")
    if settings.database_url is None:
        return fine(name, f"the pepper is kept in {settings.data}")
    return skipped(
        name,
        "nobody can sign in by email: KITHKIN_SIGN_IN_PEPPER is not set, and has no default"
        " with a database URL",
    )
