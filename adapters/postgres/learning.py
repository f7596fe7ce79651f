"""What persons prefer as learners, on PostgreSQL."""

from collections.abc import Iterable

from attrs import frozen
from sqlalchemy import Uuid, bindparam, select

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.outbox import write_events
from adapters.postgres.puts import put_statement
from application.shared.outbox import OutboxEvent
from domain.identity.learning import LearningPreferences
from domain.shared.ids import PersonId

_preferences = tables.learning_preferences
_person = bindparam("person_id", type_=Uuid)

_GET_PREFERENCES = Statement(
    select(*columns_for(_preferences, LearningPreferences)).where(
        _preferences.c.person_id == _person
    )
)
_SAVE_PREFERENCES = put_statement(_preferences, field_names(LearningPreferences), "person_id")


@frozen
class PostgresPreferences:
    """What persons prefer as learners."""

    executor: Executor

    async def get(self, person_id: PersonId) -> LearningPreferences | None:
        """Give a person's preferences, once they have any."""
        row = await self.executor.row(_GET_PREFERENCES, person_id=person_id)
        return None if row is None else from_row(LearningPreferences, row)

    async def save(self, preferences: LearningPreferences, events: Iterable[OutboxEvent]) -> None:
        """Keep a locked person's preferences in place of those before."""
        await self.executor.rows(_SAVE_PREFERENCES, **to_row(preferences))
        await write_events(self.executor, events)
