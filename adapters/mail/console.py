"""Mail for those who have no mail server at hand."""

import sys

from application.shared.mail import Mail


class ConsoleMailer:
    """Shows each mail on standard error, secrets included: for development only."""

    async def send(self, mail: Mail) -> None:
        """Show a mail."""
        lines = (f"Mail to {mail.to}: {mail.subject}", *mail.text.splitlines())
        sys.stderr.write("".join(f"| {line}\n" for line in lines))
        sys.stderr.flush()
