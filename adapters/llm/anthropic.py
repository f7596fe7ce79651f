"""Anthropic: messages by the official library."""

import logging
from collections.abc import AsyncGenerator
from typing import Any

import anthropic
import httpx2
from anthropic.types import Message, RawMessageStreamEvent
from attrs import field, frozen

from adapters.llm.prompts import Prompt
from adapters.llm.provider import Completion, Tokens
from adapters.llm.retries import ProviderAwayError, refused

ANTHROPIC_URL = "https://api.anthropic.com"
_CONNECT_SECONDS = 5.0
_READ = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
# Told where it is wanted, it would write down what persons said.
logging.getLogger("anthropic").setLevel(logging.WARNING)


@frozen
class Anthropic:
    """Messages, over connections that stay at hand.

    Attributes:
        model: Which model.
        client: The library's client.
    """

    model: str
    client: anthropic.AsyncAnthropic = field(repr=False)

    @classmethod
    def at(cls, base_url: str, model: str, api_key: str | None) -> "Anthropic":
        """Make one for a server; the key may be left out where none is asked for."""
        timeout = httpx2.Timeout(None, connect=_CONNECT_SECONDS, pool=_CONNECT_SECONDS)
        client = anthropic.AsyncAnthropic(
            base_url=base_url,
            api_key=api_key or "none",
            max_retries=0,
            timeout=timeout,
            # Spans are our own, and hold no values.
            open_telemetry=False,
            # What was said goes to this server and to no other.
            http_client=anthropic.DefaultAsyncHttpxClient(timeout=timeout, follow_redirects=False),
        )
        return cls(model, client)

    @property
    def name(self) -> str:
        """What log lines call it."""
        return "anthropic"

    async def complete(self, prompt: Prompt, max_tokens: int) -> Completion:
        """Give a whole answer."""
        try:
            answer = await self.client.messages.create(
                **self._asked(prompt, max_tokens), stream=False
            )
            return _completion(answer)
        except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
            raise _away(error) from error

    async def stream(self, prompt: Prompt, max_tokens: int) -> AsyncGenerator[str | Tokens, None]:
        """Give an answer piece by piece."""
        tokens, whole = Tokens(0, 0), False
        try:
            stream = await self.client.messages.create(
                **self._asked(prompt, max_tokens), stream=True
            )
            async with stream:
                async for event in stream:
                    text, tokens, whole = _piece(event, tokens)
                    if text:
                        yield text
                    elif event.type in {"message_start", "message_delta"} and tokens.read > 0:
                        yield tokens
        except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
            raise _away(error) from error
        if not whole:
            raise ProviderAwayError("the answer broke off", again=True, read=True)

    async def greet(self) -> None:
        """Ask which models there are."""
        try:
            await self.client.models.list()
        except (anthropic.AnthropicError, httpx2.HTTPError, ValueError) as error:
            raise _away(error) from error

    async def close(self) -> None:
        """Let go of all connections."""
        await self.client.close()

    def _asked(self, prompt: Prompt, max_tokens: int) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "model": self.model,
            "max_tokens": max_tokens,
            "system": prompt.system,
            "messages": [{"role": "user", "content": prompt.user}],
        }
        if prompt.schema is not None:
            asked["output_config"] = {"format": {"type": "json_schema", "schema": prompt.schema}}
        return asked


def _completion(answer: Message) -> Completion:
    try:
        text = "".join(block.text for block in answer.content if block.type == "text")
        tokens = _tokens(answer.usage, Tokens(0, 0))
    except (AttributeError, TypeError) as error:
        raise ProviderAwayError("no message", read=True) from error
    return Completion(text, tokens if tokens.read > 0 else None)


def _piece(event: RawMessageStreamEvent, tokens: Tokens) -> tuple[str, Tokens, bool]:
    """Give an event's text, the tokens up to it, and whether the answer is whole with it."""
    text = ""
    try:
        if event.type == "message_start":
            tokens = _tokens(event.message.usage, tokens)
        elif event.type == "message_delta":
            tokens = _tokens(event.usage, tokens)
            if event.delta.stop_reason == "refusal":
                raise ProviderAwayError("the answer was withheld", read=True)
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            text = _text(event.delta.text)
    except (AttributeError, TypeError) as error:
        raise ProviderAwayError("no event of a message", read=True) from error
    return text, tokens, event.type == "message_stop"


def _text(given: object) -> str:
    # The library builds its values of whatever came.
    return given if isinstance(given, str) else ""


def _tokens(usage: object, before: Tokens) -> Tokens:
    """Give the tokens up to now; both counts only grow, and an event may leave one out."""
    read = sum(_count(usage, name) for name in _READ)
    return Tokens(max(before.read, read), max(before.written, _count(usage, "output_tokens")))


def _count(usage: object, name: str) -> int:
    count = getattr(usage, name, None)
    return count if isinstance(count, int) else 0


def _away(error: Exception) -> ProviderAwayError:
    # What breaks off a stream has the status that the stream began with.
    if isinstance(error, anthropic.APIStatusError) and not error.response.is_success:
        return refused(error.status_code, error.response.headers)
    # Messages may repeat what was sent.
    again = isinstance(error, anthropic.APIError | httpx2.HTTPError)
    return ProviderAwayError(type(error).__name__, again=again)
