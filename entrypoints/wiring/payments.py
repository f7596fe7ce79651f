"""The payment providers that the settings ask for."""

from datetime import timedelta

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


def providers_of(settings: Settings, sandbox: Sandbox | None, rulebook: Rulebook) -> Providers:
    """Give all providers that are set up."""
    ports = {}
    if sandbox is not None:
        ports[Provider.SANDBOX] = _one(sandbox)
    return Providers(current=Provider(settings.payment_provider), by_name=ports)


class Payments(DeclarativeContainer):
    """The payment providers."""

    ports = DependenciesContainer()
    settings: Dependency[Settings] = Dependency()

    sandbox = Singleton(
        sandbox_of, settings, pepper=ports.pepper, clock=ports.clock, rulebook=ports.rulebook
    )
    every = Singleton(providers_of, settings, sandbox=sandbox, rulebook=ports.rulebook)


def _skew(rulebook: Rulebook) -> timedelta:
    return timedelta(seconds=rulebook.billing.signature_skew_seconds)


def _one(provider: Sandbox) -> ProviderPorts:
    return ProviderPorts(payments=provider, notifications=provider, renewals=provider)
