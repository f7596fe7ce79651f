"""What a provider of language models is asked for, once and in its own wire format."""

from collections.abc import AsyncGenerator
from typing import Protocol

from attrs import frozen

from adapters.llm.prompts import Prompt


@frozen
class Tokens:
    """How many tokens a provider says it read and wrote."""

    read: int
    written: int


@frozen
class Completion:
    """A whole answer, and its tokens if the provider told them."""

    text: str
    tokens: Tokens | None


class Provider(Protocol):
    """Asks a provider, without asking again."""

    @property
    def name(self) -> str:
        """What log lines call it."""
        ...

    async def complete(self, prompt: Prompt, max_tokens: int) -> Completion:
        """Give a whole answer.

        Raises:
            ProviderAwayError: There is none.
        """
        ...

    def stream(self, prompt: Prompt, max_tokens: int) -> AsyncGenerator[str | Tokens, None]:
        """Give an answer piece by piece, and its tokens as they become known; the last count.

        Raises:
            ProviderAwayError: There is none, or it broke off.
        """
        ...

    async def greet(self) -> None:
        """Ask for something that costs nothing.

        Raises:
            ProviderAwayError: There is no answer, or the key is not taken.
        """
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...
