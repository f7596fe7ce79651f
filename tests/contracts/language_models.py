"""Language models of all adapters, and what they are asked."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import attrs
from attrs import Factory, define

from adapters.llm.anthropic import Anthropic
from adapters.llm.offline import OfflineModel
from adapters.llm.openai_compatible import OpenAICompatible
from adapters.llm.provided_model import ProvidedModel
from adapters.llm.provider import Provider
from adapters.llm.retries import Retries
from application.personas.language_model import (
    Delta,
    Finished,
    LanguageModel,
    Line,
    Manner,
    ModelPrices,
    ModelUsage,
    ObservationForm,
    ObserveRequest,
    ReplyRequest,
    Speaker,
)
from domain.shared.ids import MessageId, PersonId
from entrypoints.wiring.llm import Llms
from tests.adapters.model_server import ModelServer, model_server

KEY = "sk-secret-of-the-key"
PERSON = PersonId(UUID("018f3a4e-1111-7000-8000-00000000abcd"))
DAY = date(2026, 3, 1)
NONCE = "n0nce5f1f0c8b2a7d4e"
PRICES = ModelPrices(input_micros=3_000_000, output_micros=15_000_000)
MAX_TOKENS = 500
SYSTEM = "You are calm and mature: steady, thoughtful, and never in a hurry."

FORMS = (
    ObservationForm(kind="partner_type", meaning="The partner looked for.", max_characters=120),
    ObservationForm(kind="trait_valued", meaning="A trait the person values."),
    ObservationForm(kind="work_on", meaning="What the person might work on."),
    ObservationForm(
        kind="love_language",
        meaning="How the person feels affection.",
        values=("words_of_affirmation", "quality_time"),
    ),
    ObservationForm(
        kind="slider", meaning="How to change.", values=("directness_up", "directness_down")
    ),
)

TALK = (
    "u: Hi! I had a long day at work.",
    "a: Tell me about it.",
    "u: I love honest people who make me laugh.",
    "u: I get jealous easily.",
    "a: That happens to many.",
    "u: Quality time means a lot to me. Please be more direct with me.",
)


@define
class Stand:
    """A model, and what stands behind it.

    Attributes:
        model: The model, as use cases have it.
        priced: The same, as wiring has it.
        server: Its provider, if it has one.
        slept: The pauses it took.
    """

    model: LanguageModel
    priced: Llms
    server: ModelServer | None = None
    slept: list[float] = Factory(list)


PROVIDERS: dict[str, tuple[Callable[[str, str, str | None], Provider], str]] = {
    "openai": (OpenAICompatible.at, "/v1"),
    "anthropic": (Anthropic.at, ""),
}
KINDS = ("offline", *PROVIDERS)


@asynccontextmanager
async def standing(kind: str, **changes: Any) -> AsyncIterator[Stand]:
    """Give a model of a kind; its provider answers on this machine, and it never sleeps."""
    if kind == "offline":
        offline = OfflineModel()
        yield Stand(offline, offline)
        return
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    make, path = PROVIDERS[kind]
    async with model_server() as server:
        model = ProvidedModel(
            **{
                "provider": make(server.url + path, "a-model", KEY),
                "prices": PRICES,
                "max_output_tokens": MAX_TOKENS,
                "retries": Retries(sleep=sleep, chance=lambda: 0.5),
                **changes,
            }
        )
        try:
            yield Stand(model, model, server, slept)
        finally:
            await model.close()


def transcript(*said: str) -> tuple[Line, ...]:
    """Give the lines of a talk, each as "u: ..." or "a: ..."."""
    return tuple(
        Line(
            message_id=MessageId(UUID(int=number)),
            role=Speaker.USER if one.startswith("u:") else Speaker.ASSISTANT,
            text=one[3:],
        )
        for number, one in enumerate(said, start=1)
    )


def to_reply(*said: str, **changes: Any) -> ReplyRequest:
    request = ReplyRequest(
        person_id=PERSON,
        local_day=DAY,
        system_prompt=SYSTEM,
        manner=Manner(baseline="calm_mature", sliders={"depth": 1}),
        transcript=transcript(*(said or TALK)),
        nonce=NONCE,
    )
    return attrs.evolve(request, **changes)


def to_observe(*said: str, **changes: Any) -> ObserveRequest:
    request = ObserveRequest(
        person_id=PERSON,
        local_day=DAY,
        system_prompt=SYSTEM,
        manner=Manner(baseline="calm_mature", sliders={"depth": 1}),
        transcript=transcript(*(said or TALK)),
        nonce=NONCE,
        forms=FORMS,
    )
    return attrs.evolve(request, **changes)


async def whole(model: LanguageModel, request: ReplyRequest) -> tuple[str, int, ModelUsage]:
    """Give a whole reply, in how many pieces it came, and what it came to."""
    async with aclosing(model.reply(request)) as stream:
        parts = [part async for part in stream]
    *deltas, end = parts
    assert isinstance(end, Finished)
    texts = [delta.text for delta in deltas if isinstance(delta, Delta)]
    assert len(texts) == len(deltas)
    assert all(texts)
    return "".join(texts), len(texts), end.usage
