"""What the use cases of companions need of a store, and of usage."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.personas.conversations import CompanionConversation
from domain.personas.growth import LatestSummary
from domain.personas.messages import CompanionMessage
from domain.personas.observations import Observation
from domain.personas.personas import OwnPersona, PersonaVersion
from domain.personas.sessions import (
    CompanionSession,
    EndedCompanionSession,
    OpenCompanionSession,
)
from domain.shared.ids import (
    CompanionSessionId,
    ConversationId,
    MessageId,
    ObservationId,
    PersonId,
)


class CompanionConversations(Protocol):
    """The companion conversations; a person has one at most."""

    async def get(self, conversation_id: ConversationId) -> CompanionConversation | None:
        """Give a conversation, if there is one of this id."""
        ...

    async def of_person(self, person_id: PersonId) -> CompanionConversation | None:
        """Give a person's conversation, if they have one."""
        ...

    async def add(self, conversation: CompanionConversation, events: Iterable[OutboxEvent]) -> None:
        """Add the conversation of a locked person who has none."""
        ...


class OwnPersonas(Protocol):
    """The personas of persons' companions, and what they were before."""

    async def get(self, person_id: PersonId) -> OwnPersona | None:
        """Give a persona, if the person has a companion."""
        ...

    async def put(
        self, own: OwnPersona, versions: Iterable[PersonaVersion], events: Iterable[OutboxEvent]
    ) -> None:
        """Keep the persona of a locked person, and add versions to its history."""
        ...

    async def history(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[PersonaVersion]:
        """Give the versions there were, the newest first."""
        ...


class CompanionSessions(Protocol):
    """The sessions with companions."""

    async def get(self, session_id: CompanionSessionId) -> CompanionSession | None:
        """Give a session, if there is one of this id."""
        ...

    async def open_of(self, person_id: PersonId) -> OpenCompanionSession | None:
        """Give the chat of a person that goes on, if one does; time may have ended it."""
        ...

    async def put(self, session: CompanionSession, events: Iterable[OutboxEvent] = ()) -> None:
        """Keep a session of a locked person."""
        ...

    async def page(
        self, conversation_id: ConversationId, after: Position | None, limit: int
    ) -> Page[CompanionSession]:
        """Give the sessions of a conversation, the one that started last first."""
        ...


class IdleSessions(Protocol):
    """The chats that nobody has said anything in for long."""

    async def persons(self, silent_since: datetime, limit: int) -> tuple[PersonId, ...]:
        """Give persons with an open chat whose latest message is no later than an instant."""
        ...

    async def first_after(self, instant: datetime) -> datetime | None:
        """Give the earliest latest message after an instant, of all open chats."""
        ...


class GrowthRecords(Protocol):
    """The sessions that are over, as they make up what is known of a person."""

    async def first_pending(self, person_id: PersonId) -> EndedCompanionSession | None:
        """Give the session that ended first of those that wait for their summary."""
        ...

    async def pending(self, person_id: PersonId) -> tuple[EndedCompanionSession, ...]:
        """Give all sessions that wait for their summary."""
        ...

    async def summarised(self, person_id: PersonId) -> tuple[EndedCompanionSession, ...]:
        """Give the sessions that make up the summary, in the order in which they ended."""
        ...

    async def counted_on(self, person_id: PersonId, day: date) -> int:
        """Give how many sessions of a date have raised the confidence."""
        ...


class Observations(Protocol):
    """What sessions said of persons."""

    async def of_person(
        self, person_id: PersonId
    ) -> Mapping[CompanionSessionId, tuple[Observation, ...]]:
        """Give all observations that are kept of a person, by session."""
        ...

    async def add(
        self,
        person_id: PersonId,
        session_id: CompanionSessionId,
        observations: Iterable[Observation],
    ) -> None:
        """Add the observations of a session."""
        ...

    async def delete(self, person_id: PersonId, observation_id: ObservationId) -> bool:
        """Delete one; tell whether there was one."""
        ...

    async def without(
        self, person_id: PersonId, message_id: MessageId
    ) -> tuple[ObservationId, ...]:
        """Take a message out of all evidence, and delete what is left without any; give that."""
        ...

    async def delete_all(self, person_id: PersonId) -> None:
        """Delete all of a person."""
        ...


class LatestSummaries(Protocol):
    """What is known of persons now."""

    async def get(self, person_id: PersonId) -> LatestSummary | None:
        """Give what is known, once a session was summarised."""
        ...

    async def put(self, latest: LatestSummary) -> None:
        """Keep what is known."""
        ...


class CompanionMessages(Protocol):
    """What is said in companion conversations."""

    async def get(self, message_id: MessageId) -> CompanionMessage | None:
        """Give a message, if there is one of this id."""
        ...

    async def put(self, message: CompanionMessage) -> None:
        """Keep a message of a locked person."""
        ...

    async def waiting_in(self, conversation_id: ConversationId) -> CompanionMessage | None:
        """Give the message whose reply is under way, or was when its process ended."""
        ...

    async def reply_to(self, message_id: MessageId) -> CompanionMessage | None:
        """Give the whole reply to a message, if there is one."""
        ...


class CompanionTranscripts(Protocol):
    """Messages of companion conversations in their order."""

    async def latest(
        self, session_id: CompanionSessionId, limit: int
    ) -> tuple[CompanionMessage, ...]:
        """Give the latest messages of a session, the earliest of them first."""
        ...

    async def page(
        self,
        conversation_id: ConversationId,
        after: Position | None,
        limit: int,
        *,
        newest_first: bool,
    ) -> Page[CompanionMessage]:
        """Give messages in the conversation's order, or in the reverse of it."""
        ...

    async def some(self, message_ids: Iterable[MessageId]) -> tuple[CompanionMessage, ...]:
        """Give those of these messages that there are."""
        ...


class CompanionUse(Protocol):
    """What companions use up of what a locked person has, in the running transaction."""

    async def message(self, person_id: PersonId) -> None:
        """Make sure that the person may send one more message; it counts as it is stored.

        Raises:
            PaywallError: A purchase is needed.
        """
        ...

    async def call(self, person_id: PersonId, session_id: CompanionSessionId, seconds: int) -> int:
        """Use seconds for a call that is over, as far as there are any, and give how many.

        Raises:
            PaywallError: A purchase is needed.
        """
        ...
