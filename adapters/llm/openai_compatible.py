"""OpenAI, and every server that speaks as it does: chat completions by the official library."""

import logging
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai
from attrs import field, frozen
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from adapters.llm.prompts import Prompt
from adapters.llm.provider import Completion, Tokens
from adapters.llm.retries import ProviderAwayError, refused

OPENAI_URL = "https://api.openai.com/v1"
_CONNECT_SECONDS = 5.0
_THEIR_OWN = (".openai.com", ".azure.com")
# Told where it is wanted, it would write down what persons said.
logging.getLogger("openai").setLevel(logging.WARNING)


@frozen
class OpenAICompatible:
    """Chat completions, over connections that stay at hand.

    Attributes:
        model: Which model.
        client: The library's client.
    """

    model: str
    client: openai.AsyncOpenAI = field(repr=False)

    @classmethod
    def at(cls, base_url: str, model: str, api_key: str | None) -> "OpenAICompatible":
        """Make one for a server; the key may be left out where none is asked for."""
        timeout = httpx2.Timeout(None, connect=_CONNECT_SECONDS, pool=_CONNECT_SECONDS)
        client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",
            max_retries=0,
            timeout=timeout,
            # What was said goes to this server and to no other.
            http_client=openai.DefaultAsyncHttpxClient(timeout=timeout, follow_redirects=False),
        )
        return cls(model, client)

    @property
    def name(self) -> str:
        """What log lines call it."""
        return "openai"

    async def complete(self, prompt: Prompt, max_tokens: int) -> Completion:
        """Give a whole answer."""
        try:
            answer = await self.client.chat.completions.create(
                **self._asked(prompt, max_tokens), stream=False
            )
            return _completion(answer)
        except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            raise _away(error) from error

    async def stream(self, prompt: Prompt, max_tokens: int) -> AsyncGenerator[str | Tokens, None]:
        """Give an answer piece by piece."""
        whole = False
        try:
            stream = await self.client.chat.completions.create(
                **self._asked(prompt, max_tokens),
                stream=True,
                stream_options={"include_usage": True},
            )
            async with stream:
                async for chunk in stream:
                    text, ended = _piece(chunk)
                    whole = whole or ended
                    if text:
                        yield text
                    if (tokens := _tokens(chunk.usage)) is not None:
                        yield tokens
        except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            raise _away(error) from error
        if not whole:
            raise ProviderAwayError("the answer broke off", again=True, read=True)

    async def greet(self) -> None:
        """Ask which models there are."""
        try:
            await self.client.models.list()
        except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            raise _away(error) from error

    async def close(self) -> None:
        """Let go of all connections."""
        await self.client.close()

    def _asked(self, prompt: Prompt, max_tokens: int) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
        }
        host = urlsplit(str(self.client.base_url)).hostname or ""
        if f".{host}".endswith(_THEIR_OWN):
            # Their newer models know no other name for it, and other servers not this one.
            asked |= {"max_completion_tokens": max_tokens, "store": False}
        else:
            asked["max_tokens"] = max_tokens
        if prompt.schema is not None:
            schema = {"name": "observations", "strict": True, "schema": prompt.schema}
            asked["response_format"] = {"type": "json_schema", "json_schema": schema}
        return asked


def _completion(answer: ChatCompletion) -> Completion:
    try:
        text = answer.choices[0].message.content
        tokens = _tokens(answer.usage)
    except (AttributeError, IndexError, TypeError) as error:
        raise ProviderAwayError("no chat completion", read=True) from error
    return Completion(text if isinstance(text, str) else "", tokens)


def _piece(chunk: ChatCompletionChunk) -> tuple[str, bool]:
    """Give the text of a chunk, and whether the answer is whole with it."""
    try:
        if not chunk.choices:
            return "", False
        choice = chunk.choices[0]
        text, finish = choice.delta.content, choice.finish_reason
    except (AttributeError, IndexError, TypeError) as error:
        raise ProviderAwayError("no chunk of a chat completion", read=True) from error
    if finish == "content_filter":
        raise ProviderAwayError("the answer was withheld", read=True)
    return text if isinstance(text, str) else "", finish is not None


def _tokens(usage: object) -> Tokens | None:
    read, written = (getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens"))
    if not isinstance(read, int) or not isinstance(written, int):
        return None
    return Tokens(max(0, read), max(0, written))


def _away(error: Exception) -> ProviderAwayError:
    if isinstance(error, openai.APIStatusError):
        return refused(error.status_code, error.response.headers)
    # Messages may repeat what was sent.
    return ProviderAwayError(type(error).__name__, again=isinstance(error, openai.APIError))
