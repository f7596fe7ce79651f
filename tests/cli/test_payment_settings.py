"""Settings of payment providers: what belongs together, and what is no secret, phone or address."""

import pytest

from entrypoints.payment_settings import PaymentProviderName
from entrypoints.settings import Settings, SettingsError, as_environment, read_settings
from entrypoints.wiring.kithkin import in_memory

STRIPE = {
    "KITHKIN_STRIPE_API_KEY": "sk_test_1",
    "KITHKIN_STRIPE_WEBHOOK_SECRETS": "whsec_next_one, whsec_last_one",
}
CASHFREE = {"KITHKIN_CASHFREE_CLIENT_ID": "id", "KITHKIN_CASHFREE_CLIENT_SECRET": "secret"}


def problems(**given: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings({f"KITHKIN_{name.upper()}": value for name, value in given.items()})
    return str(caught.value)


def test_the_sandbox_takes_payments_where_nobody_is_named() -> None:
    settings = read_settings({})
    assert settings.payment_provider is PaymentProviderName.SANDBOX


def test_all_providers_that_are_set_up_are_heard() -> None:
    environment = {**STRIPE, **CASHFREE, "KITHKIN_PAYMENT_PROVIDER": "stripe"}
    settings = read_settings({**environment, "KITHKIN_MEMORY": "true"})
    assert settings.stripe_webhook_secrets == "whsec_next_one,whsec_last_one"
    assert read_settings(as_environment(settings)) == settings
    every = in_memory(settings).payments.every()
    assert every.current == "stripe"
    assert set(every.by_name) == {"stripe", "cashfree"}


def test_secrets_are_not_shown() -> None:
    shown = repr(read_settings({**STRIPE, **CASHFREE}))
    assert all(value not in shown for value in ("sk_test_1", "whsec_next_one", "'secret'"))


@pytest.mark.parametrize("name", ["stripe", "cashfree"])
def test_who_is_named_must_be_set_up(name: str) -> None:
    told = problems(payment_provider=name)
    assert told.count(f"payments by {name} need it too") == 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"stripe_api_key": "sk_test_1"}, "KITHKIN_STRIPE_WEBHOOK_SECRETS: payments by stripe"),
        ({"cashfree_client_id": "id"}, "KITHKIN_CASHFREE_CLIENT_SECRET: payments by cashfree"),
        ({"payment_provider": "paypal"}, "give one of sandbox, stripe, cashfree"),
        ({"sandbox_webhook_secrets": "short"}, "8 or more printable"),
        ({"sandbox_webhook_secrets": "long enough one,"}, "8 or more printable"),
        ({"sandbox_webhook_secrets": ",".join(["secret-secret"] * 11)}, "1 to 10 secrets"),
        ({"cashfree_phone": "call me"}, "no phone number"),
        ({"public_url": "api.example.org"}, "no address of a server"),
        ({"public_url": "https://me:pw@example.org"}, "no address of a server"),
        ({"public_url": "https://example.org:0"}, "no address of a server"),
        ({"stripe_api_url": "http://example.org"}, "no address that starts with https://"),
        ({"stripe_api_key": "sk test"}, "without spaces"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, str], told: str) -> None:
    assert told in problems(**given)


def test_the_public_address_comes_before_the_pages() -> None:
    settings = read_settings({"KITHKIN_PUBLIC_URL": "https://api.example.org/"})
    assert settings.public_url == "https://api.example.org"
    sandbox = in_memory(Settings(memory=True, public_url=settings.public_url)).payments.sandbox()
    assert sandbox is not None
    assert sandbox.base_url == "https://api.example.org"
