"""What is made of a provider's pieces, and of their absence, whichever provider it is."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from attrs import Factory, define

from adapters.llm.prompts import Prompt
from adapters.llm.provided_model import ProvidedModel
from adapters.llm.provider import Completion, Tokens
from adapters.llm.retries import ProviderAwayError, Retries, refused
from application.personas.language_model import Delta, ModelUnavailableError, ReplyPart
from tests.contracts.language_models import PRICES, to_observe, to_reply, whole


@define
class Scripted:
    """A provider that says what it is told to, at once, and then stays silent or not."""

    pieces: tuple[str | Tokens, ...] = ()
    silent: bool = False
    failures: list[ProviderAwayError] = Factory(list)
    let_go: int = 0

    name: str = "scripted"

    async def complete(self, prompt: Prompt, max_tokens: int) -> Completion:
        await self._fail()
        return Completion('{"observations": []}', None)

    async def stream(self, prompt: Prompt, max_tokens: int) -> AsyncGenerator[str | Tokens, None]:
        try:
            await self._fail()
            for piece in self.pieces:
                yield piece
            if self.silent:
                await asyncio.Event().wait()
        finally:
            self.let_go += 1

    async def greet(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if self.silent and not self.pieces:
            await asyncio.Event().wait()


async def no_sleep(_: float) -> None:
    pass


def a_model(provider: Scripted, **changes: Any) -> ProvidedModel:
    retries = Retries(sleep=no_sleep, chance=lambda: 0.0)
    return ProvidedModel(provider=provider, prices=PRICES, retries=retries, **changes)


async def until_broken(model: ProvidedModel) -> tuple[list[ReplyPart], ModelUnavailableError]:
    parts: list[ReplyPart] = []
    try:
        async for part in model.reply(to_reply()):
            parts.append(part)  # noqa: PERF401 - what came before the end matters
    except ModelUnavailableError as error:
        return parts, error
    pytest.fail("the reply came to an end")


@pytest.mark.parametrize("limit", ["timeout_seconds", "silence_seconds"])
async def test_silence_ends_a_stream_after_what_was_said(limit: str) -> None:
    provider = Scripted(("Hello", " you"), silent=True)
    parts, error = await until_broken(a_model(provider, **{limit: 0.001}))
    assert parts == [Delta(text="Hello"), Delta(text=" you")]
    assert error.usage.output_tokens == len("Hello you") // 2
    assert provider.let_go == 1


async def test_a_silent_provider_is_asked_once() -> None:
    provider = Scripted(silent=True)
    with pytest.raises(ModelUnavailableError) as caught:
        await a_model(provider, timeout_seconds=0.001).observe(to_observe())
    assert caught.value.usage.price_micros > 0
    parts, _ = await until_broken(a_model(provider, silence_seconds=0.001))
    assert parts == []
    assert provider.let_go == 1


async def test_the_last_count_of_tokens_is_the_price() -> None:
    provider = Scripted((Tokens(10, 1), "Hello", Tokens(10, 7)))
    _, _, usage = await whole(a_model(provider), to_reply())
    assert usage == PRICES.usage(10, 7)


async def test_of_a_broken_stream_the_greater_count_is_taken() -> None:
    provider = Scripted((Tokens(10, 1), "Hello, how are you?"), silent=True)
    _, error = await until_broken(a_model(provider, silence_seconds=0.001))
    assert error.usage == PRICES.usage(10, len("Hello, how are you?") // 2)


async def test_a_provider_that_broke_off_before_a_word_is_asked_again() -> None:
    away = ProviderAwayError("cut", again=True, read=True)
    provider = Scripted(("Hello",), failures=[away, away])
    assert (await whole(a_model(provider), to_reply()))[0] == "Hello"
    assert provider.let_go == 3


@pytest.mark.parametrize(
    ("attempt", "chance", "seconds"),
    [(1, 0.0, 0.25), (1, 0.999, 0.49975), (2, 0.0, 0.5), (9, 0.0, 4.0), (9, 0.5, 6.0)],
)
async def test_pauses_grow_and_differ(attempt: int, chance: float, seconds: float) -> None:
    slept: list[float] = []

    async def sleep(given: float) -> None:
        slept.append(given)

    retries = Retries(attempts=10, sleep=sleep, chance=lambda: chance)
    await retries.pause(attempt, refused(500, {}))
    assert slept == [pytest.approx(seconds)]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": " 12 "}, 12),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "9" * 400}, 999_999_999),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:07 GMT"}, None),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:07 GMT", "date": "yesterday"}, None),
        (
            {
                "retry-after": "Sun, 01 Mar 2026 12:00:07 GMT",
                "date": "Sun, 01 Mar 2026 12:00:09 GMT",
            },
            0,
        ),
        (
            {
                "retry-after": "Sun, 01 Mar 2026 12:00:07 GMT",
                "date": "Sun, 01 Mar 2026 12:00:00",
            },
            None,
        ),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert refused(429, headers).retry_after == seconds
