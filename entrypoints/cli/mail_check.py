"""What `kithkin doctor` looks at of mail."""

from application.shared.mail import MailUnavailableError
from entrypoints.cli.checks import Check, fine, skipped, wrong
from entrypoints.settings import Settings
from entrypoints.wiring.sign_in import smtp_mailer


async def check_mail(settings: Settings) -> Check:
    """Look at the mail server."""
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
