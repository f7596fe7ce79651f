"""Persons, blocks, reports and service keys, in memory."""

from collections.abc import Iterable
from datetime import datetime

import attrs
from attrs import frozen

from adapters.memory.paging import paged
from adapters.memory.store import MemoryStore
from adapters.memory.table import ConstraintError
from application.identity.ports import EmailTakenError
from application.shared.outbox import OutboxEvent
from application.shared.pages import Page, Position
from domain.identity.blocks import Block
from domain.identity.persons import Person
from domain.identity.profile import email_key
from domain.identity.reports import Report
from domain.identity.service_keys import ServiceKey
from domain.shared.ids import MessageId, PersonId, ServiceKeyId


def _refused(error: ConstraintError) -> Exception:
    if error.constraint != "email":
        return error
    return EmailTakenError("Another person has this email address; look them up with ?email=.")


@frozen
class MemoryPersons:
    """The persons."""

    _store: MemoryStore

    async def get(self, person_id: PersonId) -> Person | None:
        """Give a person, if there is one of this id."""
        async with self._store.access():
            return self._store.persons.get(person_id)

    async def lock(self, *person_ids: PersonId) -> tuple[Person, ...]:
        """Give those of these persons that exist, in the order of their ids."""
        async with self._store.access():
            found = (self._store.persons.get(person_id) for person_id in sorted(set(person_ids)))
            return tuple(person for person in found if person is not None)

    async def add(self, person: Person, events: Iterable[OutboxEvent]) -> None:
        """Add a person."""
        async with self._store.access():
            try:
                self._store.persons.insert(person)
            except ConstraintError as error:
                raise _refused(error) from error
            self._store.publish(events)

    async def save(self, before: Person, after: Person, events: Iterable[OutboxEvent]) -> Person:
        """Replace a person by a changed one; give it with its new version."""
        async with self._store.access():
            try:
                saved = self._store.persons.revise(before.version, after)
            except ConstraintError as error:
                raise _refused(error) from error
            self._store.publish(events)
            return saved


@frozen
class MemoryPersonDirectory:
    """The persons as a list."""

    _store: MemoryStore

    async def page(self, email: str | None, after: Position | None, limit: int) -> Page[Person]:
        """Give persons in the order of their registration."""
        async with self._store.access():
            return paged(
                self._of(email),
                lambda person: Position(person.registered_at, person.id),
                after,
                limit,
            )

    def _of(self, email: str | None) -> list[Person]:
        if email is None:
            return self._store.persons.all()
        person = self._store.persons.by("email", email_key(email))
        return [] if person is None else [person]


@frozen
class MemoryBlocks:
    """Who has blocked whom."""

    _store: MemoryStore

    async def add(self, block: Block, events: Iterable[OutboxEvent]) -> bool:
        """Add a block; tell whether it is new."""
        async with self._store.access():
            if (block.blocker_id, block.blocked_id) in self._store.blocks:
                return False
            self._store.blocks.insert(block)
            self._changed(block.blocker_id, block.blocked_id, events)
            return True

    async def remove(
        self, blocker_id: PersonId, blocked_id: PersonId, events: Iterable[OutboxEvent]
    ) -> bool:
        """Remove a block; tell whether there was one."""
        async with self._store.access():
            removed = self._store.blocks.delete((blocker_id, blocked_id))
            if removed:
                self._changed(blocker_id, blocked_id, events)
            return removed

    async def between(self, one: PersonId, two: PersonId) -> bool:
        """Tell whether one of the two has blocked the other."""
        async with self._store.access():
            return self._store.blocked(one, two)

    def _changed(self, one: PersonId, two: PersonId, events: Iterable[OutboxEvent]) -> None:
        for person_id in (one, two):
            person = self._store.persons[person_id]
            self._store.persons.revise(person.version, person)
        self._store.publish(events)


@frozen
class MemoryReports:
    """Reports of persons."""

    _store: MemoryStore

    async def add(self, report: Report, events: Iterable[OutboxEvent]) -> None:
        """Add a report."""
        async with self._store.access():
            self._store.reports.insert(report)
            self._store.publish(events)

    async def evidence_between(
        self, one: PersonId, two: PersonId, message_ids: Iterable[MessageId]
    ) -> frozenset[MessageId]:
        """Give those of the messages that stand in a conversation of the two."""
        async with self._store.access():
            conversation = self._store.conversations.by("pair", (min(one, two), max(one, two)))
            if conversation is None:
                return frozenset()
            found = (self._store.messages.get(message_id) for message_id in message_ids)
            return frozenset(
                message.id
                for message in found
                if message is not None and message.conversation_id == conversation.id
            )

    async def page(
        self, reported_id: PersonId | None, after: Position | None, limit: int
    ) -> Page[Report]:
        """Give reports, the newest first."""
        async with self._store.access():
            reports = self._store.reports
            return paged(
                reports.all() if reported_id is None else reports.group("reported", reported_id),
                lambda report: Position(report.created_at, report.id),
                after,
                limit,
                newest_first=True,
            )


@frozen
class MemoryServiceKeys:
    """The service keys, by digest."""

    _store: MemoryStore

    async def add(self, key: ServiceKey) -> None:
        """Add a key."""
        async with self._store.access():
            self._store.service_keys.insert(key)

    async def by_digest(self, digest: bytes) -> ServiceKey | None:
        """Give the key of this digest, if there is one."""
        async with self._store.access():
            return self._store.service_keys.by("digest", digest)

    async def all(self) -> tuple[ServiceKey, ...]:
        """Give all keys, the oldest first."""
        async with self._store.access():
            keys = self._store.service_keys.all()
        return tuple(sorted(keys, key=lambda key: (key.created_at, key.id)))

    async def mark(
        self,
        key_id: ServiceKeyId,
        *,
        used_at: datetime | None = None,
        revoked_at: datetime | None = None,
    ) -> bool:
        """Set when a key was last used or was first revoked."""
        async with self._store.access():
            key = self._store.service_keys.get(key_id)
            if key is None:
                return False
            marked = attrs.evolve(
                key,
                last_used_at=used_at or key.last_used_at,
                revoked_at=key.revoked_at or revoked_at,
            )
            self._store.service_keys.put(marked)
            return True
