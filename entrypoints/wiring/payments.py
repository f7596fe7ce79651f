"""The payment providers that the settings ask for."""

from datetime import timedelta
from typing import TYPE_CHECKING

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Dependency, Singleton

from adapters.payments.amounts import shown
from adapters.payments.sandbox import PAGE_PATH, Sandbox, SandboxView
from adapters.payments.sandbox_actions import Action, Card, NotPossibleError, charges
from adapters.payments.sandbox_books import EventType, SandboxBooks, SandboxEvent
from application.billing.provider_ports import ProviderPorts, Providers
from application.shared.clock import Clock
from application.shared.rulebook import Rulebook
from domain.billing.payments import Provider
from domain.identity.pepper import Pepper
from entrypoints.network_settings import listed
from entrypoints.payment_settings import PaymentProviderName
from entrypoints.settings import Settings

if TYPE_CHECKING:
    from adapters.payments.cashfree import Cashfree
    from adapters.payments.stripe import Stripe

__all__ = [
    "PAGE_PATH",
    "Action",
    "Card",
    "EventType",
    "NotPossibleError",
    "Payments",
    "Sandbox",
    "SandboxEvent",
    "SandboxView",
    "charges",
    "shown",
]

_BOOKS = "sandbox.db"


def sandbox_of(
    settings: Settings, pepper: Pepper, clock: Clock, rulebook: Rulebook
) -> Sandbox | None:
    """Give the sandbox; None where payments are taken by somebody else."""
    if settings.payment_provider is not PaymentProviderName.SANDBOX:
        return None
    own = pepper.digest("sandbox/webhooks").hex()
    return Sandbox(
        books=SandboxBooks(None if settings.memory else settings.data / _BOOKS),
        secrets=listed(settings.sandbox_webhook_secrets) or [own],
        skew=_skew(rulebook),
        clock=clock,
        base_url=settings.public_url or "",
    )


def stripe_of(settings: Settings, rulebook: Rulebook) -> "Stripe | None":
    """Give Stripe, if the settings say who we are there."""
    if settings.stripe_api_key is None or settings.stripe_webhook_secrets is None:
        return None
    # Its library takes a second to import.
    from adapters.payments.stripe import Stripe  # noqa: PLC0415

    return Stripe(
        url=settings.stripe_api_url.rstrip("/"),
        api_key=settings.stripe_api_key,
        webhook_secrets=listed(settings.stripe_webhook_secrets),
        skew=_skew(rulebook),
    )


def cashfree_of(settings: Settings, rulebook: Rulebook) -> "Cashfree | None":
    """Give Cashfree, if the settings say who we are there."""
    client_id, secret = settings.cashfree_client_id, settings.cashfree_client_secret
    if client_id is None or secret is None:
        return None
    from adapters.payments.cashfree import Cashfree  # noqa: PLC0415 - as above

    return Cashfree(
        url=settings.cashfree_api_url.rstrip("/"),
        client_id=client_id,
        client_secret=secret,
        webhook_secrets=listed(settings.cashfree_webhook_secrets) or [secret],
        skew=_skew(rulebook),
        phone=settings.cashfree_phone,
    )


def providers_of(
    settings: Settings,
    sandbox: Sandbox | None,
    stripe: "Stripe | None",
    cashfree: "Cashfree | None",
) -> Providers:
    """Give all providers that are set up."""
    known = (sandbox, stripe, cashfree)
    return Providers(
        current=Provider(settings.payment_provider),
        by_name={
            one.name: ProviderPorts(payments=one, notifications=one, renewals=one)
            for one in known
            if one is not None
        },
    )


class Payments(DeclarativeContainer):
    """The payment providers."""

    ports = DependenciesContainer()
    settings: Dependency[Settings] = Dependency()

    sandbox = Singleton(
        sandbox_of, settings, pepper=ports.pepper, clock=ports.clock, rulebook=ports.rulebook
    )
    stripe = Singleton(stripe_of, settings, rulebook=ports.rulebook)
    cashfree = Singleton(cashfree_of, settings, rulebook=ports.rulebook)
    every = Singleton(providers_of, settings, sandbox=sandbox, stripe=stripe, cashfree=cashfree)


def _skew(rulebook: Rulebook) -> timedelta:
    return timedelta(seconds=rulebook.policies.billing.signature_skew_seconds)
