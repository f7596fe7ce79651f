"""Subscriptions, and what else gives persons a tier, on PostgreSQL."""

from collections.abc import Iterable

from attrs import frozen
from sqlalchemy import bindparam, select

from adapters.postgres import tables
from adapters.postgres.codec import columns_for, field_names, from_row, to_row
from adapters.postgres.executor import Executor, Statement
from adapters.postgres.identity import PostgresPersons
from adapters.postgres.outbox import write_events
from adapters.postgres.payment_rows import (
    SubscriptionRow,
    subscription_from_row,
    subscription_to_row,
)
from adapters.postgres.puts import put_statement
from application.billing.ports import Buyer, PlanStanding
from application.shared.outbox import OutboxEvent
from domain.billing.payments import Provider
from domain.billing.subscriptions import Subscription
from domain.identity.persons import PersonStatus
from domain.shared.ids import PersonId

_subscriptions, _standings = tables.subscriptions, tables.plan_standings
_COLUMNS = field_names(SubscriptionRow)

_subscription = select(*columns_for(_subscriptions, SubscriptionRow))
_OF_PERSON = Statement(
    _subscription.where(_subscriptions.c.person_id == bindparam("person_id")).order_by(
        _subscriptions.c.started_at.desc(), _subscriptions.c.id.desc()
    )
)
_FIND = Statement(
    _subscription.where(
        _subscriptions.c.provider == bindparam("provider"),
        _subscriptions.c.provider_subscription_id == bindparam("provider_subscription_id"),
    )
)
_PUT = put_statement(_subscriptions, _COLUMNS, "id")


@frozen
class PostgresBuyers:
    """The persons who buy."""

    executor: Executor

    async def get(self, person_id: PersonId, *, lock: bool = False) -> Buyer | None:
        """Give a person; with `lock` nobody changes them until the transaction ends."""
        person = await PostgresPersons(self.executor).read(person_id, lock=lock)
        if person is None:
            return None
        return Buyer(
            person_id=person.id,
            active=person.status is PersonStatus.ACTIVE,
            deleted=person.status is PersonStatus.DELETED,
            tier=person.tier,
            email=person.email,
            timezone=person.timezone,
        )


@frozen
class PostgresSubscriptions:
    """The subscriptions of persons."""

    executor: Executor

    async def of_person(self, person_id: PersonId) -> tuple[Subscription, ...]:
        """Give a person's subscriptions, the newest first."""
        rows = await self.executor.rows(_OF_PERSON, person_id=person_id)
        return tuple(map(subscription_from_row, rows))

    async def find(self, provider: Provider, provider_subscription_id: str) -> Subscription | None:
        """Give the subscription that a provider knows by an id."""
        row = await self.executor.row(
            _FIND, provider=provider.value, provider_subscription_id=provider_subscription_id
        )
        return None if row is None else subscription_from_row(row)

    async def record(
        self, subscriptions: Iterable[Subscription], events: Iterable[OutboxEvent]
    ) -> None:
        """Write subscriptions of a locked person, and what is told of them."""
        for subscription in subscriptions:
            await self.executor.rows(_PUT, **subscription_to_row(subscription))
        await write_events(self.executor, events)


_STANDING = Statement(
    select(*columns_for(_standings, PlanStanding)).where(
        _standings.c.person_id == bindparam("person_id")
    )
)
_PUT_STANDING = put_statement(_standings, field_names(PlanStanding), "person_id")


@frozen
class PostgresPlanStandings:
    """What is kept of persons' plans besides what was paid."""

    executor: Executor

    async def get(self, person_id: PersonId) -> PlanStanding | None:
        """Give a person's, if something was kept."""
        row = await self.executor.row(_STANDING, person_id=person_id)
        return None if row is None else from_row(PlanStanding, row)

    async def record(self, standing: PlanStanding, events: Iterable[OutboxEvent]) -> None:
        """Write a locked person's, and what is told of it."""
        await self.executor.rows(_PUT_STANDING, **to_row(standing))
        await write_events(self.executor, events)
