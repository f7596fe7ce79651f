"""The settings of the language model: what is taken, and what is made of it."""

import sys
from typing import Any

import pytest

from adapters.llm.anthropic import Anthropic
from adapters.llm.offline import OfflineModel
from adapters.llm.openai_compatible import OpenAICompatible
from adapters.llm.provided_model import ProvidedModel
from adapters.prometheus import Figures
from application.personas.budgeted_model import BudgetedModel
from application.personas.language_model import ModelPrices
from entrypoints.llm_settings import Llm
from entrypoints.settings import Settings, SettingsError, as_environment, read_settings
from entrypoints.wiring.llm import llm_of, within_budget
from tests.application.personas.test_budgeted_model import Ledger

KEY = "sk-of-the-settings"
PRICES = {"KITHKIN_LLM_INPUT_PRICE_MICROS": "3", "KITHKIN_LLM_OUTPUT_PRICE_MICROS": "15"}
OPENAI = {
    "KITHKIN_LLM": "openai",
    "KITHKIN_LLM_MODEL": "m",
    "KITHKIN_LLM_API_KEY": KEY,
    **PRICES,
}


async def test_by_default_it_is_offline_and_free() -> None:
    llm = llm_of(Settings())
    assert isinstance(llm, OfflineModel)
    await llm.close()


@pytest.mark.parametrize(
    ("name", "kind", "url"),
    [
        ("openai", OpenAICompatible, "https://api.openai.com/v1/"),
        ("anthropic", Anthropic, "https://api.anthropic.com"),
    ],
)
async def test_a_provider_is_made_as_the_settings_say(name: str, kind: type, url: str) -> None:
    settings = read_settings(
        {
            **OPENAI,
            "KITHKIN_LLM": name,
            "KITHKIN_LLM_MAX_OUTPUT_TOKENS": "100",
            "KITHKIN_LLM_TIMEOUT_SECONDS": "7",
            "KITHKIN_LLM_SILENCE_SECONDS": "3",
            "KITHKIN_LLM_DAILY_BUDGET_MICROS": "99",
        }
    )
    llm = llm_of(settings)
    assert isinstance(llm, ProvidedModel)
    assert isinstance(llm.provider, kind)
    provider: Any = llm.provider
    assert str(provider.client.base_url).rstrip("/") == url.rstrip("/")
    assert (provider.model, provider.client.api_key, provider.client.max_retries) == ("m", KEY, 0)
    assert llm.prices == ModelPrices(input_micros=3, output_micros=15)
    assert (llm.max_output_tokens, llm.timeout_seconds, llm.silence_seconds) == (100, 7, 3)
    counted = within_budget(llm, Ledger(), Figures(), settings)
    assert isinstance(counted.model, BudgetedModel)
    assert (counted.model.model, counted.model.limit_micros) == (llm, 99)
    assert KEY not in f"{settings!r} {llm!r}"
    assert read_settings(as_environment(settings)) == settings
    await llm.close()


async def test_a_server_of_ones_own_needs_no_key() -> None:
    given = {**OPENAI, "KITHKIN_LLM_BASE_URL": "http://llm.internal:8000/v1"}
    del given["KITHKIN_LLM_API_KEY"]
    llm: Any = llm_of(read_settings(given))
    assert str(llm.provider.client.base_url) == "http://llm.internal:8000/v1/"
    await llm.close()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KITHKIN_LLM", "gpt"),
        ("KITHKIN_LLM_BASE_URL", "llm.example.org"),
        ("KITHKIN_LLM_BASE_URL", "ftp://llm.example.org"),
        ("KITHKIN_LLM_BASE_URL", "https://me:secret@llm.example.org"),
        ("KITHKIN_LLM_BASE_URL", "https://llm.example.org/?x"),
        ("KITHKIN_LLM_BASE_URL", "http://llm.example.org"),
        ("KITHKIN_LLM_MODEL", "m\n"),
        ("KITHKIN_LLM_API_KEY", "two words"),
        ("KITHKIN_LLM_INPUT_PRICE_MICROS", "3.0"),
        ("KITHKIN_LLM_OUTPUT_PRICE_MICROS", "-1"),
        ("KITHKIN_LLM_DAILY_BUDGET_MICROS", "0"),
        ("KITHKIN_LLM_MAX_OUTPUT_TOKENS", "1"),
        ("KITHKIN_LLM_TIMEOUT_SECONDS", "0"),
        ("KITHKIN_LLM_SILENCE_SECONDS", "601"),
    ],
)
def test_a_wrong_value_is_named_and_not_repeated(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({**OPENAI, variable: value})
    assert caught.value.problems[0].startswith(f"{variable}: ")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "missing",
    [
        "KITHKIN_LLM_MODEL",
        "KITHKIN_LLM_API_KEY",
        "KITHKIN_LLM_INPUT_PRICE_MICROS",
        "KITHKIN_LLM_OUTPUT_PRICE_MICROS",
    ],
)
def test_what_a_provider_needs_must_be_given(missing: str) -> None:
    given = {name: value for name, value in OPENAI.items() if name != missing}
    with pytest.raises(SettingsError, match=f"{missing}: KITHKIN_LLM=openai needs it"):
        read_settings(given)


def test_the_offline_model_takes_no_key() -> None:
    with pytest.raises(SettingsError, match="KITHKIN_LLM_API_KEY: the offline model takes none"):
        read_settings({"KITHKIN_LLM_API_KEY": KEY})


@pytest.mark.parametrize("name", ["openai", "anthropic"])
def test_a_library_that_is_missing_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr("entrypoints.wiring.llm.find_spec", lambda _: None)
    with pytest.raises(SettingsError, match=rf"pip install 'kithkin\[{name}\]'"):
        llm_of(Settings(llm=Llm(name), llm_model="m"))
