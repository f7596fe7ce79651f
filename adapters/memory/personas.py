"""Companions in memory: their conversations, personas, and what is known of persons."""

from collections.abc import Iterable, Mapping

import attrs
from attrs import frozen

from adapters.memory.paging import paged_by_number
from adapters.memory.persona_tables import ObservationRow
from adapters.memory.store import MemoryStore
from adapters.memory.table import ConstraintError
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from application.shared.transaction import ConcurrentUpdateError
from domain.personas.conversations import CompanionConversation
from domain.personas.growth import LatestSummary
from domain.personas.observations import Observation
from domain.personas.personas import OwnPersona, PersonaVersion
from domain.shared.ids import (
    CompanionSessionId,
    ConversationId,
    MessageId,
    ObservationId,
    PersonId,
)


@frozen
class MemoryCompanionConversations:
    """The companion conversations; a person has one at most."""

    _store: MemoryStore

    async def get(self, conversation_id: ConversationId) -> CompanionConversation | None:
        """Give a conversation, if there is one of this id."""
        async with self._store.access():
            return self._store.companion_conversations.get(conversation_id)

    async def of_person(self, person_id: PersonId) -> CompanionConversation | None:
        """Give a person's conversation, if they have one."""
        async with self._store.access():
            return self._store.companion_conversations.by("person", person_id)

    async def add(self, conversation: CompanionConversation, events: Iterable[OutboxEvent]) -> None:
        """Add the conversation of a locked person who has none."""
        async with self._store.access():
            try:
                self._store.companion_conversations.insert(conversation)
            except ConstraintError as error:
                if error.constraint == "person" and conversation.person_id in self._store.persons:
                    raise ConcurrentUpdateError from error
                raise
            self._store.publish(events)


@frozen
class MemoryOwnPersonas:
    """The personas of persons' companions, and what they were before."""

    _store: MemoryStore

    async def get(self, person_id: PersonId) -> OwnPersona | None:
        """Give a persona, if the person has a companion."""
        async with self._store.access():
            return self._store.personas.get(person_id)

    async def put(
        self, own: OwnPersona, versions: Iterable[PersonaVersion], events: Iterable[OutboxEvent]
    ) -> None:
        """Keep the persona of a locked person, and add versions to its history."""
        async with self._store.access():
            self._store.personas.put(own)
            for version in versions:
                self._store.persona_versions.insert(version)
            self._store.publish(events)

    async def history(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[PersonaVersion]:
        """Give the versions there were, the newest first."""
        async with self._store.access():
            rows = self._store.persona_versions.group("person", person_id)
        return paged_by_number(rows, lambda row: row.version, after, limit)


@frozen
class MemoryObservations:
    """What sessions said of persons."""

    _store: MemoryStore

    async def of_person(
        self, person_id: PersonId
    ) -> Mapping[CompanionSessionId, tuple[Observation, ...]]:
        """Give all observations that are kept of a person, by session."""
        async with self._store.access():
            rows = self._store.companion_observations.group("person", person_id)
        found: dict[CompanionSessionId, tuple[Observation, ...]] = {}
        for row in sorted(rows, key=lambda row: row.observation.id):
            found[row.session_id] = (*found.get(row.session_id, ()), row.observation)
        return found

    async def add(
        self,
        person_id: PersonId,
        session_id: CompanionSessionId,
        observations: Iterable[Observation],
    ) -> None:
        """Add the observations of a session."""
        async with self._store.access():
            for one in observations:
                row = ObservationRow(person_id, session_id, one)
                self._store.companion_observations.insert(row)

    async def delete(self, person_id: PersonId, observation_id: ObservationId) -> bool:
        """Delete one; tell whether there was one."""
        async with self._store.access():
            row = self._store.companion_observations.get(observation_id)
            if row is None or row.person_id != person_id:
                return False
            return self._store.companion_observations.delete(observation_id)

    async def without(
        self, person_id: PersonId, message_id: MessageId
    ) -> tuple[ObservationId, ...]:
        """Take a message out of all evidence, and delete what is left without any; give that."""
        gone = []
        async with self._store.access():
            rows = self._store.companion_observations
            for row in rows.group("person", person_id):
                evidence = row.observation.evidence_message_ids
                left = tuple(one for one in evidence if one != message_id)
                if not left:
                    rows.delete(row.observation.id)
                    gone.append(row.observation.id)
                elif left != evidence:
                    said = attrs.evolve(row.observation, evidence_message_ids=left)
                    rows.put(attrs.evolve(row, observation=said))
        return tuple(sorted(gone))

    async def delete_all(self, person_id: PersonId) -> None:
        """Delete all of a person."""
        async with self._store.access():
            for row in self._store.companion_observations.group("person", person_id):
                self._store.companion_observations.delete(row.observation.id)


@frozen
class MemoryLatestSummaries:
    """What is known of persons now."""

    _store: MemoryStore

    async def get(self, person_id: PersonId) -> LatestSummary | None:
        """Give what is known, once a session was summarised."""
        async with self._store.access():
            return self._store.summaries.get(person_id)

    async def put(self, latest: LatestSummary) -> None:
        """Keep what is known."""
        async with self._store.access():
            self._store.summaries.put(latest)
