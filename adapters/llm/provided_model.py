"""A language model that a provider runs: what all providers have in common."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog
from attrs import field, frozen

from adapters.llm.cleaning import without_hidden
from adapters.llm.output import InvalidOutputError, observations
from adapters.llm.prompts import Prompt, observe_prompt, once_more, reply_prompt
from adapters.llm.provider import Completion, Provider, Tokens
from adapters.llm.retries import ProviderAwayError, Retries
from application.personas.language_model import (
    NOTHING_USED,
    Delta,
    Finished,
    InsufficientDataError,
    ModelPrices,
    ModelRequest,
    ModelUnavailableError,
    ModelUsage,
    Observed,
    ObserveRequest,
    ReplyPart,
    ReplyRequest,
)

MAX_REPLY_CHARACTERS = 4_000
# What providers add to a prompt of their own accord, at most.
_OVERHEAD_TOKENS = 1_000
# No tokenizer makes more tokens than bytes; few texts have more than one in two bytes.
_BYTES_IN_A_TOKEN = 2
_log = structlog.get_logger("kithkin.llm")


@frozen(kw_only=True)
class ProvidedModel:
    """A language model that a provider runs.

    Attributes:
        provider: Asks it.
        prices: What its tokens cost.
        max_output_tokens: How many it may write in one answer.
        timeout_seconds: How long one attempt may take, from the request to the answer's end.
        silence_seconds: How long a stream may say nothing.
        retries: How often it is asked.
    """

    provider: Provider
    prices: ModelPrices = field(factory=ModelPrices)
    max_output_tokens: int = 2_048
    timeout_seconds: float = 60.0
    silence_seconds: float = 20.0
    retries: Retries = field(factory=Retries)

    def most_micros(self, request: ModelRequest) -> int:
        """Give the most that a call can cost, in millionths of the currency."""
        if isinstance(request, ObserveRequest):
            prompt = observe_prompt(request)
            prompts = [prompt, once_more(prompt)]
        elif isinstance(request, ReplyRequest):
            prompts = [reply_prompt(request)]
        else:
            raise TypeError(f"{type(request).__name__} is no request of a model")
        read = sum(prompt.bytes + _OVERHEAD_TOKENS for prompt in prompts)
        return self.prices.usage(read, len(prompts) * self.max_output_tokens).price_micros

    async def observe(self, request: ObserveRequest) -> Observed:
        """Give what the transcript says of the person."""
        usage = NOTHING_USED
        first = observe_prompt(request)
        for prompt in (first, once_more(first)):
            try:
                completion = await self._completed(prompt)
            except ProviderAwayError as away:
                if away.read:
                    usage += self._usage(prompt, "", None)
                raise self._unavailable(away, usage) from away
            usage += self._usage(prompt, completion.text, completion.tokens)
            try:
                candidates, left_out = observations(
                    completion.text, request.forms, prompt.message_ids
                )
            except InvalidOutputError as error:
                _log.warning("llm_output_invalid", llm=self.provider.name, reason=str(error))
            else:
                return Observed(candidates=candidates, left_out=left_out, usage=usage)
        raise InsufficientDataError("The model gave nothing that could be used.", usage)

    async def reply(self, request: ReplyRequest) -> AsyncGenerator[ReplyPart, None]:
        """Stream the companion's next message."""
        prompt = reply_prompt(request)
        tokens: Tokens | None = None
        said = ""
        try:
            async with aclosing(self._streamed(prompt)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Tokens):
                        tokens = piece
                    elif text := _next(said, piece):
                        said += text
                        yield Delta(text=text)
        except ProviderAwayError as away:
            broken = away.read or said or tokens is not None
            usage = self._usage(prompt, said, tokens, whole=False) if broken else NOTHING_USED
            raise self._unavailable(away, usage) from away
        usage = self._usage(prompt, said, tokens)
        if not said:
            raise self._unavailable(ProviderAwayError("an empty answer"), usage)
        yield Finished(usage=usage)

    async def greet(self) -> None:
        """Ask for something that costs nothing.

        Raises:
            ModelUnavailableError: There is no answer, or the key is not taken; it says why.
        """
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self.provider.greet()
        except TimeoutError:
            raise ModelUnavailableError("timeout") from None
        except ProviderAwayError as away:
            raise ModelUnavailableError(away.reason) from away

    async def close(self) -> None:
        """Let go of all connections."""
        await self.provider.close()

    async def _completed(self, prompt: Prompt) -> Completion:
        attempt = 0
        while True:
            attempt += 1
            try:
                async with asyncio.timeout(self.timeout_seconds):
                    return await self.provider.complete(prompt, self.max_output_tokens)
            except TimeoutError:
                raise ProviderAwayError("timeout", read=True) from None
            except ProviderAwayError as away:
                await self.retries.pause(attempt, away)

    async def _streamed(self, prompt: Prompt) -> AsyncGenerator[str | Tokens, None]:
        """Stream an answer; from its beginning again as long as nothing of it was passed on."""
        attempt, begun, over = 0, False, False
        while not over:
            attempt += 1
            try:
                async with aclosing(self._attempt(prompt)) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
                over = True
            except ProviderAwayError as away:
                if begun:
                    raise
                await self.retries.pause(attempt, away)

    async def _attempt(self, prompt: Prompt) -> AsyncGenerator[str | Tokens, None]:
        # Only waiting for the provider counts, not what the caller does with a piece.
        left = self.timeout_seconds
        clock = asyncio.get_running_loop().time
        async with aclosing(self.provider.stream(prompt, self.max_output_tokens)) as pieces:
            while True:
                asked = clock()
                try:
                    async with asyncio.timeout(min(left, self.silence_seconds)):
                        piece = await anext(pieces, None)
                except TimeoutError:
                    raise ProviderAwayError("timeout", read=True) from None
                if piece is None:
                    return
                left -= clock() - asked
                yield piece

    def _usage(
        self, prompt: Prompt, said: str, tokens: Tokens | None, *, whole: bool = True
    ) -> ModelUsage:
        """Give what an answer came to; estimated, as far as the provider did not say."""
        read = prompt.bytes // _BYTES_IN_A_TOKEN if tokens is None else tokens.read
        written = 0 if tokens is None else tokens.written
        if tokens is None or not whole:
            size = len(said.encode(errors="replace"))
            written = max(written, size // _BYTES_IN_A_TOKEN)
        return self.prices.usage(read, written)

    def _unavailable(self, away: ProviderAwayError, usage: ModelUsage) -> ModelUnavailableError:
        _log.warning("llm_unavailable", llm=self.provider.name, reason=away.reason)
        return ModelUnavailableError(
            "The companion cannot answer now. Try again in a moment.", usage
        )


def _next(said: str, piece: str) -> str:
    """Give what of a piece belongs to the reply, after what was said before."""
    text = without_hidden(piece)
    return (text if said else text.lstrip())[: MAX_REPLY_CHARACTERS - len(said)]
