"""Answer a message: the reply as it comes, and what is stored once it is whole."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import attrs
from attrs import define, frozen

from application.personas.ask_companion import Asked
from application.personas.keep_talk import TalkKeeper
from application.personas.language_model import (
    NOTHING_USED,
    Finished,
    LanguageModel,
    ModelUnavailableError,
    ModelUsage,
    ReplyRequest,
)
from application.personas.model_budget import ModelBudgetSpentError
from application.personas.model_requests import charged, reply_request
from application.shared.ids import NewId
from domain.personas.messages import (
    TEXT_MAX_CHARACTERS,
    CompanionMessage,
    MessageState,
    Voice,
    settled,
)
from domain.personas.sessions import OpenCompanionSession, session_is_over
from domain.shared.errors import DomainError
from domain.shared.ids import MessageId


@frozen(kw_only=True)
class Whole:
    """The reply is whole and stored.

    Attributes:
        reply: The reply.
        usage: What it came to.
    """

    reply: CompanionMessage
    usage: ModelUsage


@frozen(kw_only=True)
class BrokenOff:
    """The reply broke off; nothing is charged.

    Attributes:
        error: Why.
        partial: What came before, as it is stored; None where nothing did.
    """

    error: DomainError
    partial: CompanionMessage | None


@define
class _Text:
    """A reply as far as it has come, and no longer than a message may be."""

    text: str = ""

    def add(self, piece: str) -> str:
        """Take the next piece and give what of it counts: nothing that no text may hold."""
        kept = "".join(one for one in piece if _may_stand(one))
        kept = kept[: TEXT_MAX_CHARACTERS - len(self.text)]
        self.text += kept
        return kept


def _may_stand(character: str) -> bool:
    return character in "\n\t" or (character >= " " and not "\ud800" <= character <= "\udfff")


@frozen
class AnswerCompanion:
    """Makes the reply to a stored message; the model is asked outside of all transactions."""

    keep: TalkKeeper
    model: LanguageModel
    nonce: NewId

    async def __call__(
        self, asked: Asked, tell: Callable[[str], None] = lambda _: None
    ) -> Whole | BrokenOff:
        """Pass on the reply piece by piece, and give how it ended, as it is stored.

        Cancelled before its end, it counts as broken off.
        """
        said = _Text()
        ending: Whole | BrokenOff | None = None
        try:
            usage, error = await self._stream(asked, said, tell)
            ending = await asyncio.shield(self._settle(asked, said.text, usage, error))
        finally:
            if ending is None:
                gone = ModelUnavailableError("The reply was broken off; send the message again.")
                await asyncio.shield(self._settle(asked, said.text, NOTHING_USED, gone))
        return ending

    async def _stream(
        self, asked: Asked, said: _Text, tell: Callable[[str], None]
    ) -> tuple[ModelUsage, DomainError | None]:
        usage: ModelUsage | None = None
        try:
            async with asyncio.timeout(self.keep.policy.reply_seconds):
                request = await self._request(asked)
                async with aclosing(self.model.reply(request)) as parts:
                    async for part in parts:
                        if isinstance(part, Finished):
                            usage = part.usage
                        elif piece := said.add(part.text):
                            tell(piece)
        except ModelUnavailableError as error:
            return error.usage, error
        except ModelBudgetSpentError as error:
            return NOTHING_USED, error
        except TimeoutError:
            late = ModelUnavailableError("The reply took too long; send the message again.")
            return NOTHING_USED, late
        if usage is None or not said.text.strip():
            none = ModelUnavailableError("The model gave no whole reply; send the message again.")
            return usage or NOTHING_USED, none
        return usage, None

    async def _request(self, asked: Asked) -> ReplyRequest:
        message = asked.message
        return reply_request(
            message.person_id,
            await self.keep.paying_day(message.person_id),
            asked.session.persona_snapshot,
            asked.said,
            self.nonce().hex,
        )

    async def _settle(
        self, asked: Asked, text: str, usage: ModelUsage, error: DomainError | None
    ) -> Whole | BrokenOff:
        """Store how a reply ended, unless its session ended before or its person is gone."""

        async def work() -> Whole | BrokenOff:
            keep = self.keep
            person = await keep.participants.get(asked.message.person_id, lock=True)
            message = await keep.messages.get(asked.message.id)
            session = await keep.sessions.get(asked.session.id)
            ours = message is not None and message.waits_until == asked.message.waits_until
            if (
                person is None
                or person.deleted
                or message is None
                or not ours
                or message.state is not MessageState.WAITING
                or not isinstance(session, OpenCompanionSession)
            ):
                return BrokenOff(error=error or session_is_over(), partial=None)
            now = await keep.clock.now()
            reply = CompanionMessage(
                id=MessageId(keep.new_id()),
                conversation_id=message.conversation_id,
                session_id=message.session_id,
                person_id=message.person_id,
                role=Voice.ASSISTANT,
                text=text,
                state=MessageState.SAID if error is None else MessageState.PARTIAL,
                reply_to_id=message.id,
                created_at=now,
            )
            if error is not None:
                session = await keep.give_up(message, session)
                await keep.sessions.put(charged(session, usage))
                if text.strip():
                    await keep.messages.put(reply)
                    return BrokenOff(error=error, partial=reply)
                return BrokenOff(error=error, partial=None)
            await keep.messages.put(settled(message, answered=True))
            await keep.messages.put(reply)
            latest = max(session.last_message_at, now)
            session = charged(attrs.evolve(session, last_message_at=latest), usage)
            await keep.sessions.put(session)
            return Whole(reply=reply, usage=usage)

        return await self.keep.transactions.run(work)
