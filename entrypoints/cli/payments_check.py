"""What `kithkin doctor` looks at of payments."""

from entrypoints.cli.checks import Check, fine, skipped
from entrypoints.payment_settings import PaymentProviderName
from entrypoints.settings import Settings


def check_payments(settings: Settings) -> Check:
    """Look at who takes payments; nobody is asked."""
    name = "payments"
    if settings.payment_provider is PaymentProviderName.SANDBOX:
        return skipped(
            name,
            "KITHKIN_PAYMENT_PROVIDER is not set: the sandbox takes payments, and no money moves",
        )
    return fine(name, f"{settings.payment_provider} takes payments")
