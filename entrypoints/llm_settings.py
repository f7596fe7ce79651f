"""Settings about the language model that companions talk by."""

from collections.abc import Callable
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from entrypoints.setting_values import LOOPBACK, url_parts, whole_number

MAX_PRICE_MICROS = 1_000_000_000
MAX_BUDGET_MICROS = 1_000_000_000_000
MIN_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS = 1, 600
MIN_OUTPUT_TOKENS, MAX_OUTPUT_TOKENS = 64, 100_000
_MOST_NAME_CHARACTERS = 200


class Llm(StrEnum):
    """Who runs the language model."""

    OFFLINE = "offline"
    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@frozen(kw_only=True)
class LlmSettings:
    """Which language model companions talk by, and what it may cost.

    Attributes:
        llm: Who runs it; offline needs no network and costs nothing.
        llm_base_url: Where it is, if not at the provider itself.
        llm_model: Which of the provider's models.
        llm_api_key: Proves who we are there.
        llm_input_price_micros: A million tokens read, in millionths of the currency.
        llm_output_price_micros: A million tokens written.
        llm_daily_budget_micros: What the calls of a person's day may cost.
        llm_max_output_tokens: How much it may write in one answer.
        llm_timeout_seconds: How long one answer may take.
        llm_silence_seconds: How long it may pause within a streamed answer.
    """

    llm: Llm = Llm.OFFLINE
    llm_base_url: str | None = None
    llm_model: str | None = None
    llm_api_key: str | None = field(default=None, repr=False)
    llm_input_price_micros: int | None = None
    llm_output_price_micros: int | None = None
    llm_daily_budget_micros: int = 1_000_000
    llm_max_output_tokens: int = 2_048
    llm_timeout_seconds: int = 60
    llm_silence_seconds: int = 20


def llm_contradictions(settings: LlmSettings) -> list[str]:
    """Give what is wrong with the settings together, each by its name without the prefix."""
    given = {
        "LLM_MODEL": settings.llm_model,
        "LLM_API_KEY": settings.llm_api_key,
        "LLM_BASE_URL": settings.llm_base_url,
        "LLM_INPUT_PRICE_MICROS": settings.llm_input_price_micros,
        "LLM_OUTPUT_PRICE_MICROS": settings.llm_output_price_micros,
    }
    if settings.llm is Llm.OFFLINE:
        needless = [name for name, value in given.items() if value is not None]
        return [f"{name}: the offline model takes none; set KITHKIN_LLM too" for name in needless]
    needed = {
        "LLM_MODEL": "name the model",
        # A server of one's own may ask for no key, and gets none.
        "LLM_API_KEY": "give the provider's key" if settings.llm_base_url is None else None,
        "LLM_INPUT_PRICE_MICROS": "give the price of a million tokens, or 0 if they are free",
        "LLM_OUTPUT_PRICE_MICROS": "give the price of a million tokens, or 0 if they are free",
    }
    problems = [
        f"{name}: KITHKIN_LLM={settings.llm.value} needs it; {told}"
        for name, told in needed.items()
        if told is not None and given[name] is None
    ]
    if settings.llm_api_key is not None and settings.llm_base_url is not None:
        server = urlsplit(settings.llm_base_url)
        if server.scheme == "http" and server.hostname not in LOOPBACK:
            problems.append(
                "LLM_BASE_URL: without TLS the key could be read on its way; use https://"
            )
    return problems


def _llm(given: str) -> Llm:
    try:
        return Llm(given)
    except ValueError:
        raise ValueError(
            f"'{given}' is no language model; give offline, openai or anthropic"
        ) from None


def _base_url(given: str) -> str:
    told = "give a URL like https://llm.example.org/v1, without a user, query or fragment"
    parts = url_parts(given, told)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username is not None
        or parts.query
        or parts.fragment
    ):
        raise ValueError(told)
    return given


def _name(given: str) -> str:
    if len(given) > _MOST_NAME_CHARACTERS or not given.isprintable() or given != given.strip():
        raise ValueError("give the model's name as the provider writes it")
    return given


def _key(given: str) -> str:
    if not given.isascii() or not given.isprintable() or " " in given:
        raise ValueError("give the key as the provider shows it, without spaces")
    return given


_SECONDS = whole_number(MIN_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS)
LLM_READERS: MappingProxyType[str, Callable[[str], Any]] = MappingProxyType(
    {
        "llm": _llm,
        "llm_base_url": _base_url,
        "llm_model": _name,
        "llm_api_key": _key,
        "llm_input_price_micros": whole_number(0, MAX_PRICE_MICROS),
        "llm_output_price_micros": whole_number(0, MAX_PRICE_MICROS),
        "llm_daily_budget_micros": whole_number(1, MAX_BUDGET_MICROS),
        "llm_max_output_tokens": whole_number(MIN_OUTPUT_TOKENS, MAX_OUTPUT_TOKENS),
        "llm_timeout_seconds": _SECONDS,
        "llm_silence_seconds": _SECONDS,
    }
)
"""How each of them is read."""
