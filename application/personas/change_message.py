"""The person's control over what they said to their companion."""

from datetime import datetime

from attrs import frozen

from application.personas.grow_summary import GrowSummary
from application.personas.keep_talk import TalkKeeper
from application.personas.ports import Observations
from domain.personas.events import ObservationDeleted, PersonaCause
from domain.personas.messages import (
    CompanionMessage,
    MessageState,
    deleted,
    edited,
    no_such_message,
    reply_in_progress,
)
from domain.personas.sessions import OpenCompanionSession
from domain.shared.events import Event
from domain.shared.ids import ConversationId, MessageId, PersonId


@frozen(kw_only=True)
class NamedMessage:
    """Which message, and who changes it; None where the app itself does."""

    conversation_id: ConversationId
    message_id: MessageId
    viewer_id: PersonId | None


@frozen
class MessageChanger:
    """Keeps a changed message; what rested on its words before rests on it no longer."""

    keep: TalkKeeper
    observations: Observations
    grow: GrowSummary

    async def get(self, named: NamedMessage, now: datetime) -> CompanionMessage:
        """Give a message of a locked person's whose reply is not under way.

        Raises:
            NotFoundError: There is no such message.
            ReplyInProgressError: Its reply is under way.
        """
        messages = self.keep.messages
        message = await messages.get(named.message_id)
        if message is None or message.conversation_id != named.conversation_id:
            raise no_such_message()
        if message.is_waiting(now):
            raise reply_in_progress()
        if message.state is MessageState.WAITING:
            # Its process ended before the reply did.
            session = await self.keep.sessions.get(message.session_id)
            if isinstance(session, OpenCompanionSession):
                await self.keep.give_up(message, session)
            message = await messages.get(message.id)
        if message is None:
            raise no_such_message()
        return message

    async def put(self, message: CompanionMessage, event: Event, now: datetime) -> None:
        """Keep a message of a locked person's that was changed."""
        keep, person_id = self.keep, message.person_id
        await keep.messages.put(message)
        gone = await self.observations.without(person_id, message.id)
        own = await keep.own(person_id, now)
        without = (
            ObservationDeleted(
                at=now,
                person_id=person_id,
                policy_version=keep.rulebook.version,
                observation_id=one,
            )
            for one in gone
        )
        await keep.personas.put(own, (), keep.told(event, *without))
        if gone:
            await self.grow.rewrite(own, now, PersonaCause.OBSERVATION_DELETED)


@frozen
class EditCompanionMessage:
    """Lets a person change their own words for a while; nothing is counted or answered anew."""

    keep: TalkKeeper
    change: MessageChanger

    async def __call__(self, named: NamedMessage, text: str) -> CompanionMessage:
        """Change the text and give the message.

        Raises:
            NotFoundError: There is no such message of the person's.
            PersonDeletedError: They were erased.
            PersonSuspendedError: They are suspended.
            ReplyInProgressError: Its reply is under way.
            CompanionMessageDeletedError: It was deleted.
            CompanionEditRefusedError: The time to edit it is over.
            InvalidValueError: The text is malformed.
        """
        keep = self.keep

        async def work() -> CompanionMessage:
            conversation = await keep.conversation(named.conversation_id, named.viewer_id)
            await keep.acting(conversation.person_id)
            now = await keep.clock.now()
            message, event = edited(
                await self.change.get(named, now),
                text,
                window_seconds=keep.rulebook.policies.conversations.edit_window_seconds,
                policy_version=keep.rulebook.version,
                now=now,
            )
            if event is not None:
                await self.change.put(message, event, now)
            return message

        return await keep.transactions.run(work)


@frozen
class DeleteCompanionMessage:
    """Blanks what a person said; what it counted stays counted."""

    keep: TalkKeeper
    change: MessageChanger

    async def __call__(self, named: NamedMessage) -> None:
        """Blank the message; blanking it again changes nothing.

        Raises:
            NotFoundError: There is no such message of the person's.
            PersonDeletedError: They were erased.
            ReplyInProgressError: Its reply is under way.
        """
        keep = self.keep

        async def work() -> None:
            conversation = await keep.conversation(named.conversation_id, named.viewer_id)
            await keep.held(conversation.person_id)
            now = await keep.clock.now()
            message, event = deleted(
                await self.change.get(named, now), policy_version=keep.rulebook.version, now=now
            )
            if event is not None:
                await self.change.put(message, event, now)

        await keep.transactions.run(work)
