"""A language model that needs no network: the same words give the same answer, for free."""

import re
from collections.abc import AsyncGenerator

from adapters.llm.offline_observer import observed
from adapters.llm.offline_talker import answer
from adapters.llm.transcripts import heard, spoken, with_own_words
from application.personas.language_model import (
    Delta,
    Finished,
    ModelRequest,
    Observed,
    ObserveRequest,
    ReplyPart,
    ReplyRequest,
)

_WORDS = re.compile(r"\S+\s*")


class OfflineModel:
    """Reads a transcript by word lists, and answers by phrases that fit the persona."""

    def most_micros(self, request: ModelRequest) -> int:  # noqa: ARG002 - the port's
        """Give the most that a call can cost: nothing."""
        return 0

    async def observe(self, request: ObserveRequest) -> Observed:
        """Give what the transcript says of the person."""
        lines = with_own_words(spoken(request.transcript))
        return Observed(candidates=observed(lines, request.forms))

    async def reply(self, request: ReplyRequest) -> AsyncGenerator[ReplyPart, None]:
        """Stream the companion's next message, word by word."""
        lines = heard(request.transcript)
        for word in _WORDS.findall(answer(lines, request.manner)):
            yield Delta(text=word)
        yield Finished()

    async def greet(self) -> None:
        """Ask nobody."""

    async def close(self) -> None:
        """Let go of nothing."""
