"""The language model that companions talk by, under the settings."""

import time
from importlib.util import find_spec
from typing import Protocol

from adapters.llm.offline import OfflineModel
from adapters.llm.provided_model import ProvidedModel
from adapters.llm.provider import Provider
from application.personas.budgeted_model import BudgetedModel, PricedModel
from application.personas.counted_model import CountedModel
from application.personas.language_model import ModelPrices
from application.personas.model_budget import ModelBudget
from application.shared.tally import ModelFigures
from entrypoints.llm_settings import Llm, LlmSettings
from entrypoints.settings import SettingsError


class Llms(PricedModel, Protocol):
    """A language model, which keeps connections."""

    async def greet(self) -> None:
        """Ask for something that costs nothing.

        Raises:
            ModelUnavailableError: There is no answer, or the key is not taken; it says why.
        """
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


def llm_of(settings: LlmSettings) -> Llms:
    """Give the model that the settings choose; whoever has it closes it in the end.

    Raises:
        SettingsError: Its library is not installed.
    """
    if settings.llm is Llm.OFFLINE:
        return OfflineModel()
    return ProvidedModel(
        provider=_provider(settings),
        prices=ModelPrices(
            input_micros=settings.llm_input_price_micros or 0,
            output_micros=settings.llm_output_price_micros or 0,
        ),
        max_output_tokens=settings.llm_max_output_tokens,
        timeout_seconds=settings.llm_timeout_seconds,
        silence_seconds=settings.llm_silence_seconds,
    )


def within_budget(
    llm: Llms, budget: ModelBudget, figures: ModelFigures, settings: LlmSettings
) -> CountedModel:
    """Give the model as use cases may call it: counted, within each person's budget of a day."""
    limit = settings.llm_daily_budget_micros
    within = BudgetedModel(model=llm, budget=budget, limit_micros=limit)
    return CountedModel(model=within, figures=figures, seconds=time.perf_counter)


def _provider(settings: LlmSettings) -> Provider:
    # An optional part of the installation, and slow to import.
    name = settings.llm.value
    if find_spec(name) is None:
        problem = f"KITHKIN_LLM: its library is not installed: pip install 'kithkin[{name}]'"
        raise SettingsError((problem,))
    model, key = settings.llm_model or "", settings.llm_api_key
    if settings.llm is Llm.OPENAI:
        from adapters.llm.openai_compatible import (  # noqa: PLC0415
            OPENAI_URL,
            OpenAICompatible,
        )

        return OpenAICompatible.at(settings.llm_base_url or OPENAI_URL, model, key)
    from adapters.llm.anthropic import ANTHROPIC_URL, Anthropic  # noqa: PLC0415

    return Anthropic.at(settings.llm_base_url or ANTHROPIC_URL, model, key)
