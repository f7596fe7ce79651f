"""Settings about who takes payments: how their values are read, and what belongs together."""

from enum import StrEnum
from typing import Protocol

from domain.billing.payments import Provider
from entrypoints.setting_values import url_parts

_MOST_SECRETS = 10
_LEAST_SECRET_CHARACTERS = 8
_PHONE_DIGITS = range(10, 16)


class PaymentProviderName(StrEnum):
    """Who can take payments."""

    SANDBOX = Provider.SANDBOX.value
    STRIPE = Provider.STRIPE.value
    CASHFREE = Provider.CASHFREE.value


class PaymentSettings(Protocol):
    """The settings that are looked at here."""

    @property
    def payment_provider(self) -> PaymentProviderName:
        """Where new payments go."""
        ...

    @property
    def stripe_api_key(self) -> str | None:
        """Who we are to Stripe."""
        ...

    @property
    def stripe_webhook_secrets(self) -> str | None:
        """What Stripe signs its notifications with."""
        ...

    @property
    def cashfree_client_id(self) -> str | None:
        """Who we are to Cashfree."""
        ...

    @property
    def cashfree_client_secret(self) -> str | None:
        """Proves it, and signs its notifications."""
        ...


def payment_provider(given: str) -> PaymentProviderName:
    """Read who takes payments.

    Raises:
        ValueError: There is no such provider.
    """
    try:
        return PaymentProviderName(given)
    except ValueError:
        names = ", ".join(PaymentProviderName)
        raise ValueError(f"'{given}' is no payment provider; give one of {names}") from None


def webhook_secrets(given: str) -> str:
    """Read secrets that notifications are signed with.

    Raises:
        ValueError: One is too short or has characters that none has, or there are too many.
    """
    secrets = [secret.strip() for secret in given.split(",")]
    if len(secrets) > _MOST_SECRETS or not all(map(_is_secret, secrets)):
        raise ValueError(
            f"give 1 to {_MOST_SECRETS} secrets of {_LEAST_SECRET_CHARACTERS} or more printable"
            " ASCII characters, separated by commas"
        )
    return ",".join(secrets)


def api_secret(given: str) -> str:
    """Read an id or a secret that a provider knows us by.

    Raises:
        ValueError: It has characters that none has.
    """
    if not given.isascii() or not given.isprintable() or " " in given:
        raise ValueError("give printable ASCII characters without spaces")
    return given


def phone(given: str) -> str:
    """Read a phone number.

    Raises:
        ValueError: It is none.
    """
    digits = given.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) in _PHONE_DIGITS):
        raise ValueError(f"'{given}' is no phone number; give one like +919999999999")
    return given


def public_url(given: str) -> str:
    """Read where people reach this server.

    Raises:
        ValueError: It is no address of a server.
    """
    told = f"'{given}' is no address of a server; give one like https://api.example.org"
    parts = url_parts(given, told)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username is not None
        or parts.query
        or parts.fragment
    ):
        raise ValueError(told)
    return given.rstrip("/")


def missing_for_payments(settings: PaymentSettings) -> list[str]:
    """Give what the settings of a payment provider lack."""
    stripe = {
        "STRIPE_API_KEY": settings.stripe_api_key,
        "STRIPE_WEBHOOK_SECRETS": settings.stripe_webhook_secrets,
    }
    cashfree = {
        "CASHFREE_CLIENT_ID": settings.cashfree_client_id,
        "CASHFREE_CLIENT_SECRET": settings.cashfree_client_secret,
    }
    problems = []
    for name, needed in (("stripe", stripe), ("cashfree", cashfree)):
        missing = [key for key, value in needed.items() if value is None]
        wanted = settings.payment_provider == name or len(missing) < len(needed)
        if wanted:
            problems += [f"KITHKIN_{key}: payments by {name} need it too" for key in missing]
    return problems


def _is_secret(given: str) -> bool:
    return (
        len(given) >= _LEAST_SECRET_CHARACTERS
        and given.isascii()
        and given.isprintable()
        and " " not in given
    )
