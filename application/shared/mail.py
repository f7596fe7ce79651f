"""Mail to persons."""

from typing import Protocol

from attrs import field, frozen

from domain.shared.errors import UnavailableError


@frozen(kw_only=True)
class Mail:
    """A mail in plain text.

    Attributes:
        to: The one address it goes to.
        subject: One line.
        text: What it says; it may hold a secret.
    """

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


class MailUnavailableError(UnavailableError):
    """The mail could not be handed over."""

    code = "mail_unavailable"


class Mailer(Protocol):
    """Hands mail over to be delivered. Never used inside a transaction."""

    async def send(self, mail: Mail) -> None:
        """Hand a mail over, in bounded time.

        Raises:
            MailUnavailableError: Nobody took it.
        """
        ...
