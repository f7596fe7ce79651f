"""Companions on PostgreSQL: their conversations, personas, and what is known of persons."""

from collections.abc import Iterable, Mapping

from attrs import frozen
from sqlalchemy import (
    Integer,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.paging import number_after, numbered, page
from adapters.postgres.persona_rows import (
    LatestSummaryRow,
    ObservationRow,
    OwnPersonaRow,
    latest_from_row,
    latest_to_row,
    observation_from_row,
    observation_to_row,
    own_from_row,
    own_to_row,
    version_from_row,
    version_to_row,
)
from adapters.postgres.puts import put_statement
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

_conversations, _personas = tables.companion_conversations, tables.personas
_versions, _observations = tables.persona_versions, tables.companion_observations
_latest = tables.user_summary_latest
_person = bindparam("person_id", type_=Uuid)


_conversation = select(*columns_for(_conversations, CompanionConversation))
_GET = Statement(_conversation.where(_conversations.c.id == bindparam("id")))
_OF_PERSON = Statement(_conversation.where(_conversations.c.person_id == _person))
_ADD = Statement(
    upsert(_conversations)
    .values({name: bindparam(name) for name in field_names(CompanionConversation)})
    .on_conflict_do_nothing(index_elements=["person_id"])
    .returning(_conversations.c.id)
)


@frozen
class PostgresCompanionConversations:
    """The companion conversations; a person has one at most."""

    executor: Executor

    async def get(self, conversation_id: ConversationId) -> CompanionConversation | None:
        """Give a conversation, if there is one of this id."""
        row = await self.executor.row(_GET, id=conversation_id)
        return None if row is None else from_row(CompanionConversation, row)

    async def of_person(self, person_id: PersonId) -> CompanionConversation | None:
        """Give a person's conversation, if they have one."""
        row = await self.executor.row(_OF_PERSON, person_id=person_id)
        return None if row is None else from_row(CompanionConversation, row)

    async def add(self, conversation: CompanionConversation, events: Iterable[OutboxEvent]) -> None:
        """Add the conversation of a locked person who has none."""
        if await self.executor.row(_ADD, **to_row(conversation)) is None:
            raise ConcurrentUpdateError
        await write_events(self.executor, events)


_OWN = Statement(
    select(*columns_for(_personas, OwnPersonaRow)).where(_personas.c.person_id == _person)
)
_PUT_OWN = put_statement(_personas, field_names(OwnPersonaRow), "person_id")
_ADD_VERSION = Statement(
    insert(_versions).values({name: bindparam(name) for name in field_names(PersonaVersion)})
)
_HISTORY = Statement(
    select(*columns_for(_versions, PersonaVersion))
    .where(
        _versions.c.person_id == _person,
        _versions.c.version < bindparam("before", type_=Integer),
    )
    .order_by(_versions.c.version.desc())
    .limit(bindparam("take"))
)


@frozen
class PostgresOwnPersonas:
    """The personas of persons' companions, and what they were before."""

    executor: Executor

    async def get(self, person_id: PersonId) -> OwnPersona | None:
        """Give a persona, if the person has a companion."""
        row = await self.executor.row(_OWN, person_id=person_id)
        return None if row is None else own_from_row(row)

    async def put(
        self, own: OwnPersona, versions: Iterable[PersonaVersion], events: Iterable[OutboxEvent]
    ) -> None:
        """Keep the persona of a locked person, and add versions to its history."""
        await self.executor.rows(_PUT_OWN, **own_to_row(own))
        for version in versions:
            await self.executor.rows(_ADD_VERSION, **version_to_row(version))
        await write_events(self.executor, events)

    async def history(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[PersonaVersion]:
        """Give the versions there were, the newest first."""
        before = number_after(after, _LAST_VERSION, _LAST_VERSION)
        rows = await self.executor.rows(
            _HISTORY, person_id=person_id, before=before, take=limit + 1
        )
        versions = [version_from_row(row) for row in rows]
        return page(versions, [numbered(one.at, one.version) for one in versions], limit)


_LAST_VERSION = 2**31 - 1  # the column is an integer of four bytes

_OBSERVATIONS = Statement(
    select(*columns_for(_observations, ObservationRow))
    .where(_observations.c.person_id == _person)
    .order_by(_observations.c.id)
)
_ADD_OBSERVATION = Statement(
    insert(_observations).values({name: bindparam(name) for name in field_names(ObservationRow)})
)
_DELETE_OBSERVATION = Statement(
    delete(_observations)
    .where(_observations.c.id == bindparam("id"), _observations.c.person_id == _person)
    .returning(_observations.c.id)
)
_evidence = _observations.c.evidence_message_ids
_message = bindparam("message_id", type_=Uuid)
_DELETE_RESTING_ON = Statement(
    delete(_observations)
    .where(_observations.c.person_id == _person, _evidence == array([_message]))
    .returning(_observations.c.id)
)
_TAKE_OUT = Statement(
    update(_observations)
    .where(_observations.c.person_id == _person, _message == any_(_evidence))
    .values(evidence_message_ids=func.array_remove(_evidence, _message))
)
_DELETE_ALL = Statement(delete(_observations).where(_observations.c.person_id == _person))


@frozen
class PostgresObservations:
    """What sessions said of persons."""

    executor: Executor

    async def of_person(
        self, person_id: PersonId
    ) -> Mapping[CompanionSessionId, tuple[Observation, ...]]:
        """Give all observations that are kept of a person, by session."""
        found: dict[CompanionSessionId, tuple[Observation, ...]] = {}
        for row in await self.executor.rows(_OBSERVATIONS, person_id=person_id):
            session_id = CompanionSessionId(row["session_id"])
            found[session_id] = (*found.get(session_id, ()), observation_from_row(row))
        return found

    async def add(
        self,
        person_id: PersonId,
        session_id: CompanionSessionId,
        observations: Iterable[Observation],
    ) -> None:
        """Add the observations of a session."""
        rows = [observation_to_row(person_id, session_id, one) for one in observations]
        await self.executor.many(_ADD_OBSERVATION, rows)

    async def delete(self, person_id: PersonId, observation_id: ObservationId) -> bool:
        """Delete one; tell whether there was one."""
        row = await self.executor.row(_DELETE_OBSERVATION, id=observation_id, person_id=person_id)
        return row is not None

    async def without(
        self, person_id: PersonId, message_id: MessageId
    ) -> tuple[ObservationId, ...]:
        """Take a message out of all evidence, and delete what is left without any; give that."""
        where = {"person_id": person_id, "message_id": message_id}
        rows = await self.executor.rows(_DELETE_RESTING_ON, **where)
        await self.executor.rows(_TAKE_OUT, **where)
        return tuple(sorted(ObservationId(row["id"]) for row in rows))

    async def delete_all(self, person_id: PersonId) -> None:
        """Delete all of a person."""
        await self.executor.rows(_DELETE_ALL, person_id=person_id)


_LATEST = Statement(
    select(*columns_for(_latest, LatestSummaryRow)).where(_latest.c.person_id == _person)
)
_PUT_LATEST = put_statement(_latest, field_names(LatestSummaryRow), "person_id")


@frozen
class PostgresLatestSummaries:
    """What is known of persons now."""

    executor: Executor

    async def get(self, person_id: PersonId) -> LatestSummary | None:
        """Give what is known, once a session was summarised."""
        row = await self.executor.row(_LATEST, person_id=person_id)
        return None if row is None else latest_from_row(row)

    async def put(self, latest: LatestSummary) -> None:
        """Keep what is known."""
        await self.executor.rows(_PUT_LATEST, **latest_to_row(latest))
